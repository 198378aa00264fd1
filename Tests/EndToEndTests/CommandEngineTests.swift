import Fleet
import FoundationEssentials
import TestSupport
import Testing

@Suite("a program for each file")
struct CommandEngineTests {
    private func settings(_ command: String, _ more: String = "") -> String {
        "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nkind = \"command\"\ncommand = \(command)\n\(more)\n[run]\nworkers = 2\n"
    }

    @Test("exit code 0 passes, another fails, a signal is a crash, and the output is kept")
    func verdicts() async throws {
        let project = try await Project(
            files: ["run.sh": ". \"$1\"\n", "tests/pass.test": "echo fine; exit 0", "tests/fail.test": "echo row 7 differs; echo more >&2; exit 9",
                    "tests/crash.test": "kill -SEGV $$"],
            settings("[\"/bin/sh\", \"{workspace}/run.sh\", \"{file}\"]"))
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("2 of 3 files failed"), "\(run)")
        #expect(run.text.contains("row 7 differs"), "\(run)")
        let id = try #require(project.runs().first)
        let records = try project.records(id, count: 3)
        func record(_ name: String) throws -> FileRecord { try #require(records.first { $0.file == "tests/\(name).test" }) }
        #expect(try record("pass").outcome == .pass)
        #expect(try record("pass").output?.contains("fine") == true)
        #expect(try record("fail").outcome == .fail)
        #expect(try record("fail").message?.contains("9") == true)
        #expect(try record("fail").output?.contains("row 7 differs") == true)
        #expect(try record("fail").output?.contains("more") == true)
        #expect(try record("crash").outcome == .crashed)
        let logs = try await [project.slt("logs", "--worker", "0", id), project.slt("logs", "--worker", "1", id)]
        #expect(logs.contains { $0.text.contains("row 7 differs") }, "\(logs)")
    }

    @Test("a program that crashes is tried as often as --attempts says", arguments: [1, 3])
    func attempts(count: Int) async throws {
        let project = try await Project(files: ["tests/crash.test": "kill -SEGV $$"], settings("[\"/bin/sh\", \"{file}\"]"))
        #expect(try await project.slt("run", "--attempts", "\(count)").code == 1)
        let record = try project.records(try #require(project.runs().first), count: 1)[0]
        #expect(record.outcome == .crashed)
        #expect(record.attempt == count)
        try await project.slt("run", "--attempts", "0").expect(code: 2, "--attempts")
    }

    @Test("it gets the variables of the old scripts, and the configuration's own")
    func variables() async throws {
        let project = try await Project(
            files: ["run.sh": "env | grep -E '^(SQLLOGICTEST_|RAYON|OWN)' | sort; echo \"file=$1\"\n", "tests/a b.test": "x"],
            settings("[\"/bin/sh\", \"{workspace}/run.sh\", \"{file}\"]", "environment = { OWN = \"mine\", RAYON_NUM_THREADS = \"3\" }")
                + "seed = 42\ntime = \"10m\"\nfile-timeout = \"200s\"\n")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        let id = try #require(project.runs().first)
        let output = try #require(try project.records(id, count: 1)[0].output)
        let file = project.workspace + "/tests/a b.test"
        for line in ["SQLLOGICTEST_SEED=42", "SQLLOGICTEST_TOTAL_WORKERS=2", "SQLLOGICTEST_TIME_BUDGET=600", "SQLLOGICTEST_FILE_TIMEOUT=200",
                     "SQLLOGICTEST_FILES=\(file)", "SQLLOGICTEST_WORK_QUEUE=\(project.state)/runs/\(id)", "SQLLOGICTEST_USE_WORK_QUEUE=0",
                     "SQLLOGICTEST_WORKER_ID=", "OWN=mine", "RAYON_NUM_THREADS=3", "file=\(file)"] {
            #expect(output.contains(line), "\(output)")
        }
    }

    @Test("a program that is not there ends the run, fails no file, and says so")
    func missing() async throws {
        let project = try await Project(files: ["tests/a.test": "x", "tests/b.test": "y"], settings("[\"./no-such-harness\", \"{file}\"]"))
        let run = try await project.slt("run")
        #expect(run.code == 6, "\(run)")
        #expect(run.text.contains("2 untested"), "\(run)")
        for words in ["cannot start the engine's program \(project.workspace)/", "no-such-harness: ", "engine.command"] { #expect((run.text + run.errors).contains(words), "\(run)") }
    }
}
