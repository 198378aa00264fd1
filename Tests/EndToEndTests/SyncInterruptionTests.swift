import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("Ctrl-C while the sources are synced")
struct SyncInterruptionTests {
    /// Runs a program on a terminal of its own, types Ctrl-C there once it is told to by a file, and ends as the program does.
    private static let typist = """
        import os, pty, select, sys
        go, program = sys.argv[1], sys.argv[2:]
        pid, terminal = pty.fork()
        if pid == 0: os.execv(program[0], program)
        text, typed = b"", False
        while True:
            try:
                if select.select([terminal], [], [], 0.01)[0]:
                    part = os.read(terminal, 65536)
                    if not part: break
                    text += part
            except OSError: break
            if not typed and os.path.exists(go): typed = os.write(terminal, b"\\3") == 1
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    /// - Parameters:
    ///   - moment: how many bytes of a large file have come; 0 while the trees are being listed.
    @Test("the client ends with 130 though the host says nothing, its agent goes, and the next sync completes the tree",
          arguments: [0, 4 << 20], [false, true])
    func interrupted(_ moment: Int, _ isTerminal: Bool) async throws {
        let project = try await Project(files: ["d/a": "a", "d/b": "b"])
        let server = try #require(project.server)
        #expect(try await project.slt("sync").code == 0)
        // More than all windows on the way take: with the connections frozen, it cannot all arrive.
        let made = try await RunningProgram.run(
            ["/bin/sh", "-c", "head -c 150000000 /dev/urandom > large && echo changed > d/a && rm d/b && ln -s a d/l"], environment: ["PATH": "/usr/bin:/bin"], in: project.source)
        #expect(made.code == 0, "\(made)")

        let go = project.folder.file("go")
        let line = [Programs.client, "sync"], arguments = isTerminal ? ["/usr/bin/python3", "-c", Self.typist, go] + line : line
        func agents() -> [Int32] { processes(naming: project.state).filter { project.isAgent($0) } }
        func leftovers() -> [String] { below(project.workspace).filter { $0.contains("/.slt-remote.") } }
        func come() -> Int { leftovers().map { Int((try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? UInt64) ?? 0) }.reduce(0, +) }
        /// A client that is at the moment; on a busy machine it may be through before anybody looks.
        func caught() async throws -> RunningProgram? {
            let client = try RunningProgram(arguments, environment: project.environment, in: project.source)
            _ = try await eventually(every: .milliseconds(1)) { client.hasEnded || (moment == 0 ? !agents().isEmpty : come() >= moment) }
            server.freezeConnections()
            if !client.hasEnded, access(project.workspace + "/large", F_OK) != 0 { return client }
            server.freezeConnections(false)
            _ = try await client.finish()
            unlink(project.workspace + "/large")
            return nil
        }
        defer { server.freezeConnections(false) }
        var found: RunningProgram?
        for _ in 0..<10 where found == nil { found = try await caught() }
        let client = try #require(found)

        if isTerminal { try project.folder.write("", to: "go") } else { client.signal(SIGINT) }
        let end = try await client.finish()
        #expect(end.code == 130, "\(end)")
        server.freezeConnections(false)
        // One that was stopped when it was still sshd, just before it became the agent.
        for pid in processes(naming: project.state) { kill(pid, SIGCONT) }
        let gone = try await eventually { agents().isEmpty && server.connectionProcesses().isEmpty }
        #expect(gone, "\(agents())")
        // What came of the large file is kept, and nothing else.
        #expect(leftovers().count <= 1, "\(leftovers())")
        #expect(leftovers().allSatisfy { $0.hasPrefix(project.workspace + "/.slt-remote.") }, "\(leftovers())")

        let again = try await project.slt("sync")
        #expect(again.code == 0, "\(again)")
        let oracle = try await RunningProgram.run(["/usr/bin/rsync", "-aHnic", "--delete", project.source + "/", project.workspace + "/"], environment: [:])
        #expect(oracle.code == 0, "\(oracle)")
        #expect(oracle.output.isEmpty, "\(oracle)")
    }
}
