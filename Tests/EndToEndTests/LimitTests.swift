import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("a client that may have little of the system")
struct LimitTests {
    private func limited(_ project: Project, _ limit: String, _ arguments: String) async throws -> RunningProgram.Finished {
        try await RunningProgram.run(["/bin/sh", "-c", "\(limit) && exec '\(Programs.client)' \(arguments)"], environment: project.environment, in: project.source)
    }

    @Test("too few files are told with the number that is needed, and nothing is begun", arguments: [12, 20, 32, 40, 63])
    func fewFiles(_ count: Int) async throws {
        let project = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n", hasAgent: false)
        for verb in ["status", "run"] {
            let ended = try await limited(project, "ulimit -n \(count)", verb)
            ended.expect(code: 2, "64 open files are needed, and the limit is \(count)", "ulimit -n 64")
            #expect(ended.errors.split(separator: "\n").count == 1, "\(ended)")
        }
        #expect(project.runs().isEmpty)
    }

    @Test("a soft limit is raised, and the number that is asked for is enough for a run")
    func enoughFiles() async throws {
        for isLocal in [false, true] {
            let project = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n", isLocal: isLocal)
            for limit in ["ulimit -Sn 16", "ulimit -n 64"] {
                let ended = try await limited(project, limit, "run")
                #expect(ended.code == 0, "\(limit), local \(isLocal): \(ended)")
            }
        }
    }

    @Test("too few threads are told, and nothing hangs", .enabled(if: getuid() == 0, "only root can be a user without other processes"), arguments: [2, 8])
    func fewThreads(_ count: Int) async throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        try copyProgram(Programs.client, to: folder.file("client"))
        // Root itself has no such limit.
        let user = "\(61000 + getpid() % 4000)"
        let ended = try await RunningProgram.run(
            ["/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "/bin/bash", "-c", "ulimit -u \(count); exec '\(folder.file("client"))' status --host local"],
            environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"], in: "/")
        ended.expect(code: 2, "threads are needed", "this user's processes and threads is \(count)", "ulimit -u")
    }

    @Test("~ in the ssh configuration is the password file's home folder, whatever HOME says")
    func home() async throws {
        let project = try await Project()
        let server = try #require(project.server)
        let config = try String(contentsOfFile: server.configFile, encoding: .utf8)
        try server.folder.write("RevokedHostKeys %d/no-such-file\n" + config, to: "ssh_config")
        let home = String(cString: try #require(getpwuid(getuid())?.pointee.pw_dir))
        try await project.slt("status").expect(code: 3, "RevokedHostKeys names \(home)/no-such-file")
    }

    @Test("a host whose forced command says nothing is given up, and the user is told while it is waited for")
    func silentHost() async throws {
        var options = PrivateSSHServer.Options()
        options.configLines = ["ForceCommand exec sleep 100"]
        let project = try await Project(hasAgent: false, options: options)
        let server = try #require(project.server)
        let config = try String(contentsOfFile: server.configFile, encoding: .utf8)
        try server.folder.write("ConnectTimeout 3\n" + config, to: "ssh_config")
        let client = try project.start(["status"])
        try await project.hasSaid(client, "still waiting for private: the login shell, or a forced command in its place, has said nothing for 10 s")
        try await client.finish().expect(code: 3, "has said nothing for 15 s", "ForceCommand")
    }

    @Test("a known_hosts file that cannot be written is a warning on stderr")
    func unwritableKnownHosts() async throws {
        let project = try await Project()
        let server = try #require(project.server)
        let config = try String(contentsOfFile: server.configFile, encoding: .utf8)
        try server.folder.write("UserKnownHostsFile /dev/null/known\nStrictHostKeyChecking accept-new\n" + config, to: "ssh_config")
        let ended = try await project.slt("status")
        #expect(ended.code == 0, "\(ended)")
        #expect(ended.errors.contains("slt-remote: the new host key"), "\(ended)")
        #expect(ended.errors.contains("/dev/null/known"), "\(ended)")
    }
}
