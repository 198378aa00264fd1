import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("slt-worker run --split")
struct SplitFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String], _ variables: [String: String] = [:]) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.worker, "run", "--json"] + arguments, environment: ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path].merging(variables) { $1 }, in: folder.path)
    }

    /// Its lines but for what they say of time.
    private func lines(_ run: RunningProgram.Finished) -> [String] {
        run.text.split(separator: "\n").map { String($0.replacing(/"seconds":[0-9.e-]+/, with: "\"seconds\":0")) }
    }

    private func generated(_ files: Int, failures: Int) async throws -> [String] {
        let generator = try await RunningProgram.run([Programs.worker, "generate", "--files", "\(files)", "--fail", "\(failures)", "--seed", "5", "suite"],
                                                     environment: ["PATH": "/usr/bin:/bin"], in: folder.path)
        #expect(generator.code == 0)
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.file("suite"))
        return names.filter { $0.hasSuffix(".test") }.sorted().map { "suite/\($0)" }
    }

    @Test("result lines of files in parts are those of whole files, byte for byte, and in the same order")
    func sameLines() async throws {
        let files = try await generated(40, failures: 30)
        let whole = try await run(files)
        #expect(whole.code == 1)
        for count in ["2", "3", "8"] {
            let parts = try await run(["-j", "3", "--split", count] + files)
            #expect(lines(parts) == lines(whole))
            #expect(parts.code == whole.code)
            #expect(parts.errors == whole.errors)
        }
    }

    /// A SQLite that ends the process at queries with a word in them, and otherwise drops, repeats and changes what faults say.
    private static let crashing = FaultyEngine.source + #"""

        int sqlite3_step(sqlite3_stmt *statement) {
            static int (*call)(sqlite3_stmt *);
            if (!call) call = (int (*)(sqlite3_stmt *))real("sqlite3_step");
            const char *sql = sqlite3_sql(statement), *word = setting("CRASH_AT", "");
            if (*word && sql && strstr(sql, word)) raise(SIGSEGV);
            return call(statement);
        }
        """#

    @Test("crashes, lost writes and wrong rows of an engine are told as of the whole file")
    func faults() async throws {
        let files = try await generated(12, failures: 0)
        let library = try await FaultyEngine.compile("#include <signal.h>\n" + Self.crashing, to: "crashing", in: folder)
        var outcomes: Set<String> = []
        for word in ["", "count(", "GROUP BY", "CASE"] {
            let variables = ["FAULTS_RATE": "0.05", "FAULTS_WRITES": "0.05", "CRASH_AT": word]
            let whole = lines(try await run(["--engine-library", library] + files, variables))
            let parts = lines(try await run(["-j", "3", "--split", "3", "--engine-library", library] + files, variables))
            #expect(parts == whole)
            for outcome in ["crashed", "fail"] where whole.contains(where: { $0.contains("\"outcome\":\"\(outcome)\"") }) { outcomes.insert(outcome) }
        }
        #expect(outcomes == ["crashed", "fail"])
    }

    @Test("a file of which a part takes too long has timed out, and the others have their results")
    func timeout() async throws {
        let queries = (0..<8).map { "query I\nSELECT \($0)\n----\n\($0)\n\n" }.joined()
        try folder.write(queries + "query I\nWITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c\n----\n1\n", to: "loop.test")
        try folder.write(queries, to: "good.test")
        let found = try await run(["--split", "2", "-j", "2", "--file-timeout", "5s", "loop.test", "good.test"])
        #expect(found.code == 1)
        #expect(found.text.contains("timeout: ended after 5 s at line 41, record 9"), "\(found)")
        #expect(found.text.contains("\"file\":\"good.test\",\"outcome\":\"pass\""), "\(found)")
    }

    @Test("--split does not go with what needs the whole file")
    func mistakes() async throws {
        for option in ["--record", "--fail-fast"] {
            let found = try await run(["--split", "2", option, "x.test"])
            #expect(found.code == 64)
            #expect(found.errors.contains("--split cannot be combined with --record or --fail-fast"), "\(found)")
        }
        #expect(try await run(["--split", "0", "x.test"]).code == 64)
    }
}
