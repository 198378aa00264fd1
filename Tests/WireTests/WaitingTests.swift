import Glibc
import Synchronization
import TestSupport
import Testing
@testable import Wire

@Suite(.timeLimit(.minutes(10))) struct WaitingTests {
    private func greeted() async throws -> (near: DescriptorStream, far: DescriptorStream) {
        let (near, far) = try streamPair()
        var greeting = Hello.mark
        Frame(.hello, payload: try WireCodec.encode(there)).append(to: &greeting)
        try await far.write(greeting)
        return (near, far)
    }

    @Test("a peer that never greets is named, and given up")
    func noGreeting() async throws {
        let (near, far) = try streamPair()
        let said = Sayings()
        let patience = Conversation.Patience(ping: .milliseconds(20), silence: .seconds(30), greeting: .milliseconds(400), notice: .milliseconds(100))
        let fault = await #expect(throws: WireFault.self) {
            try await Conversation.ask(over: near, as: here, patience: patience, waiting: { what, _ in said.add(what) }) { _ in }
        }
        #expect(fault?.code == .disconnected && fault?.message.contains("did not greet") == true)
        #expect(said.all.count == 1 && said.all.first?.contains("greeting") == true)
        await far.close()
    }

    @Test("a peer that answers pings and nothing else is named, and given up")
    func stalls() async throws {
        let (near, far) = try await greeted()
        let pongs = Task {
            while true {
                _ = try await far.read(upTo: 1000)
                var pong: [UInt8] = []
                Frame(.pong).append(to: &pong)
                try await far.write(pong)
            }
        }
        defer { pongs.cancel() }
        let said = Sayings()
        let patience = Conversation.Patience(ping: .milliseconds(20), silence: .seconds(30), stall: .milliseconds(600), notice: .milliseconds(100))
        let fault = await #expect(throws: WireFault.self) {
            try await Conversation.ask(over: near, as: here, patience: patience, waiting: { what, _ in said.add(what) }) {
                _ = try await $0.open("x", for: "the answer").receive()
            }
        }
        #expect(fault?.message.contains("there answers, but nothing has come of the answer") == true)
        #expect(said.all == ["the answer"])
        await near.close()
        await far.close()
    }

    /// A pulse comes each 5 s: one may be late, as on a busy machine.
    @Test("an agent that is at work is waited for: it sends a pulse")
    func pulse() async throws {
        let (near, far) = try streamPair()
        async let answered: Void = Conversation.answer(over: far, as: there) { exchange in
            try await Task.sleep(for: .seconds(17))
            try await exchange.send(value: 1)
        }
        let patience = Conversation.Patience(ping: .seconds(1), silence: .seconds(30), stall: .seconds(12))
        let reply = try await Conversation.ask(over: near, as: here, patience: patience) { try await $0.open("x").receive(Int.self) }
        #expect(reply == 1)
        await near.close()
        try await answered
    }

    @Test("a side that was stopped for long asks before it judges: time alone counts as one step")
    func suspended() async throws {
        let hearing = Hearing()
        for _ in 0..<9 { hearing.pass(.seconds(1)) }
        #expect(hearing.silence == .seconds(9))
        hearing.heard()
        #expect(hearing.silence == .zero)
    }
}

final class Sayings: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
}
