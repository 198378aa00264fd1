import Fleet
import FoundationEssentials
import Synchronization
import TreeSync

/// What a watch knows of the files of its suite, and what it owes them.
final class WatchMemory: Sendable {
    private struct State {
        /// Files whose last verdict was a failure.
        var failing: Set<String> = []
        /// Files of the suite that changed and have not run since.
        var changed: Set<String> = []
        /// Whether what failed and what changed has run since the last change.
        var owesChanged = false
        /// Whether all of the suite has.
        var owesAll = true
        /// The run that is live on the host.
        var live: String?
        /// That it has come to its end, and when, in seconds since what it was for: its results are on their way.
        var finished: (status: RunStatus, seconds: Double)?
        /// Whether the host may be making a run, whose name is not known yet.
        var isStarting = false
        /// Runs that are to be removed from the host.
        var unwanted: [String] = []
        var cores = 4
    }

    private let state: Mutex<State>
    private let globs: [Glob]
    private let root: String

    /// - Parameters:
    ///   - suite: globs of its files.
    ///   - root: the source tree.
    ///   - failing: files that failed in the latest run that is known; those outside the suite are of no account.
    init(suite: [String], root: String, failing: Set<String>) {
        let globs = suite.compactMap { try? Glob($0) }
        self.globs = globs
        self.root = root
        let failing = failing.filter { Self.holds(globs, Array($0.utf8)) }
        state = Mutex(State(failing: failing, owesChanged: !failing.isEmpty))
    }

    private static func holds(_ globs: [Glob], _ path: [UInt8]) -> Bool { globs.contains { $0.matches(path) } }

    /// What failed last.
    var failing: Set<String> { state.withLock { $0.failing } }

    /// Takes in what a sync has brought.
    func note(_ sync: WatchedSync) {
        // Also of what was only touched: that asks for a run.
        let files = sync.changes.filter { $0.type != .directory && $0.kind != .delete }.map(\.path.bytes)
            .filter { Self.holds(globs, $0) }.map { String(decoding: $0, as: UTF8.self) }
        state.withLock { state in
            state.changed.formUnion(files)
            state.owesChanged = true
            state.owesAll = true
        }
    }

    func note(_ record: FileRecord, fails: Bool) {
        state.withLock { state in
            if record.outcome != .untested { state.changed.remove(record.file) }
            if fails { state.failing.insert(record.file) } else if record.outcome != .untested { state.failing.remove(record.file) }
        }
    }

    /// What is to be run next; `nil` where nothing is owed.
    func next() -> WatchStage? {
        state.withLock { state in
            if state.owesChanged, !files(.changed, &state).isEmpty { return .changed }
            return state.owesAll ? .all : nil
        }
    }

    /// A run has come to its end.
    func ended(_ stage: WatchStage) {
        state.withLock { state in
            if stage != .failed { state.owesChanged = false }
            if stage == .all { state.owesAll = false }
        }
    }

    /// The files of a stage, those that failed before the others; of all files none is named.
    func files(_ stage: WatchStage) -> [String] { state.withLock { files(stage, &$0) } }

    private func files(_ stage: WatchStage, _ state: inout State) -> [String] {
        guard stage != .all else { return [] }
        let failing = state.failing.filter { FileManager.default.fileExists(atPath: root + "/" + $0) }
        // What is gone fails no longer.
        state.failing = failing
        let changed: Set<String> = stage == .failed ? [] : state.changed.filter { FileManager.default.fileExists(atPath: root + "/" + $0) }
        return failing.sorted() + changed.subtracting(failing).sorted()
    }

    /// Whether there is, or may be, a run on the host that has to be ended or removed.
    var hasRun: Bool { state.withLock { $0.live != nil || $0.isStarting || !$0.unwanted.isEmpty } }

    func starting() { state.withLock { $0.isStarting = true } }

    /// - Parameter run: its name; `nil` where none was made.
    func started(_ run: String?) {
        state.withLock { state in
            (state.live, state.finished) = (run, nil)
            state.isStarting = false
        }
    }

    var live: String? {
        get { state.withLock { $0.live } }
        set { state.withLock { ($0.live, $0.finished) = (newValue, nil) } }
    }

    /// Runs that are to be removed from the host, and are there still as far as is known.
    var unwanted: [String] {
        get { state.withLock { $0.unwanted } }
        set { state.withLock { $0.unwanted = newValue } }
    }

    /// Whether, and when, the live run has come to its end.
    var finished: (status: RunStatus, seconds: Double)? {
        get { state.withLock { $0.finished } }
        set { state.withLock { $0.finished = newValue } }
    }

    var cores: Int {
        get { state.withLock { $0.cores } }
        set { state.withLock { $0.cores = max(1, newValue) } }
    }
}
