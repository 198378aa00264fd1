import Glibc
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    @Test("a read that waits ends when its task is cancelled")
    func cancelledRead() async throws {
        let (near, far) = try streamPair()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask { try await near.read(upTo: 10) }
                group.cancelAll()
                _ = try await group.next()
            }
        }
        await far.close()
    }

    @Test("the end of the other side's writing reads as the end, and writing goes on")
    func halfClose() async throws {
        let (near, far) = try streamPair()
        try await far.finishWriting()
        #expect(try await near.read(upTo: 10).isEmpty)
        try await near.write([1, 2, 3])
        #expect(try await far.read(upTo: 10) == [1, 2, 3])
    }

    @Test("a read of many bytes takes in what comes in pieces, and is short where the stream ends")
    func longRead() async throws {
        let (near, far) = try streamPair()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        async let written: Void = {
            for start in stride(from: 0, to: bytes.count, by: 70_000) { try await far.write(Array(bytes[start..<min(bytes.count, start + 70_000)])) }
            try await far.finishWriting()
        }()
        let head = try await near.read(upTo: 9)
        let whole = try await near.read(2_000_000, after: head[2...])
        #expect(whole == Array(bytes[2..<2_000_002]))
        #expect(try await near.read(5_000_000, after: [1, 2]) == [1, 2] + bytes[2_000_002...])
        #expect(try await near.read(10, after: []).isEmpty)
        try await written
    }

    @Test("writing to a closed peer throws")
    func brokenPipe() async throws {
        signal(SIGPIPE, SIG_IGN)
        let (near, far) = try streamPair()
        await far.close()
        await #expect(throws: WireFault.self) {
            while true { try await near.write([UInt8](repeating: 0, count: 1 << 16)) }
        }
    }

    @Test("closing ends a read that waits")
    func closedRead() async throws {
        let (near, far) = try streamPair()
        await #expect(throws: WireFault.self) {
            async let read = near.read(upTo: 1)
            await near.close()
            _ = try await read
        }
        await far.close()
    }

    @Test("messages pass through a pipe in order, with an end, and a slow reader holds the writer back")
    func pipe() async throws {
        let (left, right) = MessagePipe.pair()
        async let sent: Void = {
            for number in 0..<50 { try await left.send([UInt8](repeating: UInt8(number), count: 1 << 20)) }
            try await left.finishSending()
        }()
        var next = 0
        while let message = try await right.receive() {
            #expect(message.first == UInt8(next))
            next += 1
        }
        try await sent
        #expect(next == 50)
    }
}
