import Synchronization
import TestSupport
import Testing
@testable import TreeSync

/// What events a side told of.
final class EventLog: Sendable {
    private let events = Mutex<[SyncEvent]>([])

    var handler: SyncEventHandler { { [self] event in events.withLock { $0.append(event) } } }

    var changes: [SyncChange] {
        events.withLock { $0.compactMap { if case .change(let change) = $0 { change } else { nil } } }
    }

    var problems: [SyncProblem] {
        events.withLock { $0.compactMap { if case .problem(let problem) = $0 { problem } else { nil } } }
    }

    var progress: [SyncProgress] {
        events.withLock { $0.compactMap { if case .progress(let progress) = $0 { progress } else { nil } } }
    }
}

/// Two folders, and syncs between them inside this process.
struct TreePair {
    let folder: TemporaryFolder
    var source: String { folder.file("source") }
    var target: String { folder.file("target") }

    init(in parent: String = "/tmp") throws {
        folder = try TemporaryFolder(in: parent)
        try shell("mkdir \(quoted(source)) \(quoted(target))")
    }

    /// The sender starts.
    @concurrent @discardableResult
    func push(_ rules: SourceRules = SourceRules(), options: SyncOptions = SyncOptions(), policy: ReceiverPolicy = .trusted,
              events: @escaping SyncEventHandler = { _ in }, channels: (MemoryChannel, MemoryChannel) = MemoryChannel.pair()) async throws -> SyncReport {
        async let received = TreeReceiver.run(root: target, policy: policy, over: channels.1)
        async let sent = TreeSender.run(root: source, rules: rules, options: options, over: channels.0, events: events)
        return try await agreeing(sent, received)
    }

    /// The same, where a line of sh changes the source after it was listed and before its files are read.
    @discardableResult
    func push(changing line: String, _ rules: SourceRules = SourceRules(), options: SyncOptions = SyncOptions(), events: @escaping SyncEventHandler = { _ in }) async throws -> SyncReport {
        let channels = MemoryChannel.pair()
        let isDone = Mutex(false)
        channels.1.tap { [source] message in
            guard message.first == MessageKind.requests.rawValue, !isDone.withLock({ done in
                defer { done = true }
                return done
            }) else { return }
            _ = try? shell("cd \(quoted(source)) && \(line)")
        }
        let report = try await push(rules, options: options, events: events, channels: channels)
        #expect(isDone.withLock { $0 }, "nothing was asked for")
        return report
    }

    /// The receiver starts.
    @concurrent @discardableResult
    func pull(_ rules: SourceRules = SourceRules(), options: SyncOptions = SyncOptions(), policy: ReceiverPolicy = .untrusted,
              events: @escaping SyncEventHandler = { _ in }, channels: (MemoryChannel, MemoryChannel) = MemoryChannel.pair()) async throws -> SyncReport {
        async let sent = TreeSender.run(root: source, rules: rules, over: channels.0)
        async let received = TreeReceiver.run(root: target, policy: policy, options: options, over: channels.1, events: events)
        return try await agreeing(sent, received)
    }

    private func agreeing(_ sent: SyncReport, _ received: SyncReport) throws -> SyncReport {
        #expect(sent == received)
        return sent
    }

    /// What rsync would still change; empty when the trees are equal.
    func rsyncDifferences(_ excludes: [String] = []) throws -> String {
        let flags = (excludes + [".git"]).map { "--exclude=" + quoted($0) }.joined(separator: " ")
        return try shell("rsync -anic --delete \(flags) \(quoted(source))/ \(quoted(target))/ 2>&1")
    }

    /// Runs sh in the source, or in the target.
    @discardableResult
    func inSource(_ line: String) throws -> String { try shell("cd \(quoted(source)) && " + line) }

    @discardableResult
    func inTarget(_ line: String) throws -> String { try shell("cd \(quoted(target)) && " + line) }
}
