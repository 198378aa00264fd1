import FoundationEssentials
import SSH
import TestSupport
import Testing

@Suite struct ConnectionTests {
    @Test("a refused port, an unknown name and a silent server are different errors")
    func tellsFailuresApart() async throws {
        let server = try PrivateSSHServer()
        var target = server.target()
        let unheard = try LoopbackPort()
        target.port = unheard.number
        let refused = await failure { _ = try await SSHSession.connect(to: target) }
        withExtendedLifetime(unheard) {}
        #expect(refused?.code == .unreachable)
        #expect(refused?.message.contains("127.0.0.1 port \(target.port): connection refused") == true)
        #expect(refused?.isRetryable == true)
        target.host = "no-such-host.invalid"
        #expect(await code { _ = try await SSHSession.connect(to: target) } == .unresolvable)
        let silent = try SilentListener()
        target.host = "127.0.0.1"
        target.port = silent.port
        target.connectTimeout = .milliseconds(300)
        #expect(await code { _ = try await SSHSession.connect(to: target) } == .timedOut)
        withExtendedLifetime(silent) {}
    }

    @Test("cancelling ends a connection attempt at once")
    func cancelsConnect() async throws {
        let silent = try SilentListener()
        let server = try PrivateSSHServer()
        var target = server.target()
        target.port = silent.port
        target.connectTimeout = .seconds(600)
        let attempt = Task { [target] in _ = try await SSHSession.connect(to: target) }
        attempt.cancel()
        await #expect(throws: CancellationError.self) { try await attempt.value }
        let later = Task { [target] in _ = try await SSHSession.connect(to: target) }
        #expect(try await eventually { silent.hasCaller })
        later.cancel()
        await #expect(throws: CancellationError.self) { try await later.value }
        withExtendedLifetime(silent) {}
    }

    @Test("cancelling ends waiting reads, writes and exits, and the session lives on")
    func cancelsWaits() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("exec sleep 300")
        let reader = Task { _ = try await channel.read(upTo: 10) }
        let exit = Task { _ = try await channel.exitStatus() }
        let writer = Task { while true { try await channel.write([UInt8](repeating: 0, count: 1 << 20)) } }
        #expect(try await session.output("echo alive").text == "alive\n")
        for task in [reader, exit, writer] {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(try await session.output("echo alive").text == "alive\n")
    }

    @Test("a connection killed in mid-stream ends all waiting calls with an error")
    func noticesKilledServer() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let idle = try await session.exec("exec sleep 300")
        let busy = try await session.exec("cat")
        let reader = Task { _ = try await idle.read(upTo: 1) }
        let exit = Task { _ = try await idle.exitStatus() }
        let writer = Task { while true { try await busy.write([UInt8](repeating: 0, count: 1 << 20)) } }
        _ = try await busy.read(upTo: 1)
        #expect(server.killConnections() > 0)
        for task in [reader, exit, writer] { #expect(await code { try await task.value } == .connectionLost) }
        #expect(await code { _ = try await session.exec("true") } == .connectionLost)
        #expect(await !session.isOpen)
    }

    @Test("a server that falls silent is given up, with and without channels", arguments: [true, false])
    func noticesSilence(_ hasChannel: Bool) async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect {
            $0.serverAliveInterval = .seconds(4)
            $0.serverAliveCountMax = 2
        }
        let channel = hasChannel ? try await session.exec("cat") : nil
        server.freezeConnections()
        defer { server.freezeConnections(false) }
        if let channel { #expect(await code { _ = try await channel.read(upTo: 1) } == .connectionLost) }
        #expect(try await eventually { await !session.isOpen })
    }

    @Test("an idle session answers the server's own questions and stays open")
    func answersServerKeepalives() async throws {
        var options = PrivateSSHServer.Options()
        options.configLines = ["ClientAliveInterval 3", "ClientAliveCountMax 2", "LogLevel DEBUG1"]
        let server = try PrivateSSHServer(options)
        let session = try await server.connect()
        // After two questions without an answer it would have hung up.
        #expect(try await eventually { server.log().components(separatedBy: " for keepalive").count > 4 })
        #expect(try await session.output("echo alive").text == "alive\n")
    }

    @Test("closing a session ends its waiting calls and later ones")
    func closes() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("cat")
        let reader = Task { _ = try await channel.read(upTo: 1) }
        #expect(try await session.output("echo alive").text == "alive\n")
        await session.close()
        #expect(await code { try await reader.value } == .closed)
        #expect(await code { try await channel.write([1]) } == .closed)
        #expect(await code { _ = try await session.exec("true") } == .closed)
        #expect(try await eventually { server.connectionProcesses().isEmpty })
    }

    @Test("a session that nobody holds any more leaves nothing behind")
    func freesItself() async throws {
        let server = try PrivateSSHServer()
        do {
            let session = try await server.connect()
            let channel = try await session.exec("cat")
            try await channel.write([1])
        }
        #expect(try await eventually { server.connectionProcesses().isEmpty })
    }

    @Test("keys are exchanged again and again under load in both directions")
    func rekeysUnderLoad() async throws {
        var options = PrivateSSHServer.Options()
        options.configLines = ["RekeyLimit 1M", "LogLevel DEBUG1"]
        let server = try PrivateSSHServer(options)
        let session = try await server.connect()
        let data = pattern(1 << 20)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0 ..< 2 {
                group.addTask {
                    let channel = try await session.exec("cat")
                    async let sent: Void = {
                        for _ in 0 ..< 50 { try await channel.write(data) }
                        try await channel.finishWriting()
                    }()
                    let back = try await channel.readAll()
                    try await sent
                    return back.count == 50 << 20 && isRepetition(back, of: data)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(try await session.output("echo alive").text == "alive\n")
        #expect(server.log().components(separatedBy: "SSH2_MSG_KEXINIT sent").count > 50)
    }

    @Test("a proxy command makes the connection, and ends with the session")
    func goesThroughProxyCommand() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect { $0.proxyCommand = "ssh -F '\(server.configFile)' -W %h:%p \(server.alias)" }
        #expect(try await session.output("echo through").text == "through\n")
        await session.close()
        #expect(try await eventually { server.connectionProcesses().isEmpty })
        #expect(await code { _ = try await server.connect { $0.proxyCommand = "exit 1" } } == .connectionLost)
    }

    @Test("a jump host is gone through with the configuration that names it")
    func goesThroughJumpHost() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect {
            $0.proxyJump = server.alias
            $0.configFile = server.configFile
        }
        #expect(try await session.output("echo jumped").text == "jumped\n")
    }
}
