import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("the build on the host")
struct PrepareTests {
    private func project(_ prepare: String, files: [String: String] = [:]) async throws -> Project {
        try await Project(files: ["tests/a.test": passingFile].merging(files) { $1 }, "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\n\(prepare)\n")
    }

    @Test("its output is shown as it comes, stdout and stderr, and the run begins when it is done")
    func streamed() async throws {
        let project = try await project(
            "command = \"sh build.sh\"",
            files: ["build.sh": "echo to stdout; echo to stderr >&2; while [ ! -e go ]; do sleep 0.02; done; printf 'no end of line'\n"])
        let client = try project.start(["run"])
        let shown = try await eventually { client.errors.contains("  to stdout\n") && client.errors.contains("  to stderr\n") }
        #expect(shown, "\(client.errors)")
        #expect(!client.hasEnded, "\(client.errors)")
        #expect(project.runs().isEmpty, "\(client.errors)")
        try Data().write(to: URL(filePath: project.workspace + "/go"))
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.errors.contains("  no end of line\n"), "\(end)")
        #expect(end.errors.contains("prepared in "), "\(end)")
    }

    @Test("when it fails, nothing is run: exit code 4, and what it printed is there")
    func failing() async throws {
        let project = try await project("command = \"echo 'error: no such crate'; exit 3\"")
        try await project.slt("run").expect(code: 4, "  error: no such crate\n", "exit code 3", "nothing was run")
        #expect(project.runs().isEmpty)
    }

    @Test("a tool that is not there is named, with the code that a shell gives")
    func missingTool() async throws {
        let project = try await project("command = \"cargoo build --release\"")
        try await project.slt("run").expect(code: 4, "cargoo", "127", "program was not found")
        #expect(project.runs().isEmpty)
    }

    @Test("when it takes too long it is ended with all that it started")
    func timeout() async throws {
        let project = try await project("timeout = \"1s\"\ncommand = \"sleep 3000.25 & echo $! > pid; wait\"")
        try await project.slt("run").expect(code: 4, "longer than 1", "timeout")
        let pid = try #require(Int32(try String(contentsOfFile: project.workspace + "/pid", encoding: .utf8).split(separator: "\n").first ?? ""))
        let gone = try await eventually { !FileManager.default.fileExists(atPath: "/proc/\(pid)") }
        #expect(gone)
        #expect(project.runs().isEmpty)
    }

    @Test("it dies of a signal: exit code 4, and the signal is named")
    func signaled() async throws {
        let project = try await project("command = \"kill -SEGV $$\"")
        try await project.slt("run").expect(code: 4, "SIGSEGV")
    }

    @Test("it has the environment of a login: a .profile that extends PATH counts, and the configuration's variables beat it")
    func environment() async throws {
        let project = try await project("command = \"mytool\"\nenv = { FLAVOUR = \"own 'words'\", TINT = \"blue\" }")
        try project.folder.write("export PATH=\"$HOME/tools:$PATH\"\nexport FLAVOUR=profile FROM_PROFILE=yes\necho welcome to this host\n", to: "host/.profile")
        let tool = try project.folder.write("#!/bin/sh\n[ \"$FLAVOUR\" = \"own 'words'\" ] && echo \"flavour=$FLAVOUR tint=$TINT profile=$FROM_PROFILE in=$(pwd)\"\n", to: "host/tools/mytool")
        chmod(tool, 0o755)
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        #expect(run.errors.contains("flavour=*** tint=blue profile=yes in=\(project.workspace)"), "\(run)")
        #expect(!run.errors.contains("welcome"), "\(run)")
    }

    @Test("much output, long lines and control characters arrive and do no harm")
    func noisy() async throws {
        let project = try await project(
            "command = \"seq 1 20000; printf '\\\\033[2J\\\\377\\\\n'; head -c 300000 /dev/zero | tr '\\\\0' x; echo; echo last line\"")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run.errors.suffix(2000))")
        #expect(run.errors.contains("  20000\n"), "\(run.errors.suffix(2000))")
        #expect(run.errors.contains("  last line\n"), "\(run.errors.suffix(2000))")
        #expect(!run.errors.contains("\u{1B}[2J"))
    }
}
