import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("what is printed, and where it cannot be")
struct OutputTests {
    @Test("an error on stdout ends with 3 and a word, for every kind of output", arguments: ["config", "--help", "status --json", "run --json", "runs"])
    func full(command: String) async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]", isLocal: true)
        if command == "runs" { #expect(try await project.slt("run").code == 0) }
        let end = try await RunningProgram(["/bin/sh", "-c", "exec \"$0\" \"$@\" > /dev/full", Programs.client] + command.split(separator: " ").map(String.init),
                                           environment: project.environment, in: project.source).finish()
        #expect(end.code == 3, "\(end)")
        #expect(end.errors.contains("cannot write to standard output: No space left on device"), "\(end)")
    }

    @Test("slt-worker run ends with 3 too")
    func workerFull() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(passingFile, to: "a.test")
        for options in [["--json"], []] {
            let end = try await RunningProgram.run(["/bin/sh", "-c", "exec \"$0\" \"$@\" > /dev/full", Programs.worker, "run"] + options + [file], environment: [:])
            #expect(end.code == 3, "\(end)")
            #expect(end.errors.contains("cannot write to standard output"), "\(end)")
        }
    }

    @Test("what a file says reaches a terminal and JSON without a control or an override")
    func visible() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("query T\nSELECT 'a'\n----\n\u{202E}b\u{9B}31m\u{1B}[2J\n", to: "\u{202E}\u{1B}[2J.test")
        for options in [["--json"], [], ["--color", "always"]] {
            let end = try await RunningProgram.run([Programs.worker, "run"] + options + [file], environment: [:])
            #expect(end.code == 1, "\(end)")
            for text in [end.text, end.errors] {
                #expect(!text.unicodeScalars.contains { $0 == "\u{202E}" || (0x80...0x9F).contains($0.value) }, "\(end)")
                #expect(!text.contains("\u{1B}[2J"), "\(end)")
            }
        }
    }

    @Test("values of the engine's variables reach its program and are in no file of the run, nor of its copy")
    func secrets() async throws {
        let project = try await Project(files: ["tests/a.test": "x", "check.sh": "test \"$TOKEN\" = hush-hush && test -z \"$SLT_ENGINE_VARIABLE_TOKEN\"\n"], """
            [suite]
            files = ["tests/*.test"]
            [engine]
            kind = "command"
            command = ["/bin/sh", "{workspace}/check.sh"]
            environment = { TOKEN = "hush-hush" }
            """, isLocal: true)
        #expect(try await project.slt("run").code == 0)
        let found = try await RunningProgram.run(["/bin/grep", "-rl", "hush-hush", project.state, project.results], environment: [:])
        #expect(found.code == 1, "\(found)")
        #expect(found.text.isEmpty, "\(found)")
        let run = try #require(project.runs().first)
        #expect(try project.runDirectory(run).spec.engine.variables == ["TOKEN"])
    }

    @Test("the build's log is kept with the run; --no-build builds nothing, prepare runs nothing")
    func build() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile, ".sltignore": "made.test\n"], "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"echo built >> builds; cp tests/a.test tests/made.test; echo words\"", isLocal: true)
        #expect(try await project.slt("prepare").code == 0)
        #expect(project.runs().isEmpty)
        #expect(try await project.slt("run").code == 0)
        let run = try #require(project.runs().first)
        #expect(try String(contentsOfFile: "\(project.results)/\(run)/logs/build.log", encoding: .utf8) == "words\n")
        #expect(try await project.slt("run", "--no-build", "--filter", "s/a.t").code == 0)
        let made = try await project.slt("run", "--no-build", "tests/made.test")
        #expect(made.code == 0, "\(made)")
        #expect(made.errors.contains("an earlier build must have made it"), "\(made)")
        try await project.slt("run", "--no-build", "tests/none.test").expect(code: 2, "tests/none.test", "nothing was started")
        try await project.slt("rum").expect(code: 2, "did you mean 'run'?")
        try await project.slt("run", "--workers", "-1").expect(code: 2, "must be a whole number", "\"-1\"")
    }

    @Test("rules that match nothing are warned of with key and line, and files that are blocked are named with the reason")
    func rules() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile, "tests/b.test": passingFile], """
            [suite]
            files = ["tests/*.test"]
            block = [{ files = "tests/b.test", reason = "too big" }, { files = "test/c.test", reason = "typo" }]
            """, isLocal: true)
        let end = try await project.slt("run")
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("blocked: tests/b.test (too big)"), "\(end)")
        #expect(end.errors.contains("warning: slt-remote.toml:"), "\(end)")
        #expect(end.errors.contains("'suite.block' matches no file of the suite: test/c.test"), "\(end)")
    }
}
