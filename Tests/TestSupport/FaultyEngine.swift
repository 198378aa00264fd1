/// A library with SQLite's interface that spoils some statements and queries: for `engine.library`. What it spoils depends on nothing but
/// the variables below and the SQL, so that the same run has the same faults.
///
/// | variable | what it says |
/// | --- | --- |
/// | `FAULTS_SEED` | any text; another one spoils others |
/// | `FAULTS_RATE` | share of the SELECTs that are spoiled, 0 to 1; 0 unless told |
/// | `FAULTS_WRITES` | share of INSERT, UPDATE and DELETE that are spoiled (left out, or done twice); 0 unless told |
/// | `FAULTS_KIND` | what becomes of a SELECT: `drop` (its first row is missing), `extra` (a row is there twice), `value` (the first value is another) or `order` (rows are reversed); one of them unless told |
public enum FaultyEngine {
    /// Compiles the library.
    /// - Returns: its path, in `folder`.
    public static func build(in folder: TemporaryFolder) async throws -> String {
        try await compile(source, to: "faults", in: folder)
    }

    /// A library of your own, linked with SQLite.
    /// - Parameter source: in C; what it defines stands before SQLite's functions, the rest is SQLite's.
    public static func compile(_ source: String, to name: String, in folder: TemporaryFolder) async throws -> String {
        let file = try folder.write(source, to: name + ".c"), library = folder.file("lib\(name).so")
        let compiler = try await RunningProgram.run(["/usr/bin/cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, file, "-Wl,--no-as-needed", "-lsqlite3", "-ldl"],
                                                    environment: ["PATH": "/usr/bin:/bin"])
        guard compiler.code == 0 else { throw FaultyEngineFailure(description: "cannot compile \(name): \(compiler.errors)") }
        return library
    }

    /// The library in C. What it does not define is SQLite's own, which it is linked with.
    public static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <strings.h>
        #include <sqlite3.h>

        typedef int (*exec_call)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
        typedef int (*prepare_call)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);

        static void *real(const char *name) {
            static void *library;
            if (!library) library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
            return library ? dlsym(library, name) : NULL;
        }

        static const char *setting(const char *name, const char *otherwise) {
            const char *value = getenv(name);
            return value && *value ? value : otherwise;
        }

        static unsigned long long mix(unsigned long long hash, const char *text) {
            for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
            hash ^= hash >> 29;
            return hash * 0xBF58476D1CE4E5B9ULL;
        }

        static unsigned long long hash(const char *sql, const char *purpose) {
            const char *seed = setting("FAULTS_SEED", "1");
            return mix(mix(mix(14695981039346656037ULL, seed), purpose), sql) >> 11;
        }

        // SQLite reads its own tables with the same functions.
        static int chosen(const char *sql, const char *rate) {
            double share = atof(setting(rate, "0"));
            return share > 0 && !strstr(sql, "sqlite_") && (double)hash(sql, rate) / 9007199254740992.0 < share;
        }

        static int begins(const char *sql, const char *word) {
            while (*sql == ' ' || *sql == '\n' || *sql == '\t' || *sql == '\r') sql++;
            return !strncasecmp(sql, word, strlen(word));
        }

        int sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *context, char **error) {
            exec_call exec = (exec_call)real("sqlite3_exec");
            int isWrite = begins(sql, "INSERT") || begins(sql, "UPDATE") || begins(sql, "DELETE") || begins(sql, "REPLACE");
            if (!isWrite || !chosen(sql, "FAULTS_WRITES")) return exec(db, sql, callback, context, error);
            if (begins(sql, "INSERT") && hash(sql, "twice") % 2) {
                int code = exec(db, sql, callback, context, error);
                // Where a row may not be there twice, it goes.
                if (exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) return code;
                char undo[1024], table[256];
                if (sscanf(sql, "%*s %*s %250[^ (]", table) == 1) {
                    snprintf(undo, sizeof undo, "DELETE FROM %s WHERE rowid = (SELECT max(rowid) FROM %s)", table, table);
                    exec(db, undo, NULL, NULL, NULL);
                }
                return code;
            }
            return SQLITE_OK;
        }

        static char *spoiled(const char *kind, const char *sql, int columns) {
            sqlite3_str *text = sqlite3_str_new(NULL);
            sqlite3_str_appendall(text, "WITH spoiled(");
            for (int i = 0; i < columns; i++) sqlite3_str_appendf(text, "%sc%d", i ? "," : "", i);
            sqlite3_str_appendf(text, ") AS (%s) ", sql);
            if (!strcmp(kind, "drop")) {
                sqlite3_str_appendall(text, "SELECT * FROM spoiled LIMIT -1 OFFSET 1");
            } else if (!strcmp(kind, "extra")) {
                sqlite3_str_appendall(text, "SELECT * FROM spoiled UNION ALL SELECT * FROM (SELECT * FROM spoiled LIMIT 1)");
            } else if (!strcmp(kind, "order")) {
                sqlite3_str_appendall(text, "SELECT ");
                for (int i = 0; i < columns; i++) sqlite3_str_appendf(text, "%sc%d", i ? "," : "", i);
                sqlite3_str_appendall(text, " FROM (SELECT *, row_number() OVER () AS place FROM spoiled) ORDER BY place DESC");
            } else {
                sqlite3_str_appendall(text, "SELECT CASE WHEN place <> 1 THEN c0 WHEN typeof(c0) = 'text' THEN c0 || 'x' WHEN c0 IS NULL THEN 7 ELSE c0 + 1 END");
                for (int i = 1; i < columns; i++) sqlite3_str_appendf(text, ",c%d", i);
                sqlite3_str_appendall(text, " FROM (SELECT *, row_number() OVER () AS place FROM spoiled)");
            }
            return sqlite3_str_finish(text);
        }

        int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int length, sqlite3_stmt **statement, const char **tail) {
            prepare_call prepare = (prepare_call)real("sqlite3_prepare_v2");
            int code = prepare(db, sql, length, statement, tail);
            if (code != SQLITE_OK || !*statement || !begins(sql, "SELECT")) return code;
            size_t size = length < 0 ? strlen(sql) : strnlen(sql, (size_t)length);
            while (size > 0 && (sql[size - 1] == ';' || sql[size - 1] == '\n' || sql[size - 1] == ' ')) size--;
            char *own = strndup(sql, size);
            if (!chosen(own, "FAULTS_RATE")) { free(own); return code; }
            static const char *kinds[] = {"drop", "extra", "value", "order"};
            const char *kind = setting("FAULTS_KIND", kinds[hash(own, "kind") % 4]);
            char *other = spoiled(kind, own, sqlite3_column_count(*statement));
            sqlite3_stmt *replacement = NULL;
            int spoiledCode = other ? prepare(db, other, -1, &replacement, NULL) : SQLITE_NOMEM;
            if (spoiledCode == SQLITE_OK) {
                sqlite3_finalize(*statement);
                *statement = replacement;
                code = spoiledCode;
            }
            sqlite3_free(other);
            free(own);
            return code;
        }
        """#
}

struct FaultyEngineFailure: Error, CustomStringConvertible { var description: String }
