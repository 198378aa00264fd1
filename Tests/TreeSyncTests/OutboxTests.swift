import TestSupport
import Testing
@testable import TreeSync

@Suite struct OutboxTests {
    @Test("content is packed until a link waits for it, and again when it is behind")
    func starvedLink() async throws {
        let outbox = Outbox(limit: 64 << 20)
        let piece = [MessageKind.piece.rawValue] + [UInt8](repeating: 7, count: 1 << 20)
        #expect(outbox.packingLevel == 3)
        for _ in 0..<5 {
            try outbox.put(piece)
            #expect(await outbox.next(0, rate: nil) == piece)
        }
        #expect(outbox.packingLevel == 1)
        async let waiting = outbox.next(0, rate: 400e6)
        #expect(try await eventually { outbox.packingLevel == nil })
        try outbox.put(piece)
        #expect(await waiting == piece)
        #expect(outbox.packingLevel == 1)
        async let slow = outbox.next(0, rate: 5e6)
        #expect(try await eventually { outbox.packingLevel == 9 })
        outbox.finish()
        #expect(await slow == nil)
    }
}
