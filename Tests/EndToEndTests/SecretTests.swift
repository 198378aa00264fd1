import Fleet
import FoundationEssentials
import Glibc
import RemoteKit
import TestSupport
import Testing

@Suite("secrets of engines and builds")
struct SecretTests {
    /// In a file of the tree, as a user's configuration has them.
    private static let settings = """
        [suite]
        files = ["tests/*.test"]
        [prepare]
        command = "env; echo building with --password=buildword-31; printf %s \\"$BUILD_TOKEN\\" | base64"
        [prepare.env]
        BUILD_TOKEN = "build-token-4711"
        [engine]
        kind = "command"
        command = ["/bin/sh", "{workspace}/engine.sh", "{file}", "--password=cmdword-77"]
        [engine.environment]
        APP_SECRET = "hunter2/+x&y z"
        MODE = "sesame-mode"
        [run]
        workers = 2
        """

    private static let engine = """
        env; echo "args: $@"; printf %s "$APP_SECRET" | base64; echo "to stderr $APP_SECRET" >&2
        echo "{\\"detailed_failures\\":[{\\"failures\\":[{\\"error_message\\":\\"cannot log in with $MODE\\",\\"sql_statement\\":\\"SELECT '$MODE'\\"}]}]}" > "$SLT_RESULTS"
        case "$1" in *bad.test) exit 1;; *crash.test) kill -SEGV $$;; esac
        """

    private static let planted = ["hunter2", "aHVudGVyMi8reCZ5", "sesame-mode", "build-token-4711", "YnVpbGQtdG9rZW4tNDcxM", "buildword-31", "cmdword-77", "urlword-5"]

    /// Every file below a folder that holds one of the secrets, by name.
    private func holders(_ folder: String) -> [String] {
        var found: [String] = []
        for path in below(folder) {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            for secret in Self.planted where data.firstRange(of: Data(secret.utf8)) != nil { found.append("\(secret) in \(path)") }
        }
        return found
    }

    @Test("are in no file of a run, on the host or at home, and in nothing that is printed, whatever repeats them")
    func nowhere() async throws {
        let project = try await Project(files: ["tests/a.test": "a", "tests/bad.test": "b", "tests/crash.test": "c", "engine.sh": Self.engine], Self.settings, isLocal: true)
        let run = try await project.slt("run", "--json")
        #expect(run.code == 1, "\(run)")
        let id = try #require(project.runs().first)
        let status = try await project.slt("status"), logs = try await project.slt("logs", "--worker", "0"), attach = try await project.slt("attach")
        let fetched = try await project.slt("fetch", id, "--bundle", "run.tar.zst")
        #expect(fetched.code == 0, "\(fetched)")
        var told: [RunningProgram.Finished] = [run, status, logs, attach, fetched]
        told += try await reports(project)
        for output in told {
            for secret in Self.planted { #expect(!"\(output)".contains(secret), "\(secret): \(output)") }
        }
        // The workspace has the user's own files, with what is in them.
        #expect(holders(project.state) == [])
        #expect(holders(project.results) == [])
        // Something was there to be taken out, and it was stored otherwise.
        let home = "\(project.results)/\(id)"
        for names in [["logs/build.log"], ["logs/worker-0.log", "logs/worker-1.log"], ["records.jsonl"], ["spec.json"], ["configuration.toml"]] {
            // One worker may have run all files.
            let text = names.map { FileManager.default.contents(atPath: "\(home)/\($0)").map { String(decoding: $0, as: UTF8.self) } ?? "" }.joined(), name = names[0]
            #expect(text.contains("***"), "\(name): \(text)")
        }
        #expect(FileManager.default.contents(atPath: project.folder.file("told/results.sqlite"))?.firstRange(of: Data("***".utf8)) != nil)
        #expect(holders(project.folder.file("told")) == [])
        #expect(holders(project.home + "/.local") == [], "the history")
        // The bundle is searched as it is read.
        let unpacked = try RunFolder(path: project.source + "/run.tar.zst")
        #expect(holders(unpacked.path) == [])
        #expect(below(unpacked.path).count > 5)
        let context = try #require(try project.runDirectory(id).spec.context)
        #expect(context.commandLine == ["slt-remote", "run", "--json"])
        #expect(context.isWholeSuite)
        #expect(context.configuration.contains("APP_SECRET = \"***\""), "\(context.configuration)")
        #expect(context.configuration.contains("# slt-remote.toml:"))
    }

    /// The run in every format, printed and in files of the folder `told`.
    private func reports(_ project: Project) async throws -> [RunningProgram.Finished] {
        let folder = project.folder.file("told")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var told: [RunningProgram.Finished] = []
        for format in ["text", "md", "junit", "ctrf", "github", "html", "json", "badge", "perfetto", "punch-md", "punch-csv"] {
            told.append(try await project.slt("report", "--format", format))
            told.append(try await project.slt("report", "--format", format, "-o", "\(folder)/report.\(format)"))
        }
        for format in ["json", "badge", "punchlist-md", "punchlist-csv", "punchlist-json"] { told.append(try await project.slt("export", "--format", format)) }
        told.append(try await project.slt("export", "--format", "sqlite", "-o", folder + "/results.sqlite"))
        for verb in ["failures", "history", "slow", "untested", "flaky"] { told.append(try await project.slt(verb, "--json")) }
        for done in told { #expect(done.code == 0, "\(done)") }
        let texts = told.map(\.text).joined()
        #expect(texts.contains("***"), "what was taken out is told of")
        return told
    }

    @Test("are not in the rows behind a hash, in which a query repeats them, and in no report of them")
    func rows() async throws {
        let script = """
            statement ok
            CREATE TABLE t(a)

            statement ok
            INSERT INTO t VALUES('plain'), ('hunter' || '2/+x&y z'), ('id=' || 'sesame' || '-mode!')

            query T nosort
            SELECT a FROM t
            ----
            3 values hashing to 00000000000000000000000000000000

            query T nosort
            SELECT a FROM t
            ----
            plain
            other
            third

            """
        let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nkind = \"sqlite\"\nenvironment = { APP_SECRET = \"hunter2/+x&y z\", MODE = \"sesame-mode\" }\n"
        let project = try await Project(files: ["tests/a.test": script], settings, isLocal: true)
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        let folder = try RunFolder(path: "\(project.results)/\(try #require(project.runs().first))")
        let rows = folder.rows(of: 0)
        #expect(rows.map(\.actual) == [["plain", "***", "id=***!"], ["plain", "***", "id=***!"]], "\(rows)")
        var told = [run]
        told += try await reports(project)
        for output in told {
            for secret in Self.planted { #expect(!"\(output)".contains(secret), "\(secret): \(output)") }
        }
        #expect(holders(project.state) == [])
        #expect(holders(project.home + "/.local") == [])
        #expect(holders(project.folder.file("told")) == [])
    }

    @Test("are not kept for a resume, which needs them again, the command's included")
    func resumed() async throws {
        let settings = Gate.settings().replacing(#""{file}"]"#, with: #""{file}", "--token", "cmdword-77"]"#)
        let project = try await Project(files: Gate.files(3), settings, isLocal: true)
        #expect(try await project.slt("run", "--detach").code == 0)
        try await project.status { $0.running == 2 }
        _ = try await project.slt("stop", "--now")
        let id = try #require(project.runs().first)
        #expect(try project.runDirectory(id).spec.engine.isCommandHidden == true)
        #expect(holders(project.state) == [])
        try project.openGate()
        let resumed = try await project.slt("run", "--resume", id)
        #expect(resumed.code == 0, "\(resumed)")
        _ = try project.records(id, count: 3)
        #expect(holders(project.results) == [])
    }

    @Test("a connection's password is in no message, when the server cannot be reached")
    func connection() async throws {
        let settings = "[suite]\nfiles = [\"*.test\"]\n[engine]\nkind = \"postgres\"\nconnection = \"host=/nonexistent password='urlword-5 x' user=me\"\n"
        let project = try await Project(files: ["a.test": passingFile], settings, isLocal: true)
        let run = try await project.slt("run")
        #expect(run.code == 6, "\(run)")
        #expect(!"\(run)".contains("urlword-5"), "\(run)")
        #expect(holders(project.state) == [])
        #expect(holders(project.results) == [])
    }

    @Test("a run of some files or of some that match is not one of the whole suite", arguments: [["tests/0.test"], ["--filter", "0"], ["--shard", "1/2"]])
    func parts(_ arguments: [String]) async throws {
        let project = try await Project(files: Gate.files(2), Gate.settings(), isLocal: true)
        #expect(try await project.start(["run", "--detach"] + arguments).finish().code == 0)
        let id = try #require(project.runs().first)
        #expect(try project.runDirectory(id).spec.context?.isWholeSuite == false)
        try await project.status { $0.running > 0 }
        try project.openGate()
        #expect(try await project.slt("attach").code == 0)
    }
}
