import TestSupport
import Testing
@testable import TreeSync

@Suite struct OutboxTests {
    private let piece = [MessageKind.piece.rawValue] + [UInt8](repeating: 7, count: 1 << 20)

    /// Lets a lane take what the next `put` hands in.
    private func pass(_ outbox: Outbox, lane: Int = 0, rate: Double?) async throws {
        try outbox.put(piece)
        #expect(await outbox.next(lane, rate: rate) == piece)
    }

    @Test("content is packed harder the slower the link is, and not on a quick one", arguments: [
        (nil, nil), (5e6, 9), (12e6, 6), (110e6, 1), (149e6, 1), (151e6, nil), (400e6, nil),
    ] as [(Double?, Int32?)])
    func level(rate: Double?, expected: Int32?) async throws {
        let outbox = Outbox(limit: 64 << 20)
        #expect(outbox.packingLevel == nil)
        try await pass(outbox, rate: rate)
        #expect(outbox.packingLevel == expected)
    }

    @Test("several connections are quick only together, and one of which nothing is known does not count")
    func lanes() async throws {
        let outbox = Outbox(limit: 64 << 20)
        try await pass(outbox, rate: 200e6)
        let lane = try #require(outbox.addLane())
        #expect(outbox.packingLevel == nil)
        try await pass(outbox, lane: lane, rate: 60e6)
        #expect(outbox.packingLevel == 1)
        try await pass(outbox, lane: lane, rate: 160e6)
        #expect(outbox.packingLevel == nil)
    }

    @Test("a host that is far is taken to have a slow link")
    func far() {
        let outbox = Outbox(limit: 64 << 20)
        outbox.expectSlowLink()
        #expect(outbox.packingLevel == 9)
    }

    @Test("content is packed until a link waits for it, and again when it is behind")
    func starvedLink() async throws {
        let outbox = Outbox(limit: 64 << 20)
        for _ in 0..<5 { try await pass(outbox, rate: 100e6) }
        #expect(outbox.packingLevel == 1)
        async let waiting = outbox.next(0, rate: 100e6)
        #expect(try await eventually { outbox.packingLevel == nil })
        try outbox.put(piece)
        #expect(await waiting == piece)
        #expect(outbox.packingLevel == 1)
        // Where packing is not what takes the time.
        async let slow = outbox.next(0, rate: 5e6)
        #expect(try await eventually { outbox.packingLevel == 9 })
        outbox.finish()
        #expect(await slow == nil)
    }

    @Test("two pieces have room on a slow link", arguments: [(nil, 1 << 20), (1e6, 512 << 10), (100e6, 1 << 20)] as [(Double?, Int)])
    func pieceSize(rate: Double?, expected: Int) async throws {
        let outbox = Outbox(limit: 64 << 20)
        try await pass(outbox, rate: rate)
        #expect(outbox.pieceSize == expected)
    }
}
