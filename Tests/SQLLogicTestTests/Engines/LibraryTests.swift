import SQLLogicTest
import Testing

@Suite("A SQLite of the user's") struct LibraryTests {
    /// Debian's shared library stands for it.
    private static let path = "libsqlite3.so.0"

    @Test("a shared library with SQLite's interface runs files, in memory or on disk, with the same verdicts")
    func run() throws {
        let text = "statement ok\nCREATE TABLE t(x)\n\nstatement ok\nINSERT INTO t VALUES (4294967297), (0.0005), (NULL), ('é')\n\n"
            + "query ITR rowsort\nSELECT x, x, x FROM t\n----\n0\n0.0005\n0.001\n0\n@@\n0.000\n1\n4294967297\n4294967297.000\nNULL\nNULL\nNULL\n"
        let engine = try SQLiteEngine(library: Self.path)
        let verdict = try FileRunner().run(Script(text), on: engine)
        #expect(verdict == (try FileRunner().run(Script(text), on: SQLiteEngine())))
        #expect(verdict.tests == 3)
        #expect(engine.version.hasPrefix("3."))
    }

    @Test("a library that is not there, or is another one, is an error that says what to do", arguments: ["/nonexistent/libsqlite3.so", "libm.so.6"])
    func wrongLibrary(path: String) throws {
        let error = try #require(throws: SQLLogicTestError.self) { try SQLiteEngine(library: path) }
        #expect(error.message.contains(path))
        #expect(error.message.hasSuffix("name a shared library with SQLite's interface"))
    }
}
