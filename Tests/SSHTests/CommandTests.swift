import Platform
import SSH
import Testing
import TestSupport

@Suite struct CommandTests {
    @Test("a command's output, error output and exit status arrive")
    func runsCommand() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("echo out; echo err >&2; exit 7")
        #expect(try await channel.readText() == "out\n")
        #expect(try await channel.exitStatus() == .exited(7))
        #expect(String(decoding: await channel.stderrTail, as: UTF8.self) == "err\n")
        var chunks = ""
        for await chunk in channel.stderr { chunks += String(decoding: chunk, as: UTF8.self) }
        #expect(chunks == "err\n")
        await session.close()
    }

    @Test("a death by signal is told from an exit")
    func reportsSignals() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        #expect(try await session.output("kill -KILL $$").exit == .signaled("KILL"))
        #expect(try await session.output("kill -TERM $$").exit == .signaled("TERM"))
        #expect(try await session.output("exit 255").exit == .exited(255))
        #expect(try await session.output("true").exit == .exited(0))
    }

    @Test("one session runs many commands, one after another and at once")
    func runsManyCommands() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        for number in 0 ..< 15 { #expect(try await session.output("echo \(number)").text == "\(number)\n") }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0 ..< 8 {
                group.addTask {
                    let data = pattern(1 << 20, seed: UInt64(number))
                    let channel = try await session.exec("cat; exit \(number)")
                    async let sent: Void = { try await channel.write(data); try await channel.finishWriting() }()
                    let back = try await channel.readAll()
                    try await sent
                    let exit = try await channel.exitStatus()
                    return back == data && exit == .exited(Int32(number))
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("the host's limit of channels is an error that says so, and a closed channel makes room")
    func meetsChannelLimit() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        var channels: [SSHChannel] = []
        for _ in 0 ..< 10 { channels.append(try await session.exec("cat")) }
        let refusal = await failure { _ = try await session.exec("true") }
        #expect(refusal?.code == .channelRefused)
        #expect(refusal?.remedy?.description.contains("MaxSessions") == true)
        await channels.removeLast().close()
        #expect(try await eventually { (try? await session.output("echo again").text) == "again\n" })
    }

    @Test("64 MB go up and come down at once, unchanged")
    func transfersBothWays() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("cat")
        let data = pattern(1 << 20)
        async let sent: Void = {
            for _ in 0 ..< 64 { try await channel.write(data) }
            try await channel.finishWriting()
        }()
        let back = try await channel.readAll()
        try await sent
        #expect(back.count == 64 << 20)
        #expect(isRepetition(back, of: data))
        #expect(try await channel.exitStatus() == .exited(0))
    }

    @Test("a flood on standard error does not stop standard output")
    func drainsErrorOutput() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("head -c 20000000 /dev/zero >&2; echo done; echo last >&2")
        #expect(try await channel.readText() == "done\n")
        #expect(try await channel.exitStatus() == .exited(0))
        let tail = await channel.stderrTail
        #expect(tail.count == 64 << 10)
        #expect(tail.suffix(5).elementsEqual("last\n".utf8))
    }

    @Test("writing to a command that has ended throws instead of waiting")
    func writingToDeadCommandThrows() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("head -c 1 >/dev/null")
        let chunk = [UInt8](repeating: 1, count: 1 << 20)
        #expect(await code { while true { try await channel.write(chunk) } } == .remoteEnded)
        #expect(try await channel.exitStatus() == .exited(0))
        // Unread output does not hide the end either.
        let noisy = try await session.exec("head -c 6000000 /dev/zero; exit 3")
        #expect(await code { while true { try await noisy.write(chunk) } } == .remoteEnded)
        #expect(try await noisy.readAll().count == 6_000_000)
        #expect(try await noisy.exitStatus() == .exited(3))
    }

    @Test("a command that does not read blocks only its own writer")
    func blocksOnlyItsOwnWriter() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let stuck = try await session.exec("exec sleep 300")
        let writer = Task { while true { try await stuck.write([UInt8](repeating: 1, count: 1 << 20)) } }
        for _ in 0 ..< 5 { #expect(try await session.output("echo alive").text == "alive\n") }
        writer.cancel()
        await #expect(throws: CancellationError.self) { try await writer.value }
        #expect(try await session.output("echo alive").text == "alive\n")
    }

    @Test("a channel that is not read holds back its command, not the others")
    func appliesBackPressure() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let flood = try await session.exec("cat /dev/zero")
        _ = try await flood.read(upTo: 1)
        for _ in 0 ..< 5 { #expect(try await session.output("echo alive").text == "alive\n") }
        await flood.close()
        #expect(await code { _ = try await flood.read(upTo: 1) } == .closed)
        #expect(try await session.output("echo alive").text == "alive\n")
    }

    @Test("standard input may be finished before the output is read")
    func finishesWriting() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("wc -c")
        try await channel.write(pattern(3_000_000))
        try await channel.finishWriting()
        #expect(try await channel.readText() == "3000000\n")
        #expect(await code { try await channel.write([1]) } != nil)
        #expect(try await channel.read(upTo: 10).isEmpty)
    }

    @Test("reads return no more than asked for")
    func respectsReadLimit() async throws {
        let server = try PrivateSSHServer()
        let session = try await server.connect()
        let channel = try await session.exec("printf abcdefghij")
        var all: [UInt8] = []
        while case let chunk = try await channel.read(upTo: 3), !chunk.isEmpty {
            #expect(chunk.count <= 3)
            all += chunk
        }
        #expect(all == Array("abcdefghij".utf8))
    }
}
