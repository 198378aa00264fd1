import Glibc
import TestSupport
import Testing
@testable import Wire

@Suite(.timeLimit(.minutes(10))) struct StreamTests {
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

    /// Lets a read of many bytes begin, and waits until it has some of them.
    /// - Returns: also the other end, which is the caller's to close.
    private func begun() async throws -> (near: DescriptorStream, far: CInt, read: Task<[UInt8], any Error>) {
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let near = DescriptorStream(reading: ends[0], writing: ends[0]), far = ends[1]
        let read = Task { try await near.read(100, after: [1]) }
        try #require(Glibc.write(far, [2, 3], 2) == 2)
        // SIOCOUTQ of unix(7): what the other end has not taken yet.
        try #require(await eventually {
            var left: CInt = -1
            return ioctl(far, 0x5411, &left) == 0 && left == 0
        })
        return (near, far, read)
    }

    /// Whether the other end is closed, in the end.
    private func ends(_ descriptor: CInt) -> Bool {
        var polled = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
        var byte: UInt8 = 0
        return poll(&polled, 1, 300_000) == 1 && Glibc.read(descriptor, &byte, 1) == 0
    }

    @Test("closing ends a read of many bytes of which some have come", .timeLimit(.minutes(10)))
    func closedLongRead() async throws {
        let (near, far, read) = try await begun()
        defer { close(far) }
        await near.close()
        await #expect(throws: WireFault.self) { try await read.value }
        // The thread has gone too, and with it the descriptor.
        #expect(ends(far))
    }

    @Test("a cancelled read of many bytes ends, and the stream can still be read, and closed", .timeLimit(.minutes(10)))
    func cancelledLongRead() async throws {
        let (near, far, read) = try await begun()
        defer { close(far) }
        read.cancel()
        await #expect(throws: CancellationError.self) { try await read.value }
        async let next = near.read(upTo: 10)
        #expect(Glibc.write(far, [4], 1) == 1)
        #expect(try await next == [4])
        await near.close()
        #expect(ends(far))
    }

    @Test("a read of many bytes that is cancelled and closed at once leaves no thread", .timeLimit(.minutes(10)))
    func cancelledAndClosed() async throws {
        let (near, far, read) = try await begun()
        defer { close(far) }
        read.cancel()
        await near.close()
        #expect(ends(far))
        await #expect(throws: (any Error).self) { try await read.value }
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
}
