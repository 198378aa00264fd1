import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct CommandTests {
    private func run(_ command: [String], files: [String: String] = ["a b.toy": "content"], timeout: Double = 600,
                     directory: EngineSpec.Directory? = nil) async throws -> FleetFixture {
        let fleet = try FleetFixture()
        try fleet.toys(files)
        _ = try fleet.make(timeout: timeout, attempts: 1,
                           engine: EngineSpec(kind: .command, command: command, environment: ["OWN": "own value"], directory: directory))
        _ = try await fleet.run()
        return fleet
    }

    @Test("exit code 0 passes, another fails, a signal is a crash", arguments: [
        ("exit 0", Outcome.pass, nil), ("exit 7", .fail, "the program left with exit code 7"),
        ("kill -SEGV $$", .crashed, "the program was killed by SIGSEGV"),
    ] as [(String, Outcome, String?)])
    func verdicts(_ script: String, _ outcome: Outcome, _ message: String?) async throws {
        let record = try await run(["sh", "-c", "echo said; " + script]).records()[0]
        #expect(record.outcome == outcome)
        #expect(record.message == message)
        #expect(record.output == "said\n")
    }

    @Test("a program that crashes is tried again, as often as attempts allow")
    func crashes() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["always.toy": "kill -SEGV $$", "once.toy": "mkdir $2/seen || exit 0; kill -SEGV $$"])
        _ = try fleet.make(attempts: 3, engine: EngineSpec(kind: .command, command: ["sh", "{file}", "sh", "{workspace}"]))
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 1, .crashed: 1])
        #expect(summary.restarts == 0)
        let (always, once) = (try fleet.record("always.toy"), try fleet.record("once.toy"))
        #expect(always.attempt == 3)
        #expect(always.message == "the program was killed by SIGSEGV")
        #expect(once.attempt == 2)
    }

    @Test("a program that cannot be started fails no file and is named", arguments: [["no-such-program-at-all"], ["./absent", "{file}"], ["{workspace}/a b.toy"]])
    func cannotStart(_ command: [String]) async throws {
        let record = try await run(command).records()[0]
        #expect(record.outcome == .untested)
        #expect(record.errors == 0)
        #expect(record.message?.hasPrefix("cannot start ") == true)
        #expect(record.message?.contains("check engine.command") == true)
    }

    @Test("the program gets the file, the variables of the older runners and a folder of its own")
    func surroundings() async throws {
        let script = """
            cat "$1"; echo; echo $SQLLOGICTEST_SEED $SQLLOGICTEST_TOTAL_WORKERS $SQLLOGICTEST_TIME_BUDGET $SQLLOGICTEST_FILE_TIMEOUT \
            $SQLLOGICTEST_USE_WORK_QUEUE $RAYON_NUM_THREADS; [ "$OWN" = "own value" ] && [ "$SQLLOGICTEST_FILES" = "$1" ] && [ -d "$SQLLOGICTEST_WORK_QUEUE" ] && \
            [ -n "$SQLLOGICTEST_WORKER_ID" ] && ls -A && touch left && [ "$TMPDIR" = "$(pwd)" ] && echo private
            """
        let fleet = try await run(["sh", "-c", script, "sh", "{file}"])
        let record = try fleet.records()[0]
        #expect(record.outcome == .pass)
        #expect(record.output == "content\n0 2 900 600 0 1\nprivate\n")
        try fleet.expectTidy()
        #expect(!FileManager.default.fileExists(atPath: fleet.workspace + "/left"))
    }

    @Test("the program runs in the workspace when that is asked for, and is found there")
    func workspace() async throws {
        let fleet = try await run(["sh", "-c", "cat 'a b.toy'"], directory: .workspace)
        #expect(try fleet.records()[0].output == "content")
    }

    @Test("a program that prints without end is drained, and the end of what it said is kept")
    func flood() async throws {
        let fleet = try await run(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1"])
        let record = try fleet.records()[0]
        #expect(record.outcome == .fail)
        #expect(record.output?.utf8.count == 65536)
        #expect(record.output?.hasSuffix("x\nthe end\n") == true)
        let logs = (0..<2).compactMap { FileManager.default.contents(atPath: "\(fleet.directory?.path ?? "")/logs/worker-\($0).log") }
        #expect(logs.contains { $0.count > 1 << 20 && $0.count < 3 << 19 })
    }

    @Test("what a program leaves running neither delays its record nor survives it")
    func background() async throws {
        let marker = "\(UInt64.random(in: 1_000_000_000...9_999_999_999))"
        let fleet = try await run(["sh", "-c", "sleep 5000.\(marker) & setsid sleep 5001.\(marker) & echo done"])
        // Had its record waited for them, it would have come to the end of its time.
        #expect(try fleet.records()[0].outcome == .pass)
        let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { pid in
            Int32(pid) != nil && FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map { String(decoding: $0, as: UTF8.self).hasPrefix("sleep") && String(decoding: $0, as: UTF8.self).contains(marker) } ?? false
        }
        #expect(left.isEmpty)
    }

    @Test("a program over its time is ended with all it started")
    func timeout() async throws {
        let fleet = try await run(["sh", "-c", "sleep 6000 | sleep 6001"], timeout: 0.3)
        #expect(try fleet.records()[0].outcome == .timeout)
        try fleet.expectTidy()
    }

    @Test("names that are not UTF-8 or begin with a dash reach the program as they are")
    func names() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["-n.toy": "dash"])
        let raw = (Array((fleet.workspace + "/").utf8) + [0xFF] + Array(".toy".utf8)).map { CChar(bitPattern: $0) } + [0]
        let descriptor = open(raw, O_CREAT | O_WRONLY, 0o600)
        #expect(write(descriptor, "raw", 3) == 3)
        close(descriptor)
        _ = try fleet.make(engine: EngineSpec(kind: .command, command: ["cat", "{file}"]))
        #expect(try await fleet.run().outcomes == [.pass: 2])
        #expect(Set(try fleet.records().map(\.output)) == ["dash", "raw"])
    }

    private static let results = #"""
        {"summary": {"total": 1, "passed": 0, "failed": 1, "timed_out": 0, "errors": 0, "skipped": 3},
         "detailed_failures": [{"file_path": "a b.toy", "failures": [
           {"sql_statement": "SELECT 1", "expected_result": "2", "actual_result": ["1", 3], "error_message": null, "line_number": 12},
           {"sql_statement": "SELECT 2", "error_message": "no such table"}]}]}
        """#

    @Test("results that the program writes into {results} say which records failed", arguments: [(3, "the program left with exit code 3"),
                                                                                                (0, "the program left with exit code 0, but its results name 2 failures")])
    func results(_ code: Int, _ message: String) async throws {
        let script = "cat > \"$1\" <<'END'\n\(Self.results)\nEND\n[ \"$1\" = \"$SLT_RESULTS\" ] && exit \(code)"
        let fleet = try await run(["sh", "-c", script, "sh", "{results}"])
        let record = try fleet.records()[0]
        #expect(record.outcome == .fail)
        #expect(record.errors == 2)
        #expect(record.skipped == 3)
        #expect(record.message == message)
        #expect(record.failures == [RecordFailure(line: 12, message: "", sql: "SELECT 1", expected: "2", actual: "1\n3"),
                                    RecordFailure(line: 0, message: "no such table", sql: "SELECT 2", expected: "", actual: "")])
        try fleet.expectTidy()
    }

    @Test("failures that are only counted fail the file, results that cannot be read are no pass, and good ones change nothing", arguments: [
        (#"{"summary": {"failed": 0, "timed_out": 1}}"#, Outcome.fail, "the program left with exit code 0, but its results name 1 failure"),
        ("{broken", .fail, "cannot read the program's results: not the JSON that is expected"),
        (#"{"summary": {"passed": 1, "failed": 0}}"#, .pass, nil), ("{}", .pass, nil), ("", .pass, nil),
    ] as [(String, Outcome, String?)])
    func countedResults(_ json: String, _ outcome: Outcome, _ message: String?) async throws {
        let record = try await run(["sh", "-c", "printf %s '\(json)' > $SLT_RESULTS"]).records()[0]
        #expect(record.outcome == outcome)
        #expect(record.message == message)
    }

    @Test("a program that says at its end that it was refused memory is out of memory", arguments: [
        "echo 'memory allocation of 99999999999 bytes failed' >&2; kill -ABRT $$", "python3 -c 'x = \"a\" * (1 << 62)'",
    ])
    func outOfMemory(script: String) async throws {
        let record = try await run(["sh", "-c", script]).records()[0]
        #expect(record.outcome == .outOfMemory, "\(record)")
        #expect(record.message?.hasPrefix("out of memory: the program ") == true)
    }
}
