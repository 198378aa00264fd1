import Glibc
import TestSupport
import Testing
@testable import TreeSync

/// Each in a process of its own, whose memory is looked at.
@Suite("A hostile peer cannot take more memory than it is allowed") struct HostileMemoryTests {
    private static let sender = FakeSender()

    @Test("with a few messages that unpack to endless listings")
    func bombs() async {
        await #expect(processExitsWith: .success) {
            let trees = try TreePair()
            try trees.inTarget("echo kept > kept")
            // 1,000 links with the longest targets make a message of 4 MB, and one of a few kilobytes when it is packed.
            let zstd = Zstd()
            var target = ByteWriter()
            target.attributes(Attributes(mode: 0o777, seconds: 1, nanoseconds: 0))
            target.string(Array(repeating: UInt8(ascii: "x"), count: 4000))
            let messages = (0..<40).map { number -> [UInt8] in
                var body = ByteWriter()
                if number == 0 { body.attributes(Attributes(mode: 0o755, seconds: 0, nanoseconds: 0)) }
                body.byte(number == 0 ? 1 : 0)
                body.number(1000)
                for index in 0..<1000 {
                    body.byte(EntryKind.link.rawValue)
                    body.string(Array("l\(1_000_000 + number * 1000 + index)".utf8))
                    body.bytes += target.bytes
                }
                return [MessageKind.manifest.rawValue, 1] + body.bytes.withUnsafeBytes { zstd.packed($0)! }
            }
            #expect(messages.reduce(0) { $0 + $1.count } < 1 << 20)
            var policy = ReceiverPolicy.untrusted
            policy.listingBytes = 32 << 20
            let before = Memory.peak
            let error = await #expect(throws: SyncError.self) {
                try await HostileMemoryTests.sender.receive(HostileMemoryTests.sender.greeting() + messages, into: trees.target, policy: policy)
            }
            #expect(error?.code == .limit, "\(String(describing: error))")
            #expect(Memory.peak - before < 150 << 20, "\((Memory.peak - before) >> 20) MB")
            #expect(try trees.inTarget("ls -A") == "kept\n")
        }
    }

    @Test("with short names in a folder whose own path is long")
    func longPaths() async {
        await #expect(processExitsWith: .success) {
            let trees = try TreePair()
            try trees.inTarget("echo kept > kept")
            let sender = HostileMemoryTests.sender
            var messages = try sender.greeting()
            for depth in 0..<15 {
                var body = ByteWriter()
                if depth == 0 { body.attributes(Attributes(mode: 0o755, seconds: 0, nanoseconds: 0)) }
                body.byte(3)
                body.number(1)
                sender.entry(String(repeating: "d", count: 250), .directory)(&body)
                messages.append([MessageKind.manifest.rawValue, 0] + body.bytes)
            }
            // Their paths together would be 760 MB.
            for part in 0..<20 {
                var body = ByteWriter()
                body.byte(part == 0 ? 1 : part == 19 ? 2 : 0)
                body.number(10_000)
                for index in 0..<10_000 { sender.entry("\(1_000_000 + part * 10_000 + index)", .directory)(&body) }
                messages.append([MessageKind.manifest.rawValue, 0] + body.bytes)
            }
            let before = Memory.peak
            let error = await #expect(throws: SyncError.self) { try await sender.receive(messages, into: trees.target) }
            #expect(error?.code == .limit, "\(String(describing: error))")
            #expect(Memory.peak - before < 300 << 20, "\((Memory.peak - before) >> 20) MB")
        }
    }

    @Test("with a recipe of endless small chunks, of a file that the receiver has in part")
    func recipes() async {
        await #expect(processExitsWith: .success) {
            let trees = try TreePair()
            try trees.inTarget("head -c 1000000 /dev/urandom > f")
            let sender = HostileMemoryTests.sender
            let offer = sender.manifest { writer in
                writer.byte(3)
                writer.number(1)
                sender.entry("f", .file, size: 1_000_001)(&writer)
            }
            var end = ByteWriter(.manifestEnd)
            end.number(1)
            end.string("digest".utf8)
            for length in [1, 1 << 16, 1 << 30] {
                let before = Memory.peak
                let error = await #expect(throws: SyncError.self) {
                    try await sender.receive(sender.greeting() + [offer, end.bytes], into: trees.target) { channel in
                        try await sender.wait(for: .requests, on: channel)
                        var part = ByteWriter(.recipe)
                        part.byte(0)
                        part.number(0)
                        for _ in 0..<50_000 {
                            part.number(length)
                            part.digest(ContentDigest(low: 1, high: 2))
                        }
                        for _ in 0..<1000 { try await channel.send(part.bytes) }
                    }
                }
                #expect(error?.code == .violation, "\(length): \(String(describing: error))")
                #expect(Memory.peak - before < 100 << 20, "\((Memory.peak - before) >> 20) MB")
            }
            #expect(try trees.inTarget("stat -c %s f; ls -A") == "1000000\nf\n")
        }
    }

    @Test("with wishes for endless parts of a file")
    func missing() async {
        await #expect(processExitsWith: .success) {
            let trees = try TreePair()
            try trees.inSource("head -c 1000000 /dev/urandom > f")
            for (start, count) in [(0, 0), (1, 1), (1 << 40, 1)] {
                let (mine, other) = MemoryChannel.pair()
                let sent = Task { [source = trees.source] in try await TreeSender.run(root: source, options: SyncOptions(), over: other) }
                try await mine.send(JSONPart.encode(.hello, Greeting()))
                let fake = HostileMemoryTests.sender
                try await fake.wait(for: .manifestEnd, on: mine)
                try await mine.send(FileRequest.encode([FileRequest(id: 0, kind: .recipe(ChunkRule(fileSize: 1_000_000)))]))
                try await fake.wait(for: .recipe, on: mine)
                var part = ByteWriter(.missing)
                part.byte(0)
                part.number(0)
                for _ in 0..<100_000 {
                    part.number(start)
                    part.number(count)
                }
                let before = Memory.peak
                for _ in 0..<200 { try? await mine.send(part.bytes) }
                try? await mine.finishSending()
                while let message = try? await mine.receive() { _ = message }
                let error = await #expect(throws: SyncError.self) { try await sent.value }
                #expect(error?.code == .violation, "\(String(describing: error))")
                #expect(Memory.peak - before < 120 << 20, "\((Memory.peak - before) >> 20) MB")
            }
        }
    }

    @Test("with changes that are told faster than anybody can read them")
    func changes() async {
        await #expect(processExitsWith: .success) {
            let trees = try TreePair()
            try trees.inSource("echo a > a")
            let (mine, other) = MemoryChannel.pair()
            let path = TreePath(Array(repeating: UInt8(ascii: "p"), count: 4000))
            let message = ChangeCodec.encode(Array(repeating: SyncChange(kind: .create, type: .file, path: path), count: 500))
            // Bytes that are sent and not yet read, when the slow reader gets a change.
            let state = Monitor((read: 0, most: 0))
            let slow: SyncEventHandler = { event in
                guard case .change(let change) = event else { return }
                state.withLock { state in
                    state.read += change.path.bytes.count
                    state.most = max(state.most, mine.sent - state.read)
                }
                for _ in 0..<50 { _ = change.path.bytes.withUnsafeBytes { ContentDigest.of($0) } }
            }
            let sent = Task { [source = trees.source] in try await TreeSender.run(root: source, options: SyncOptions(), over: other, events: slow) }
            try await mine.send(JSONPart.encode(.hello, Greeting()))
            async let drained: Void = { while let message = try? await mine.receive() { _ = message } }()
            let before = Memory.peak
            for _ in 0..<100 { try await mine.send(message) }
            try await mine.finishSending()
            await #expect(throws: SyncError.self) { try await sent.value }
            await drained
            #expect(mine.sent > 190 << 20)
            #expect(state.withLock { $0.most } < 80 << 20, "\(state.withLock { $0.most } >> 20) MB")
            #expect(Memory.peak - before < 150 << 20, "\((Memory.peak - before) >> 20) MB")
        }
    }
}
