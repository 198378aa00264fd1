import FoundationEssentials
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing
@testable import Wire

/// Two ends of a socket pair, each as a stream.
func streamPair() throws -> (DescriptorStream, DescriptorStream) {
    var ends: [CInt] = [0, 0]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return (DescriptorStream(reading: ends[0], writing: ends[0]), DescriptorStream(reading: ends[1], writing: ends[1]))
}

let here = Hello(version: 2, build: "test", hostName: "here", pid: 1)
let there = Hello(version: 2, build: "test", hostName: "there", pid: 2)

@Suite(.timeLimit(.minutes(10))) struct ConversationTests {
    /// Runs `handler` on one end and `body` on the other, until `body` is done.
    func converse<Result: Sendable>(
        patience: Conversation.Patience = .client,
        answering handler: @escaping @Sendable (Exchange) async throws -> Void,
        _ body: @escaping @Sendable (Conversation) async throws -> Result
    ) async throws -> Result {
        let (near, far) = try streamPair()
        async let answered: Void = Conversation.answer(over: far, as: there, handler)
        let result = try await Conversation.ask(over: near, as: here, patience: patience, body)
        await near.close()
        try await answered
        return result
    }

    @Test("a request is answered with messages and an end")
    func answers() async throws {
        let replies = try await converse { exchange in
            let count = try WireCodec.decode(Int.self, from: exchange.request)
            for number in 0..<count { try await exchange.send(value: number) }
        } _: { conversation in
            #expect(conversation.peer == there)
            let exchange = try conversation.open(5)
            var replies: [Int] = []
            while let reply = try await exchange.receive(Int.self) { replies.append(reply) }
            return replies
        }
        #expect(replies == [0, 1, 2, 3, 4])
    }

    @Test("many times the window goes both ways at once, unchanged")
    func bulk() async throws {
        let size = 1 << 20, count = 40
        let total = try await converse { exchange in
            while let message = try await exchange.receive() { try await exchange.send(message) }
        } _: { conversation in
            let exchange = try conversation.open("echo")
            async let sent: Void = {
                for number in 0..<count { try await exchange.send([UInt8](repeating: UInt8(number), count: size)) }
                try await exchange.finishSending()
            }()
            var received = 0
            while let message = try await exchange.receive() {
                #expect(message.count == size && message.allSatisfy { $0 == UInt8(received) })
                received += 1
            }
            try await sent
            return received
        }
        #expect(total == count)
    }

    @Test("a sender whose peer does not read waits at the window, and other exchanges go on")
    func backPressure() async throws {
        let sent = Tally()
        try await converse { exchange in
            if try WireCodec.decode(String.self, from: exchange.request) == "stuck" {
                try await Task.sleep(for: .seconds(3600))
            }
            try await exchange.send(value: "pong")
        } _: { conversation in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let stuck = try conversation.open("stuck")
                group.addTask {
                    while true {
                        try await stuck.send([UInt8](repeating: 1, count: 1 << 20))
                        sent.add(1 << 20)
                    }
                }
                let other = try conversation.open("other")
                #expect(try await other.receive(String.self) == "pong")
                group.cancelAll()
            }
        }
        #expect(sent.sum <= WireLimits.window)
    }

    @Test("a handler's fault arrives as it was thrown")
    func faults() async throws {
        let fault = WireFault(.busy, "cannot sync: run r1 uses the sources", remedy: .awaitRun(run: "r1"))
        await #expect(throws: fault) {
            try await converse { _ in throw fault } _: { conversation in
                _ = try await conversation.open("x").receive()
            }
        }
    }

    @Test("a fault of a release without remedies, or with others, is read", arguments: [
        #"{"code":"busy","isRetryable":true,"message":"m"}"#,
        #"{"code":"busy","isRetryable":true,"message":"m","remedy":{"standOnYourHead":{}}}"#,
    ])
    func otherReleases(text: String) throws {
        #expect(try WireCodec.decode(WireFault.self, from: Array(text.utf8)) == WireFault(.busy, "m", isRetryable: true))
    }

    @Test("a fault of the asking side ends the handler")
    func cancelling() async throws {
        let ended = Tally()
        try await converse { exchange in
            do { _ = try await exchange.receive() } catch { ended.add(1) }
        } _: { conversation in
            try conversation.open("x").fail(WireFault(.cancelled, "no longer wanted"))
            // The answer to a second exchange proves that the first has been seen.
            let second = try conversation.open("y")
            try await second.finishSending()
            _ = try await second.receive()
        }
        #expect(ended.sum == 1)
    }

    @Test("what a start-up file prints before the agent speaks is passed over")
    func banner() async throws {
        let (near, far) = try streamPair()
        try await far.write(Array("Welcome!\nYou have mail.\n".utf8))
        async let answered: Void = Conversation.answer(over: far, as: there) { try await $0.send(value: 1) }
        let reply = try await Conversation.ask(over: near, as: here) { try await $0.open("x").receive(Int.self) }
        #expect(reply == 1)
        await near.close()
        try await answered
    }

    @Test("an agent that only prints an error is reported with what it printed")
    func noAgent() async throws {
        let (near, far) = try streamPair()
        try await far.write(Array("sh: 1: slt-worker: not found\n".utf8))
        try await far.finishWriting()
        let silence = await #expect(throws: NoGreeting.self) {
            try await Conversation.ask(over: near, as: here) { _ in }
        }
        #expect(silence?.isOver == true)
        #expect(silence?.printed == Array("sh: 1: slt-worker: not found\n".utf8))
    }

    @Test("another protocol version is refused by name")
    func versions() async throws {
        let (near, far) = try streamPair()
        let old = Hello(version: 0, build: "old", hostName: "there", pid: 1)
        async let answered: Void = Conversation.answer(over: far, as: old) { _ in }
        let fault = await #expect(throws: WireFault.self) { try await Conversation.ask(over: near, as: here) { _ in } }
        #expect(fault?.code == .version)
        await near.close()
        try? await answered
    }

    @Test("a connection that ends in the middle fails what waits")
    func hangUp() async throws {
        let (near, far) = try streamPair()
        let fault = await #expect(throws: WireFault.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try? await Conversation.answer(over: far, as: there) { exchange in
                        _ = exchange
                        await far.close()
                    }
                }
                try await Conversation.ask(over: near, as: here) { _ = try await $0.open("x").receive() }
            }
        }
        #expect(fault?.code == .disconnected)
    }

    @Test("a peer that falls silent is given up")
    func silence() async throws {
        let (near, far) = try streamPair()
        var greeting = Hello.mark
        Frame(.hello, payload: try WireCodec.encode(there)).append(to: &greeting)
        try await far.write(greeting)
        let patience = Conversation.Patience(ping: .milliseconds(20), silence: .seconds(3))
        let fault = await #expect(throws: WireFault.self) {
            try await Conversation.ask(over: near, as: here, patience: patience) { _ = try await $0.open("x").receive() }
        }
        #expect(fault?.message.contains("no answer from there") == true)
        await far.close()
    }

    @Test("random bytes after the greeting end the conversation with a fault and nothing else")
    func garbage() async throws {
        for seed in UInt64(1)...200 {
            var random = SeededRandom(seed)
            let (near, far) = try streamPair()
            var bytes = Hello.mark
            Frame(.hello, payload: try WireCodec.encode(here)).append(to: &bytes)
            for _ in 0..<random.next() % 200 { bytes.append(UInt8(truncatingIfNeeded: random.next() % 9)) }
            try await near.write(bytes)
            try await near.finishWriting()
            try? await Conversation.answer(over: far, as: there) { _ = try await $0.receive() }
            await near.close()
        }
    }
}

/// A number that tasks add to.
final class Tally: Sendable {
    private let value = Mutex(0)
    var sum: Int { value.withLock { $0 } }
    func add(_ number: Int) { value.withLock { $0 += number } }
}
