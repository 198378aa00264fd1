import Glibc
import Testing
@testable import Wire

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

    /// Lets a read of many bytes begin, and gives it some of them.
    private func begun(_ near: DescriptorStream, _ far: DescriptorStream) async throws -> Task<[UInt8], any Error> {
        let read = Task { try await near.read(100, after: [1]) }
        for _ in 0..<3 {
            try await far.write([2, 3])
            try await Task.sleep(for: .milliseconds(20))
        }
        return read
    }

    @Test("closing ends a read of many bytes of which some have come", .timeLimit(.minutes(1)))
    func closedLongRead() async throws {
        let (near, far) = try streamPair()
        let read = try await begun(near, far)
        await near.close()
        await #expect(throws: WireFault.self) { try await read.value }
        // The thread has gone too, and with it the descriptor.
        #expect(try await far.read(upTo: 1).isEmpty)
    }

    @Test("a cancelled read of many bytes ends, and the stream can still be closed", .timeLimit(.minutes(1)))
    func cancelledLongRead() async throws {
        let (near, far) = try streamPair()
        let read = try await begun(near, far)
        read.cancel()
        await #expect(throws: CancellationError.self) { try await read.value }
        async let next = near.read(upTo: 10)
        try await far.write([4])
        #expect(try await next == [4])
        let other = try await begun(near, far)
        other.cancel()
        await near.close()
        #expect(try await far.read(upTo: 1).isEmpty)
        _ = try? await other.value
    }

    @Test("frames of all sizes, one after the other, come as they were sent")
    func frames() async throws {
        let (near, far) = try streamPair()
        let sizes = [10, 300_000, 0, 1 << 20, 1 << 20, 5, 5, 262_143, 262_144, 4096, 3, 900_000, 1]
        let payloads = sizes.enumerated().map { number, size in [UInt8](repeating: UInt8(number + 1), count: size) }
        async let sent: Void = {
            for (number, payload) in payloads.enumerated() {
                var bytes: [UInt8] = []
                Frame(.message, exchange: UInt32(number), payload: payload).append(to: &bytes)
                try await far.write(bytes)
            }
            try await far.finishWriting()
        }()
        var reader = FrameReader(near)
        for (number, payload) in payloads.enumerated() {
            let frame = try #require(try await reader.next())
            #expect(frame.exchange == UInt32(number) && frame.payload == payload, "\(number)")
        }
        let end = try await reader.next()
        #expect(end == nil)
        try await sent
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
