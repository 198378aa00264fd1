import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("configurations and command lines that cannot work")
struct ConfigurationMistakeTests {
    @Test("a key that is misspelt is named with file, line and the nearest name")
    func typo() async throws {
        let project = try await Project(isLocal: true)
        try project.write("host = \"local\"\n[run]\nworkes = 3\n[sync]\ngitignore = \"yes\"\n", to: "slt-remote.toml")
        try await project.slt("run").expect(code: 2, "slt-remote.toml:3: ", "workes", "workers", "slt-remote.toml:5: ", "gitignore")
        try project.write("host = \n", to: "slt-remote.toml")
        try await project.slt("status").expect(code: 2, "slt-remote.toml:1")
        try await project.slt("status", "--config", "other.toml").expect(code: 2, "other.toml", "no such file")
    }

    @Test("--workers 0, a word for a number, a bad time, an unknown verb and an unknown flag are usage")
    func usage() async throws {
        let project = try await Project(isLocal: true)
        try await project.slt("run", "--workers", "0").expect(code: 2, "workers")
        try await project.slt("run", "--workers", "many").expect(code: 2, "workers", "many")
        try await project.slt("run", "--time", "soon").expect(code: 2, "soon")
        try await project.slt("rum").expect(code: 2, "rum")
        try await project.slt("run", "--wrokers", "3").expect(code: 2, "--wrokers")
        try await project.slt("logs", "--worker", "-1").expect(code: 2, "--worker")
        try await project.slt("runs", "--limit", "0").expect(code: 2, "--limit")
        try await project.slt("run", "--resume", "x", "*.test").expect(code: 2, "--resume")
    }

    @Test("--help says what each verb does and what the exit codes are, on stdout")
    func help() async throws {
        let project = try await Project(isLocal: true)
        let help = try await project.slt("--help")
        #expect(help.code == 0, "\(help)")
        #expect(help.text.contains("Exit codes: 0 all passed"), "\(help)")
        #expect(help.errors.isEmpty, "\(help)")
        for verb in ["run", "sync", "attach", "status", "stop", "workers", "pause", "doctor", "fetch", "runs", "logs", "config"] {
            #expect(help.text.contains("\n  \(verb) "), "\(help)")
            let own = try await project.slt(verb, "--help")
            #expect(own.code == 0, "\(own)")
            #expect(own.text.contains("--host"), "\(own)")
            #expect(own.text.contains("--config"), "\(own)")
        }
    }

    @Test("each option in the pages for users is one that the programs take")
    func documentedOptions() async throws {
        let project = try await Project(isLocal: true)
        func options(_ text: String) -> Set<String> {
            Set(text.split { !$0.isLetter && $0 != "-" }.filter { $0.hasPrefix("--") && $0.dropFirst(2).first?.isLetter == true }.map(String.init))
        }
        var known: Set<String> = []
        for verb in ["run", "sync", "prepare", "attach", "status", "stop", "workers", "pause", "doctor", "fetch", "runs", "logs", "config", "report", "compare", "flaky", "bisect", "history", "failures", "slow", "untested", "sql",
                     "export", "prune", "clean"] {
            known.formUnion(options(try await project.slt(verb, "--help").text))
        }
        for verb in ["run", "generate"] {
            known.formUnion(options(try await RunningProgram.run([Programs.worker, verb, "--help"], environment: project.environment).text))
        }
        for verb in ["update", "list", "check"] { known.formUnion(options(try await project.slt("known-failures", verb, "--help").text)) }
        for verb in ["import", "rebuild"] { known.formUnion(options(try await project.slt("history", verb, "--help").text)) }
        // Those of systemd-run, and of programs whose secrets are hidden.
        known.formUnion(["--user", "--scope", "--password", "--token"])
        let root = String(#filePath.dropLast("Tests/EndToEndTests/ConfigurationMistakeTests.swift".count))
        for page in ["README.md", "docs/guide.md", "docs/fleet.md", "docs/sync.md", "docs/slt.md", "docs/ssh.md", "docs/history.md", "docs/known-failures.md", "docs/flaky.md", "docs/bisect.md"] {
            let unknown = options(try String(contentsOfFile: root + page, encoding: .utf8)).subtracting(known)
            #expect(unknown.isEmpty, "\(page): \(unknown.sorted())")
        }
    }

    @Test("a run that is not there, and no run at all")
    func unknownRun() async throws {
        let project = try await Project()
        for verb in ["attach", "fetch", "logs", "status", "stop"] {
            try await project.slt(verb, "20200101-000000-none").expect(code: 2, "20200101-000000-none")
        }
        try await project.slt("fetch", "../../etc").expect(code: 2, "../../etc")
        for verb in ["attach", "fetch", "logs"] { try await project.slt(verb).expect(code: 2, "there is none yet") }
        try await project.slt("stop").expect(code: 2, "no run")
        let status = try await project.slt("status")
        #expect(status.code == 0, "\(status)")
        #expect(status.text.contains("no run on box"), "\(status)")
        #expect(status.text.contains("load"), "\(status)")
        let runs = try await project.slt("runs")
        #expect(runs.code == 0, "\(runs)")
        #expect(runs.output.isEmpty, "\(runs)")
        #expect(runs.errors.contains("no runs"), "\(runs)")
        let json = try await project.slt("runs", "--json")
        #expect(json.code == 0, "\(json)")
        #expect(json.output.isEmpty, "\(json)")
    }

    @Test("an empty suite, and globs that match nothing, are refused by name; nothing is run")
    func emptySuite() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile])
        try await project.slt("run").expect(code: 2, "no test files are given", "[suite]")
        try await project.slt("run", "tests/*.tset", "more/**").expect(code: 2, "'tests/*.tset'", "'more/**'", project.workspace)
        try await project.slt("run", "tests/[a").expect(code: 2, "tests/[a")
        try await project.slt("run", "../**/*.test").expect(code: 2, "../**/*.test")
        #expect(project.runs().isEmpty)
    }

    @Test("a run that is not there, and a name that no run can have, are refused with the command that lists the runs", arguments: ["nope", "a/b"])
    func noSuchRun(_ run: String) async throws {
        let project = try await Project(files: ["a.test": passingFile], isLocal: true)
        for verb in [["attach"], ["stop"], ["fetch"], ["logs"], ["pause"], ["workers", "3"], ["run", "--resume"]] {
            let refused = try await RunningProgram.run([Programs.client] + verb + [run], environment: project.environment, in: project.source)
            refused.expect(code: 2, run, "list the runs with: slt-remote runs --host local")
        }
    }

    @Test("a second run, and a sync, in a workspace that a run uses are refused with the run's name")
    func busy() async throws {
        let project = try await Project(files: Gate.files(2), Gate.settings())
        let left = try await project.slt("run", "--detach")
        #expect(left.code == 0, "\(left)")
        let id = try #require(project.runs().first)
        try await project.slt("run").expect(code: 2, id, "slt-remote attach", "slt-remote stop")
        try await project.slt("run", "--no-sync").expect(code: 2, id)
        try await project.slt("sync").expect(code: 2, id)
        try await project.slt("run", "--resume", id).expect(code: 2, id)
        #expect(project.runs() == [id])
        try project.openGate()
        #expect(try await project.slt("attach").code == 0)
        #expect(try await project.slt("sync").code == 0)
    }

    @Test("a source folder that is not there, and one that is empty where the host's is full")
    func source() async throws {
        let project = try await Project(files: ["src/1": "1", "src/2": "2", "src/3": "3"], "[sync]\nsource = \"src\"\n")
        try FileManager.default.createDirectory(atPath: project.source + "/empty", withIntermediateDirectories: true)
        #expect(try await project.slt("sync").code == 0)
        let configuration = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(configuration.replacing("source = \"src\"", with: "source = \"nowhere\""), to: "slt-remote.toml")
        try await project.slt("sync").expect(code: 2, "nowhere")
        try project.write(configuration.replacing("source = \"src\"", with: "source = \"empty\""), to: "slt-remote.toml")
        try await project.slt("sync").expect(code: 2, "--force")
        #expect(project.exists(project.workspace + "/1"))
        let forced = try await project.slt("sync", "--force")
        #expect(forced.code == 0, "\(forced)")
        #expect(!project.exists(project.workspace + "/1"), "\(forced)")
    }
}
