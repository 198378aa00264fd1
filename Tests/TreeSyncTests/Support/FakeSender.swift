import Testing
import Wire
@testable import TreeSync

/// A sender that says what a test wants, against a real receiver.
struct FakeSender: Sendable {
    /// Plays a sender that says `messages`, against a real receiver.
    @concurrent func receive(_ messages: [[UInt8]], into target: String, policy: ReceiverPolicy = .untrusted) async throws -> SyncReport {
        let (mine, other) = MemoryChannel.pair()
        async let report = TreeReceiver.run(root: target, policy: policy, options: SyncOptions(force: true), over: other)
        async let drained: Void = { while let message = try? await mine.receive() { _ = message } }()
        for message in messages where !message.isEmpty { try? await mine.send(message) }
        try await mine.finishSending()
        await drained
        return try await report
    }

    func greeting() throws -> [[UInt8]] { [try JSONPart.encode(.hello, Greeting())] + RuleTexts().messages() }

    func manifest(_ build: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        writer.attributes(Attributes(mode: 0o755, seconds: 0, nanoseconds: 0))
        build(&writer)
        return [MessageKind.manifest.rawValue, 0] + writer.bytes
    }

    func entry(_ name: String, _ kind: EntryKind, size: UInt64 = 0, target: String = "t") -> (inout ByteWriter) -> Void {
        { writer in
            writer.byte(kind.rawValue)
            writer.string(name.utf8)
            writer.attributes(Attributes(mode: 0o644, seconds: 1, nanoseconds: 0))
            if kind == .file { writer.number(size) }
            if kind == .link { writer.string(target.utf8) }
        }
    }

    /// The same for a sender that waits for requests.
    /// - Parameter talk: gets the channel after the messages.
    @concurrent func receive(_ messages: [[UInt8]], into target: String, policy: ReceiverPolicy = .untrusted, force: Bool = true,
                             then talk: @escaping @Sendable (MemoryChannel) async throws -> Void) async throws -> SyncReport {
        let (mine, other) = MemoryChannel.pair()
        async let report = TreeReceiver.run(root: target, policy: policy, options: SyncOptions(force: force), over: other)
        async let talked: Void = {
            for message in messages { try? await mine.send(message) }
            try? await talk(mine)
            try? await mine.finishSending()
            while let message = try? await mine.receive() { _ = message }
        }()
        await talked
        return try await report
    }

    /// Reads on until a message of this kind has come.
    func wait(for kind: MessageKind, on channel: MemoryChannel) async throws {
        while let message = try await channel.receive() {
            if try MessageKind.of(message) == kind { return }
        }
    }
}

/// What this process has taken of memory.
enum Memory {
    /// The most bytes that were resident at any time so far.
    static var peak: Int {
        let line = FileBytes.smallText("/proc/self/status")?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split { $0 == " " || $0 == "\t" }.compactMap { Int($0) }.first ?? 0) << 10
    }
}
