import FoundationEssentials
import Glibc
import Platform
@testable import SSH
import Testing
import TestSupport

/// Hosts and programs that keep us waiting: each wait has an end, and says what it was for.
@Suite struct WaitingTests {
    /// - Parameter limits: one after the other, until the error has `words`: on a busy machine a short time may be over before the client is that far.
    private func refusal(_ listener: SilentListener, of words: String, within limits: [Duration] = [.seconds(1), .seconds(8), .seconds(60)]) async throws -> SSHError {
        var last: SSHError?
        for limit in limits where last?.message.contains(words) != true {
            var target = SSHTarget(alias: "slow", host: "127.0.0.1", port: listener.port, user: "me")
            target.connectTimeout = limit
            last = await failure { [target] in _ = try await SSHSession.connect(to: target) }
        }
        withExtendedLifetime(listener) {}
        return try #require(last)
    }

    @Test("a host without a banner, one that goes no further, and one that talks without end")
    func namesPhase() async throws {
        let banner = "its SSH banner has not come within "
        let silent = try await refusal(try SilentListener(), of: banner, within: [.milliseconds(800), .seconds(8), .seconds(60)])
        #expect(silent.code == .timedOut, "\(silent)")
        #expect(["0.8", "8", "60"].contains { silent.message.contains("\(banner)\($0) s") }, "\(silent)")
        let exchange = "the key exchange has not come within"
        let greeting = try await refusal(try SilentListener(says: "SSH-2.0-Slow\r\n"), of: exchange)
        #expect(greeting.code == .timedOut, "\(greeting)")
        #expect(greeting.message.contains(exchange), "\(greeting)")
        let endless = try await refusal(try SilentListener(says: String(repeating: "hello\r\n", count: 1000), endlessly: true), of: "no SSH banner", within: [.patience])
        #expect(endless.code == .handshakeFailed, "\(endless)")
        #expect(endless.message.contains("no SSH banner"), "\(endless)")
    }

    /// Of a server that is given ten seconds for each answer: on a busy machine an answer of an able one takes a second.
    private func target(_ server: PrivateSSHServer) -> SSHTarget {
        var target = server.target()
        (target.answerTimeout, target.noticeAfter) = (.seconds(10), .milliseconds(200))
        return target
    }

    @Test("a host that stops in the middle of a login")
    func namesLogin() async throws {
        let server = try PrivateSSHServer()
        let locked = server.folder.file("locked")
        try PrivateSSHServer.makeKey(.ed25519, at: locked, passphrase: "open sesame", scratch: server.folder)
        let log = NoteCollector()
        var stopping = target(server)
        stopping.identityFiles = [locked]
        let credentials = SSHCredentials(passphrase: { _ in
            server.freezeConnections()
            return "open sesame"
        })
        let login = await failure { [stopping] in _ = try await SSHSession.connect(to: stopping, credentials: credentials, logger: log.logger) }
        #expect(login?.code == .timedOut, "\(String(describing: login))")
        #expect(login?.message.contains("the answer to the login (key \(locked))") == true, "\(String(describing: login))")
        #expect(log.notes.contains { $0.contains("still waiting") && $0.contains("the answer to the login") }, "\(log.notes)")
        server.killConnections()
    }

    @Test("a host that does not start a command, or a command of which a first word is due and does not come")
    func namesSilence() async throws {
        let server = try PrivateSSHServer()
        let log = NoteCollector()
        let session = try await SSHSession.connect(to: target(server), logger: log.logger)
        let quiet = try await session.exec("echo words >&2; exec sleep 300", manner: .speaksFirst)
        let silence = await failure { _ = try await quiet.read(upTo: 1) }
        #expect(silence?.code == .timedOut, "\(String(describing: silence))")
        #expect(silence?.message.contains("has said nothing for 10 s") == true, "\(String(describing: silence))")
        #expect(log.notes.contains { $0.contains("still waiting") && $0.contains("a forced command") }, "\(log.notes)")
        #expect(String(decoding: await quiet.stderrTail, as: UTF8.self) == "words\n")
        // A command of which no first word is due may be silent.
        let patient = try await session.exec("sleep 12; echo late")
        #expect(try await patient.readText() == "late\n")
        let lively = try await session.exec("echo here; exec sleep 3", manner: .speaksFirst)
        #expect(try await lively.readText() == "here\n")

        server.freezeConnections()
        defer { server.freezeConnections(false) }
        let start = await failure { _ = try await session.exec("true") }
        #expect(start?.code == .timedOut, "\(String(describing: start))")
        #expect(start?.message.contains("has not opened a channel") == true, "\(String(describing: start))")
    }

    @Test("a command that is to take its input: one does, one stops, one does not end")
    func namesConsumer() async throws {
        let server = try PrivateSSHServer()
        // This one may be slow.
        let taker = try await server.connect().exec("cat > /dev/null", manner: .consumes)
        for _ in 0 ..< 8 { try await taker.write([UInt8](repeating: 0, count: 1 << 20)) }
        try await taker.finishWriting()
        #expect(try await taker.exitStatus() == .exited(0))
        let session = try await SSHSession.connect(to: target(server))
        let stopper = try await session.exec("exec sleep 300", manner: .consumes)
        let stop = await failure { while true { try await stopper.write([UInt8](repeating: 0, count: 1 << 20)) } }
        #expect(stop?.code == .timedOut, "\(String(describing: stop))")
        #expect(stop?.message.contains("has taken no input for 10 s") == true, "\(String(describing: stop))")
        let lingerer = try await session.exec("exec sleep 300", manner: .consumes)
        try await lingerer.finishWriting()
        let end = await failure { _ = try await lingerer.exitStatus() }
        #expect(end?.code == .timedOut, "\(String(describing: end))")
        #expect(end?.message.contains("has not ended for 10 s") == true, "\(String(describing: end))")
    }

    @Test("a Match exec that hangs is ended with its children, and so is an ssh -G that is cancelled")
    func endsConfiguration() async throws {
        let folder = try TemporaryFolder()
        var overrides = SSHOverrides()
        overrides.configFile = try folder.write("Match exec \"echo $$ > \(folder.file("pid")); exec sleep 6000\"\n", to: "config")
        func isGone() -> Bool {
            guard let text = try? String(contentsOfFile: folder.file("pid"), encoding: .utf8), let pid = Int32(text.prefix { $0 != "\n" }) else { return false }
            return commandLine(pid).isEmpty
        }
        // On a busy machine ssh may be ended before it has begun the program.
        for seconds in [1, 10, 100] where access(folder.file("pid"), F_OK) != 0 {
            overrides.connectTimeout = .seconds(seconds)
            let thrown = await failure { [overrides] in _ = try await SSHTarget.resolve(spec: "box", overrides: overrides) }
            let error = try #require(thrown)
            #expect(error.code == .timedOut, "\(error)")
            #expect(error.message.contains("ssh -G has not ended after \(seconds) s"), "\(error)")
            #expect(error.remedy?.description.contains("Match exec") == true, "\(error)")
        }
        #expect(try await eventually { isGone() })

        unlink(folder.file("pid"))
        overrides.connectTimeout = .seconds(600)
        let task = Task { [overrides] in _ = try await SSHTarget.resolve(spec: "box", overrides: overrides) }
        #expect(try await eventually { access(folder.file("pid"), F_OK) == 0 })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await eventually { isGone() })
    }

    @Test("a program that prints without end is ended, and an ssh -G that prints too much is an error")
    func boundsConfiguration() async throws {
        let folder = try TemporaryFolder()
        var overrides = SSHOverrides()
        let line = "SendEnv " + String(repeating: "A", count: 100) + "\n"
        overrides.configFile = try folder.write(String(repeating: line, count: 12000), to: "config")
        let error = await failure { [overrides] in _ = try await SSHTarget.resolve(spec: "box", overrides: overrides) }
        #expect(try await BoundedCommand(program: "/usr/bin/yes", arguments: [], timeLimit: .seconds(60)).run().end == .tooMuch)
        #expect(error?.message.contains("prints more than 1024 KiB") == true, "\(String(describing: error))")
    }

    @Test("a program's output and end are known although a child of its keeps the pipes open")
    func readsBounded() async throws {
        let result = try await BoundedCommand(program: "/bin/sh", arguments: ["-c", "sleep 5 & echo out; echo err >&2; exit 3"], timeLimit: .seconds(60)).run()
        #expect(result.end == .ended(.exited(3)))
        #expect(result.output == "out\n")
        #expect(result.errors == "err\n")
        let killed = try await BoundedCommand(program: "/bin/sh", arguments: ["-c", "kill -9 $$"], timeLimit: .seconds(60)).run()
        #expect(killed.end == .ended(.signaled(9)))
        #expect(await code { _ = try await BoundedCommand(program: "/no/such", arguments: [], timeLimit: .seconds(1)).run() } == .localFile)
    }

    @Test("a process that was stopped looks again before it gives a host up")
    func forgivesPause() {
        var watchdog = CommandWatchdog(target: "a", limit: .seconds(30), noticeAfter: .seconds(10), manner: .speaksFirst, logger: NoteCollector().logger)
        let second: UInt64 = 1_000_000_000
        let start = Clock.monotonic
        #expect(watchdog.check(.silent, now: start) == nil)
        #expect(watchdog.check(.silent, now: start + 600 * second) == nil)
        for step in 1 ... 29 { #expect(watchdog.check(.silent, now: start + UInt64(600 + step) * second) == nil) }
        #expect(watchdog.check(.silent, now: start + 631 * second)?.code == .timedOut)
    }
}
