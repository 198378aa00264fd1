import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("bringing the worker to the host")
struct UploadTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n"

    @Test("it is uploaded once, to a place named by its content, and used from then on")
    func once() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], UploadTests.settings, hasAgent: false)
        let first = try await project.slt("status", "-v")
        #expect(first.code == 0, "\(first)")
        #expect(first.errors.contains("uploading the worker"), "\(first)")
        let agents = try FileManager.default.contentsOfDirectory(atPath: project.state + "/agents")
        try #require(agents.map(\.count) == [64])
        let installed = "\(project.state)/agents/\(agents[0])"
        #expect(try FileManager.default.contentsOfDirectory(atPath: installed) == ["slt-worker"])
        #expect(FileManager.default.contentsEqual(atPath: installed + "/slt-worker", andPath: Programs.worker))

        let second = try await project.slt("run", "-v")
        #expect(second.code == 0, "\(second)")
        #expect(!second.errors.contains("uploading"), "\(second)")
    }

    @Test("a first sync of much content goes over further connections", arguments: [25, 60])
    func further(_ megabytes: Int) async throws {
        let project = try await Project(UploadTests.settings, hasAgent: false)
        var random = SystemRandomNumberGenerator()
        for number in 0..<megabytes {
            let words = (0..<(1 << 17)).map { _ in random.next() }
            try words.withUnsafeBytes { try Data($0).write(to: URL(filePath: project.source + "/\(number)")) }
        }
        let sync = try await project.slt("sync", "-v")
        #expect(sync.code == 0, "\(sync)")
        #expect(sync.errors.contains("uploading the worker"), "\(sync)")
        #expect(sync.errors.ranges(of: "debug: connected").count == 3, "\(sync)")
        let same = try await RunningProgram.run(["/usr/bin/diff", "-r", project.source, project.workspace], environment: [:])
        #expect(same.code == 0, "\(same)")
    }

    @Test("two clients may upload at the same time")
    func together() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], UploadTests.settings, hasAgent: false)
        let clients = try (0..<3).map { _ in try project.start(["status"]) }
        for client in clients {
            let end = try await client.finish()
            #expect(end.code == 0, "\(end)")
        }
    }

    @Test("an upload that arrives damaged is refused and leaves nothing")
    func damaged() async throws {
        // The host's shell gets a cat that changes what goes through it.
        var options = PrivateSSHServer.Options()
        let tools = try TemporaryFolder()
        let cat = try tools.write("#!/bin/sh\n/bin/cat; printf damaged\n", to: "cat")
        chmod(cat, 0o755)
        options.environment["PATH"] = "\(tools.path):/usr/bin:/bin"
        let project = try await Project(files: ["tests/a.test": passingFile], UploadTests.settings, hasAgent: false, options: options)
        try await project.slt("status").expect(code: 3, "cannot install the worker", "damaged", "digest")
        #expect(below(project.state).allSatisfy { !$0.contains("slt-worker") && !$0.contains(".upload") })
    }

    @Test("a host that cannot start the worker says so")
    func unstartable() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], UploadTests.settings, hasAgent: false)
        // A program for this machine that is no worker.
        let configuration = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(configuration.replacing("[hosts.box]", with: "[hosts.box]\nworker = \"/usr/bin/true\""), to: "slt-remote.toml")
        try await project.slt("status").expect(code: 3, "cannot install the worker", "damaged")
    }

    @Test("what the host's start-up files print does not matter, to the upload or to the agent")
    func garbage() async throws {
        var options = PrivateSSHServer.Options()
        options.environment = ["SHLVL": "0"]
        let project = try await Project(files: ["tests/a.test": passingFile], UploadTests.settings, hasAgent: false, options: options)
        let noise = "echo Welcome to this host; printf '\\000\\377SLT\\001'; echo 'warning: on stderr' >&2\n"
        for name in [".bashrc", ".profile", ".bash_profile"] { try project.folder.write(noise, to: "host/" + name) }
        for _ in 0..<2 {
            let run = try await project.slt("run")
            #expect(run.code == 0, "\(run)")
        }
    }

    @Test("a host where every command prints and ends is an error that quotes it")
    func refusing() async throws {
        var options = PrivateSSHServer.Options()
        options.configLines = ["ForceCommand echo This account is not available.; exit 1"]
        let project = try await Project(options: options)
        try await project.slt("status").expect(code: 3, "This account is not available.")
    }
}
