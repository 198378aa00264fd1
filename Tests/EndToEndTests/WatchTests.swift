import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("sync --watch")
struct SyncWatchTests {
    private func contents(_ project: Project, _ name: String) -> String? { FileManager.default.contents(atPath: project.workspace + "/" + name).map { String(decoding: $0, as: UTF8.self) } }

    @Test("brings each change with a line for it, until Ctrl-C, which ends the agent too")
    func follows() async throws {
        let project = try await Project(files: ["d/a": "1", "d/b": "1", "e/c": "1"])
        let client = try project.start(["sync", "--watch"])
        try await project.hasSaid(client, "created")
        try project.write("2", to: "d/a")
        try await project.hasSaid(client, "synced d/a in")
        #expect(contents(project, "d/a") == "2")
        // As an editor saves.
        try project.write("3", to: "d/.a.swp")
        #expect(rename(project.source + "/d/.a.swp", project.source + "/d/a") == 0)
        let isThere = try await eventually { contents(project, "d/a") == "3" }
        #expect(isThere, "\(client.errors)")
        try project.write("new", to: "n/deep/er")
        let isNew = try await eventually { contents(project, "n/deep/er") == "new" }
        #expect(isNew, "\(client.errors)")
        client.signal(SIGINT)
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        let isGone = try await eventually { !processes(naming: project.state).contains { project.isAgent($0) } }
        #expect(isGone)
    }

    @Test("after another client has synced, all of the tree is compared again")
    func another() async throws {
        let project = try await Project(files: ["d/a": "1", "e/c": "1"])
        let client = try project.start(["sync", "--watch"])
        try await project.hasSaid(client, "created")
        unlink(project.workspace + "/e/c")
        // Of another state of the tree, as far as the host knows.
        let other = try await project.slt("sync", "--exclude", "d")
        #expect(other.code == 0, "\(other)")
        #expect(contents(project, "e/c") == "1")
        unlink(project.workspace + "/e/c")
        try project.write("2", to: "d/a")
        let isThere = try await eventually { contents(project, "d/a") == "2" }
        #expect(isThere, "\(client.errors)")
        // The files of one sync come one after the other.
        let isBack = try await eventually { contents(project, "e/c") == "1" }
        #expect(isBack, "\(client.errors)")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("a connection that is lost is made again, and what was missed is brought")
    func reconnects() async throws {
        let project = try await Project(files: ["d/a": "1", "e/c": "1"])
        let server = try #require(project.server)
        let client = try project.start(["sync", "--watch"])
        try await project.hasSaid(client, "created")
        #expect(server.killConnections() > 0)
        // It is noticed, and mended, before anything is to be sent.
        try await project.hasSaid(client, "connection lost")
        try await project.hasSaid(client, "connected to box again")
        #expect(server.killConnections() > 0)
        try project.write("2", to: "d/a")
        let isThere = try await eventually { contents(project, "d/a") == "2" }
        #expect(isThere, "\(client.errors)")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("goes on after a sync that cannot be: what is wrong is said, and mending it is a change")
    func recovers() async throws {
        let project = try await Project(files: ["d/a": "1"])
        let client = try project.start(["sync", "--watch"])
        try await project.hasSaid(client, "created")
        // What is not there cannot be read, not even by root.
        try #require(rename(project.source, project.source + ".away") == 0)
        try await project.hasSaid(client, "cannot sync now")
        try #require(rename(project.source + ".away", project.source) == 0)
        try project.write("2", to: "d/a")
        let isThere = try await eventually { contents(project, "d/a") == "2" }
        #expect(isThere, "\(client.errors)")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("a sync that is refused because a run uses the workspace is made when the run has ended, without another save")
    func retries() async throws {
        let project = try await Project(files: ["d/a": "1", "tests/slow.test": slowFile(120)], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let client = try project.start(["sync", "--watch"])
        try await project.hasSaid(client, "created")
        let run = try await project.slt("run", "--detach", "--workers", "1")
        #expect(run.code == 0, "\(run)")
        try project.write("2", to: "d/a")
        try await project.hasSaid(client, "it is tried again soon")
        #expect(contents(project, "d/a") == "1")
        let stop = try await project.slt("stop", "--now")
        #expect(stop.code == 0, "\(stop)")
        let isThere = try await eventually { contents(project, "d/a") == "2" }
        #expect(isThere, "\(client.errors)")
        #expect(client.errors.components("it is tried again soon") == 1)
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("what ends at once cannot be combined with it", arguments: ["--dry-run", "--json", "--stats"])
    func combined(_ flag: String) async throws {
        let project = try await Project(files: ["a": "1"], isLocal: true)
        try await project.slt("sync", "--watch", flag).expect(code: 2, "--watch goes on until it is ended; remove \(flag)")
    }
}

@Suite("watch")
struct WatchTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n"
    private static let good = "query I\nSELECT 1\n----\n1\n", bad = "query I\nSELECT 1\n----\n2\n"

    private func hasPrinted(_ client: RunningProgram, _ text: String, times: Int = 1, _ location: SourceLocation = #_sourceLocation) async throws {
        let has = try await eventually { client.output.components(text) >= times }
        #expect(has, "\(client.output)\n\(client.errors)", sourceLocation: location)
    }

    @Test("runs all, then after a save what changed, then what failed and all again; Ctrl-C leaves nothing at work on the host")
    func loop() async throws {
        let project = try await Project(files: ["tests/a.test": Self.good, "tests/b.test": Self.good], Self.settings)
        let client = try project.start(["watch", "--workers", "1"])
        try await hasPrinted(client, "PASSED: all of 2 files")
        try project.write(Self.bad, to: "tests/a.test")
        try await hasPrinted(client, "FAILED: 1 file that failed last or changed, 1 failed")
        try await hasPrinted(client, "FAILED: all of 2 files, 1 failed")
        #expect(client.output.contains("FAIL ["))
        #expect(client.output.contains("tests/a.test:4: wrong rows"))
        #expect(client.output.contains("now: FAIL 1 of 2 files"))
        // Another file is saved: what failed comes with it.
        try project.write(Self.good + "\n", to: "tests/b.test")
        try await hasPrinted(client, "FAILED: 2 files that failed last or changed, 1 failed")
        try project.write(Self.good, to: "tests/a.test")
        try await hasPrinted(client, "now: PASS 2 files", times: 2)
        client.signal(SIGINT)
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        let isGone = try await eventually { processes(naming: project.state).isEmpty }
        #expect(isGone)
        // Runs of a few files are not kept, those of all are.
        let runs = try await project.slt("runs", "--host", "box")
        #expect(runs.code == 0, "\(runs)")
        #expect(project.runs().count == client.output.components(": all of 2 files"))
    }

    @Test("a save during a run ends it, and the sources of a live run are never changed")
    func savesDuringRun() async throws {
        let project = try await Project(files: ["tests/slow.test": slowFile(120)], Self.settings)
        let client = try project.start(["watch", "--workers", "1"])
        try await project.hasSaid(client, "running all of 1 file")
        try project.write(Self.good, to: "tests/slow.test")
        try await project.hasSaid(client, "ended, for something else is to be done")
        try await hasPrinted(client, "PASSED: 1 file that failed last or changed")
        try await hasPrinted(client, "PASSED: all of 1 file")
        #expect(!client.errors.contains("cannot sync"), "\(client.errors)")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("Ctrl-C during a run ends it on the host")
    func interrupted() async throws {
        let project = try await Project(files: ["tests/slow.test": slowFile(120)], Self.settings)
        let client = try project.start(["watch", "--workers", "1"])
        try await project.hasSaid(client, "running all of 1 file")
        client.signal(SIGINT)
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        let isGone = try await eventually { processes(naming: project.state).isEmpty }
        #expect(isGone)
        #expect(project.runs().isEmpty)
    }

    @Test("a run whose connection is lost is ended on the next one, and begun again")
    func lostDuringRun() async throws {
        let project = try await Project(files: ["tests/slow.test": slowFile(120)], Self.settings)
        let server = try #require(project.server)
        let client = try project.start(["watch", "--workers", "1"])
        try await project.hasSaid(client, "running all of 1 file")
        let first = try #require(project.runs().first)
        #expect(server.killConnections() > 0)
        try await project.hasSaid(client, "connected to box again")
        let isAgain = try await eventually { client.errors.components("running all of 1 file") == 2 }
        #expect(isAgain, "\(client.errors)")
        #expect(!project.runs().contains(first))
        try project.write(Self.good, to: "tests/slow.test")
        try await hasPrinted(client, "PASSED: all of 1 file")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
        #expect(project.runs().count == 1)
    }

    @Test("builds after each change, and runs nothing after a build that failed")
    func builds() async throws {
        let project = try await Project(files: ["tests/a.test": Self.good, "src/code": "good"],
                                        Self.settings + "[prepare]\ncommand = \"cat src/code && grep -q good src/code\"\n", isLocal: true)
        let client = try project.start(["watch", "--workers", "1"])
        try await hasPrinted(client, "PASSED: all of 1 file")
        try project.write("bad", to: "src/code")
        try await project.hasSaid(client, "the build command failed")
        try project.write("good again", to: "src/code")
        try await hasPrinted(client, "PASSED: all of 1 file", times: 2)
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("while another run has the workspace, what is to be built waits, says so once, and is built when that run has ended", arguments: [true, false])
    func locked(endsItself: Bool) async throws {
        let project = try await Project(files: ["tests/a.test": Self.good, "tests/slow.test": slowFile(300), "d": "1"],
                                        "[suite]\nfiles = [\"tests/a.test\"]\n[prepare]\ncommand = \"cp d built\"\n", isLocal: true)
        let client = try project.start(["watch", "--workers", "1"])
        try await hasPrinted(client, "PASSED: all of 1 file")
        let run = try await project.slt("run", "--detach", "--no-sync", "--no-build", "--workers", "1", "tests/slow.test")
        #expect(run.code == 0, "\(run)")
        try project.write("2", to: "d")
        try await project.hasSaid(client, "it is tried again soon")
        // A sync removes what the source does not have.
        let built = { try? String(contentsOfFile: project.workspace + "/built", encoding: .utf8) }
        #expect(built() == "1")
        guard endsItself else {
            client.signal(SIGINT)
            let end = try await client.finish()
            #expect(end.code == 0, "\(end)")
            #expect(try await project.status()?.phase == .running)
            return
        }
        let stop = try await project.slt("stop", "--now")
        #expect(stop.code == 0, "\(stop)")
        let isBuilt = try await eventually { built() == "2" }
        #expect(isBuilt, "\(client.errors)")
        try await hasPrinted(client, "now: PASS 1 file", times: 2)
        #expect(client.errors.components("it is tried again soon") == 1, "\(client.errors)")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("a list of known failures that cannot be read is told, and mending it is a change")
    func brokenList() async throws {
        let project = try await Project(files: ["tests/a.test": Self.good, "known.toml": "= broken"], Self.settings + "known-failures = \"known.toml\"\n", isLocal: true)
        let client = try project.start(["watch", "--workers", "1"])
        try await project.hasSaid(client, "it is tried again when something changes")
        unlink(project.source + "/known.toml")
        try await hasPrinted(client, "PASSED: all of 1 file")
        client.signal(SIGINT)
        #expect(try await client.finish().code == 0)
    }

    @Test("a first sync that cannot be ends it with the code of a sync")
    func refused() async throws {
        let project = try await Project(files: ["tests/a.test": Self.good], Self.settings, isLocal: true)
        try FileManager.default.createDirectory(atPath: project.workspace, withIntermediateDirectories: true)
        try #require(FileManager.default.createFile(atPath: project.workspace + "/mine", contents: nil))
        try await project.slt("watch").expect(code: 2, "--take-over")
    }
}

@Suite("watch on a terminal")
struct WatchScreenTests {
    /// Runs a program on a terminal of 80 by 24, types each key once the screen shows its words, and writes what was shown.
    private static let typist = """
        import fcntl, os, pty, select, struct, sys, termios
        steps, program = sys.argv[1].split(";"), sys.argv[2:]
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(program[0], program)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        text, seen = b"", 0
        while True:
            try:
                part = os.read(terminal, 65536)
                if not part: break
                text += part
            except OSError: break
            while steps and (at := text.find(steps[0].split("=")[0].encode(), seen)) >= 0:
                seen = at + 1
                key = steps.pop(0).split("=")[1]
                os.write(terminal, {"C": b"\\3"}.get(key, key.encode()))
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    @Test("a key that is pressed during a build does not end the build", arguments: ["a", "f"])
    func keyDuringBuild(_ key: String) async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"sleep 2\"\n", isLocal: true)
        let steps = "building: sleep=\(key);waiting for a change=q"
        let client = try RunningProgram(["/usr/bin/python3", "-c", Self.typist, steps, Programs.client, "watch", "--workers", "1"], environment: project.environment, in: project.source)
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("PASS 1 file"), "\(end)")
    }

    /// - Parameter last: the key that ends it.
    @Test("shows the verdict, runs again by keys, and ends by q or Ctrl-C with the terminal as it was", arguments: ["q", "C"])
    func keys(_ last: String) async throws {
        let project = try await Project(files: ["tests/a.test": passingFile, "tests/b.test": "query I\nSELECT 1\n----\n2\n"], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let steps = "waiting for a change=a;running all of 2 files=x;waiting for a change=f;running 1 file that failed last=x;waiting for a change=\(last)"
        let client = try RunningProgram(["/usr/bin/python3", "-c", Self.typist, steps, Programs.client, "watch", "--workers", "1"], environment: project.environment, in: project.source)
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("FAIL 1 of 2 files"), "\(end)")
        #expect(end.text.contains("tests/b.test:4: wrong rows"), "\(end)")
        #expect(end.text.contains("q quit   a run all   f run what failed"))
        // The alternate screen is left, and the cursor is back.
        #expect(end.text.contains("\u{1B}[?25h\u{1B}[?1049l"))
        let isGone = try await eventually { processes(naming: project.state).isEmpty }
        #expect(isGone)
    }
}
