public import Fleet
import Platform
public import RemoteKit
import TreeSync

/// What is known of the files of a tree that is watched: the present verdict, what fails, and what is at work. Knows no terminal and no host.
public struct VerdictBoard: Sendable {
    /// What is at work.
    enum Activity: Sendable, Equatable {
        case connecting, syncing
        case building(String)
        case running(WatchStage, done: Int, total: Int)
        case resting
        /// Something has to be mended first, in a sentence.
        case stuck(String)
        case offline(String)
    }

    /// The last verdict of a file.
    struct Entry: Sendable {
        /// The record of one that fails; of others it is not kept.
        var failure: FileRecord?
        /// Whether it was left out, so that nothing is known of it.
        var isKeptOut = false
        /// The change after which it was found.
        var round: Int
    }

    public let host: String
    /// The folder that is watched.
    let tree: String
    let upwards: String
    /// Whether a key makes a failure smaller.
    public var offersReduction = false
    /// Counts changes.
    private(set) var round = 0
    private(set) var activity = Activity.connecting
    private(set) var entries: [String: Entry] = [:]
    /// The files of the suite, once all of it was begun.
    private(set) var total: Int?
    /// Whether files may have come to the suite since then.
    private var hasGrown = false
    /// Failures that were not known, and known ones, in the run that is or was at work.
    private(set) var found = (failed: 0, known: 0)
    /// The last sync in a line.
    private(set) var sync: String?
    /// What else there is to say, the latest last.
    private(set) var notices: [String] = []
    private(set) var buildLines: [String] = []
    /// Words of somebody else's work, such as a reduction that a key has started.
    private(set) var aside: [String] = []

    private static let linesKept = 200

    /// - Parameters:
    ///   - tree: the folder that is watched.
    ///   - upwards: leads from where the user stands to the top of the tree.
    public init(host: String, tree: String = "", upwards: String = "") {
        self.host = host
        self.tree = tree
        self.upwards = upwards
    }

    // MARK: what happens

    /// Takes in what has happened.
    public mutating func take(_ event: WatchEvent) {
        switch event {
        case .remembered(let records): for record in records { entries[record.file] = Entry(failure: record, round: -1) }
        case .job(let event): take(event)
        case .synced(let sync):
            if let line = WatchedSyncLine.text(sync) { self.sync = line }
            guard sync.isOther else { break }
            round += 1
            // Where nothing is named, it may be anything.
            if sync.changes.isEmpty || sync.changes.contains(where: { $0.kind == .create }) { hasGrown = true }
        case .syncFailed(let error): activity = .stuck(error.description)
        case .shortage(let text): note("warning: \(text)")
        case .reconnected: activity = .syncing
        case .buildFailed(let error), .runFailed(let error): activity = .stuck(error.description)
        case .began(let stage, let status):
            if stage == .all { (total, hasGrown) = (status.total, false) }
            found = (0, 0)
            activity = .running(stage, done: 0, total: status.total)
        case .verdict(let record, let fails): take(record, fails)
        case .done(let stage, let status, _):
            // Files that are no longer in the suite have no verdict.
            if stage == .all, status.phase == .finished, status.outcomes[.untested] ?? 0 == 0 { entries = entries.filter { $0.value.round == round } }
        case .ended: activity = .syncing
        case .rests: if case .stuck = activity {} else { activity = .resting }
        }
    }

    private mutating func take(_ record: FileRecord, _ fails: Bool) {
        // What did not run keeps the verdict that it had.
        if record.outcome != .untested { entries[record.file] = Entry(failure: fails ? record : nil, isKeptOut: record.outcome.isKeptOut, round: round) }
        if fails { found.failed += 1 } else if record.outcome.isFailure { found.known += 1 }
        if case .running(let stage, let done, let total) = activity { activity = .running(stage, done: done + 1, total: total) }
    }

    private mutating func take(_ event: JobEvent) {
        switch event {
        case .connected, .syncing: activity = .syncing
        case .problem(let problem): note(SafeText.line(problem.description, limit: 500))
        case .preparing(let command):
            activity = .building(command)
            buildLines = []
        case .buildLine(let line): buildLines = (buildLines + [line]).suffix(Self.linesKept)
        case .warning(let text), .notice(let text): note(text)
        case .disconnected(let reason, let pause): activity = .offline("connection lost: \(reason); connecting again in \(Human.duration(pause))")
        default: break
        }
    }

    private mutating func note(_ text: String) { notices = (notices + [text]).suffix(Self.linesKept) }

    /// Shows words of somebody else's work, in the place of those before.
    public mutating func say(_ lines: [String]) { aside = lines }

    // MARK: what is known

    /// The files that fail, by name.
    public var failing: [FileRecord] { entries.values.compactMap(\.failure).sorted { $0.file < $1.file } }

    /// How many files have a verdict for what the tree is now.
    var fresh: Int { entries.values.count { $0.round == round } }

    /// The present verdict.
    public enum Verdict: Sendable, Equatable {
        /// All files of the suite that are not left out hold, as the tree is now, and there are some.
        case pass
        /// Some fail.
        case fail(Int)
        /// None is known to fail, and not all have run.
        case open
    }

    public var verdict: Verdict {
        let count = entries.values.count { $0.failure != nil }
        if count > 0 { return .fail(count) }
        guard let total, !hasGrown, fresh >= max(total, entries.count), passed > 0 else { return .open }
        return .pass
    }

    /// Files that passed, or failed only as is known, as the tree is now.
    private var passed: Int { entries.values.count { $0.round == round && $0.failure == nil && !$0.isKeptOut } }
    /// Files that were left out of what ran since the change.
    private var keptOut: Int { entries.values.count { $0.round == round && $0.isKeptOut } }

    /// `PASS 622 files`, `PASS 620 of 622 files; 2 left out`, `FAIL 2 of 622 files; 610 not run since the change`
    public var summary: String {
        let of = total.map { " of \(Human.count($0, "file"))" } ?? ""
        let left = total.map { max(0, $0 - fresh) } ?? 0
        let rest = left > 0 ? "; \(Human.count(left)) not run since the change" : ""
        let out = keptOut > 0 ? "; \(Human.count(keptOut)) left out" : ""
        switch verdict {
        case .pass: return "PASS \(keptOut == 0 ? Human.count(passed, "file") : Human.count(passed) + of)" + out
        case .fail(let count): return "FAIL \(total == nil ? Human.count(count, "file") : Human.count(count) + of)" + rest
        case .open: return passed == 0 ? "no verdict yet" + out : "PASS so far: \(total == nil ? Human.count(passed, "file") : Human.count(passed) + of)" + out
        }
    }

    /// `3 files that failed or changed`, `all 622 files`
    public static func words(_ stage: WatchStage, _ count: Int?) -> String {
        let files = count.map { Human.count($0, "file") } ?? "files"
        return switch stage {
        case .changed: "\(files) that failed last or changed"
        case .failed: "\(files) that failed last"
        case .all: count == nil ? "all files" : "all of \(files)"
        }
    }
}
