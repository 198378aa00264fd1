@testable import SQLLogicTest
import Testing

@Suite("SQL that reaches outside") struct ReachTests {
    private func kinds(_ sql: String) -> [SQLReach.Kind] { Array(sql.utf8).withUnsafeBufferPointer { SQLReach.all(in: $0) }.map(\.kind) }

    @Test("ATTACH is seen however it is spelt", arguments: [
        "ATTACH 'f' AS g", "attach database 'f' as g", "aTtAcH'f'AS g", "  \n\tATTACH 'f' AS g", "SELECT 1; ATTACH 'f' AS g", ";;ATTACH 'f' AS g",
        "/* ; */ATTACH 'f' AS g", "ATTACH/**/'f' AS g", "-- SELECT\nATTACH 'f' AS g", "SELECT ';'; ATTACH 'f' AS g", "SELECT \"a;\"\"b\"; ATTACH 'f' AS g",
        "EXPLAIN ANALYZE ATTACH 'f' AS g", "SELECT 'it''s';ATTACH 'f' AS g", "SELECT [a'b]; ATTACH 'f' AS g --'", "\u{FEFF}ATTACH 'f' AS g", "SELECT 1;\u{FEFF}ATTACH 'f' AS g",
        // Text for PostgreSQL, and three statements for SQLite.
        "SELECT $x$; ATTACH 'f' AS g; SELECT $x$", "SELECT $tag$ ' $tag$; ATTACH 'f' AS g",
        // A variable of SQLite's may hold a quote.
        "SELECT $x('); ATTACH 'f' AS g; SELECT $x(')", "SELECT @x(\"); ATTACH 'f' AS g; SELECT :x(\")",
        // A list for DuckDB, and a name for SQLite.
        "SELECT ['a]', 'b']; ATTACH 'f' AS g --'",
        // A backslash for PostgreSQL and DuckDB, and nothing for SQLite.
        "SELECT E'\\''; ATTACH 'f' AS g --'", "-- x\rATTACH 'f' AS g",
    ])
    func attach(sql: String) {
        #expect(kinds(sql).contains(.attach))
    }

    @Test("the same words as text, names and comments are nothing", arguments: [
        "SELECT 'ATTACH'", "SELECT 1 -- ; ATTACH 'f'", "SELECT '; ATTACH ''f'''", "CREATE TABLE attach(readfile INT, copy INT)", "SELECT attach, load FROM t",
        "INSERT INTO t VALUES ('a/b', 'c/d.csv')", "SELECT a FROM t WHERE b IN ('x/y', '/etc/passwd')", "VACUUM", "VACUUM main", "SELECT readfile FROM t",
        "COPY t FROM STDIN", "copy (select 1) to stdout", "SELECT glob('*', a)", "UPDATE t SET a = 'load', b = '/x'", "ALTER TABLE a ATTACH PARTITION b DEFAULT",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$", "SELECT a / b FROM \"t\"", "SELECT x FROM t, u WHERE a > '1/2'",
        "SELECT ';attach'", "PRAGMA temp_store = 2", "SELECT * FROM (VALUES ('a/b'), ('c/d'))",
        "SET search_path = a, b", "SET LOCAL search_path TO a", "UPDATE t SET file_path = 'x'", "SELECT a_path, b_directory FROM t", "SET VARIABLE a_path = 'x'",
        "CREATE TABLE system(tablespace INT)", "ALTER TABLE t ADD COLUMN a_path TEXT", "ALTER ROLE r SET search_path = a", "PRAGMA table_info(t)",
    ])
    func harmless(sql: String) {
        #expect(kinds(sql).isEmpty)
    }

    @Test("what else reads, writes and starts things is seen", arguments: [
        ("VACUUM INTO 'f'", SQLReach.Kind.vacuumInto), ("vacuum/**/main\ninto 'f'", .vacuumInto), ("SELECT 1; VACUUM INTO x'41'", .vacuumInto),
        ("SELECT readfile('f')", .function), ("SELECT \"WriteFile\" ('f', 1)", .function), ("SELECT [load_extension]('f')", .function),
        ("SELECT load_extension /* ( */ ('f')", .function), ("SELECT * FROM 'fsdir'('/')", .function), ("SELECT * FROM fsdir WHERE path = '/'", .function),
        ("CREATE VIRTUAL TABLE t USING csv(filename='/f')", .function), ("PRAGMA temp_store_directory = '/'", .file),
        ("COPY t FROM '/etc/passwd'", .file), ("COPY t FROM PROGRAM 'id'", .file), ("COPY (SELECT 1 FROM stdin) TO '/f'", .file), ("EXPORT DATABASE 'f'", .file),
        ("SELECT * FROM '/etc/passwd'", .file), ("SELECT * FROM t, 'a.csv'", .file), ("FROM \"a.parquet\"", .file), ("SELECT * FROM (t CROSS JOIN 'x/y')", .file),
        ("INSTALL httpfs", .code), ("LOAD 'f'", .code), ("CREATE EXTENSION plpython3u", .code), ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'f'", .code),
        ("SELECT read_text('f')", .function), ("SELECT pg_read_file('f')", .function), ("SELECT lo_import('f')", .function), ("SELECT U&\"lo\\005fimport\"('f')", .function),
        ("SELECT * FROM glob('*')", .function),
        // Settings of DuckDB.
        ("SET log_query_path = 'f'", .file), ("PRAGMA profiling_output='f'", .file), ("PRAGMA profile_output = 'f'", .file), ("SET GLOBAL secret_directory = 'f'", .file),
        ("SET home_directory='f'", .file), ("SET extension_directory TO 'f'", .file), ("SET temp_directory = 'f'", .file), ("SET file_search_path = 'f'", .file),
        ("SET custom_extension_repository = 'f'", .file),
        // PostgreSQL
        ("CREATE TABLESPACE a LOCATION 'f'", .file), ("create/**/tablespace a OWNER b LOCATION 'f'", .file), ("ALTER SYSTEM SET work_mem = '1MB'", .file),
        ("SET dynamic_library_path = 'f'", .file), ("SET SESSION \"Archive_Command\" = 'f'", .file), ("set log_directory to 'f'", .file),
        ("ALTER ROLE r SET dynamic_library_path = 'f'", .file), ("ALTER DATABASE d SET session_preload_libraries = 'f'", .file),
    ])
    func others(sql: String, kind: SQLReach.Kind) {
        #expect(kinds(sql).contains(kind))
    }

    @Test("what lets a result vary is seen", arguments: [
        ("SELECT random()", SQLChance.random), ("SELECT RANDOM ( )", .random), ("SELECT hex(randomblob(4))", .random), ("SELECT current_timestamp", .clock),
        ("SELECT date('now')", .clock), ("SELECT strftime('%s')", .clock), ("SELECT \"julianday\"()", .clock), ("SELECT * FROM t USING SAMPLE 5", .random),
        ("SELECT getenv('HOME')", .surroundings),
    ])
    func chances(sql: String, chance: SQLChance) {
        #expect(Array(sql.utf8).withUnsafeBufferPointer { SQLChance.first(in: $0) } == chance)
    }

    @Test("names and texts that look like it are no chance", arguments: ["SELECT date, time FROM random", "SELECT 'now()'", "CREATE TABLE t(date DATE, age INT)"])
    func noChance(sql: String) {
        #expect(Array(sql.utf8).withUnsafeBufferPointer { SQLChance.first(in: $0) } == nil)
    }
}
