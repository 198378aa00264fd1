import Glibc
import Platform
import Synchronization

/// Watches the folders of a source on a thread of its own, and tells of changes once they have come to rest.
final class SourceWatch: Sendable {
    /// The rules of a folder that is known already.
    typealias Judge = @Sendable (_ folder: [UInt8], _ name: [UInt8], _ isFolder: Bool) -> Bool

    private struct State {
        var folders = WatchedFolders()
        /// What came to rest and was not taken.
        var ready = SourceChanges()
        /// Whether it is time to look at all of a source that is not watched as a whole.
        var isDue = false
        var shortage: WatchShortage?
        /// Between two looks at all of the source, in nanoseconds.
        var lookPause = SourceWatch.leastPause
        /// When the next look is due, on the monotonic clock.
        var nextLook: UInt64 = 0
        /// When a folder was read last.
        var entered: UInt64 = 0
        /// Whether all of the source was ever read.
        var hasBegun = false
        var isClosed = false

        /// Whether changes may come of which nobody tells.
        var needsLooks: Bool { shortage != nil || (hasBegun && !folders.hasRoot) }
    }

    private let state = Mutex(State())
    private let watch: FolderWatch?
    private let wake: EventDescriptor?
    private let signal = AsyncSignal()
    private let isSent: Judge
    /// The most folders that are watched.
    private let most: Int

    /// Between two looks at a source that is not watched, in nanoseconds.
    private static let leastPause: UInt64 = 2_000_000_000

    /// - Parameters:
    ///   - most: the most folders that are watched; the system may allow fewer.
    ///   - isSent: whether the rules let a name of a folder through; called on the watch's own thread.
    init(most: Int = .max, isSent: @escaping Judge) {
        self.most = most
        self.isSent = isSent
        wake = EventDescriptor()
        do throws(FolderWatch.Failure) {
            watch = try FolderWatch()
        } catch {
            watch = nil
            let shortage = WatchShortage(error.number, setting: error.number == EMFILE ? "fs.inotify.max_user_instances" : nil)
            state.withLock { $0.shortage = shortage }
        }
        _ = try? SystemThread.start { [self] in run() }
    }

    /// Ends the thread, which keeps this object until then, and all waiting.
    func close() {
        state.withLock { $0.isClosed = true }
        wake?.notify()
        signal.notify()
    }

    // MARK: what is watched

    /// All of the source is about to be read: whether all of it can be watched shows anew.
    func begin() {
        let now = Clock.monotonic
        state.withLock { state in
            if watch != nil { state.shortage = nil }
            state.nextLook = now + state.lookPause
        }
    }

    /// Watches a folder that is about to be read: what changes from now on is told.
    func enter(_ path: [UInt8], _ handle: DirectoryHandle) {
        let now = Clock.monotonic
        state.withLock { state in
            (state.entered, state.hasBegun) = (now, state.hasBegun || path.isEmpty)
            guard let watch, state.shortage == nil else { return }
            do throws(FolderWatch.Failure) {
                // Under the lock, or an event could come before its folder is known.
                guard state.folders.count < most || state.folders.holds(path) else { throw FolderWatch.Failure(number: ENOSPC) }
                state.folders.add(try watch.add(openFolder: handle.descriptor), path)
            } catch {
                // Gone between; the folder above tells of it.
                if error.number == ENOENT || error.number == ENOTDIR { return }
                state.shortage = WatchShortage(error.number, setting: error.number == ENOSPC ? "fs.inotify.max_user_watches" : nil)
                // Its thread waits without an end, maybe.
                wake?.notify()
            }
        }
    }

    /// Watches no other folders any longer.
    func keep(_ isKept: (_ path: [UInt8]) -> Bool) {
        for number in state.withLock({ $0.folders.keep(isKept) }) { watch?.remove(number) }
    }

    /// The folders that are watched.
    var watched: Set<[UInt8]> { state.withLock { $0.folders.watched } }

    /// Why not all folders are watched; `nil` where they are.
    var shortage: WatchShortage? { state.withLock { $0.shortage } }

    /// All of the source was read: it is looked at seldom enough then, where it is not watched.
    /// - Parameter begin: when that began, in nanoseconds of the monotonic clock.
    func scanned(since begin: UInt64) {
        let now = Clock.monotonic
        state.withLock { state in
            let took = state.entered > begin ? state.entered - begin : 0
            state.lookPause = max(Self.leastPause, min(took * 10, 600_000_000_000))
            (state.nextLook, state.isDue) = (now + state.lookPause, false)
        }
        wake?.notify()
    }

    // MARK: what has changed

    /// Waits until something has changed and is at rest.
    /// - Parameter orDue: or until it is time to look at all of a source that is not watched as a whole.
    func change(orDue: Bool) async {
        while true {
            let seen = signal.count
            if state.withLock({ $0.isClosed || !$0.ready.isEmpty || (orDue && $0.isDue) }) || Task.isCancelled { return }
            await signal.wait(after: seen)
        }
    }

    /// Whether something has changed and is at rest.
    var hasChanged: Bool { state.withLock { !$0.ready.isEmpty } }
    /// Whether it is time to look at all of a source that is not watched as a whole.
    var isDue: Bool { state.withLock { $0.isDue } }

    /// Takes what has changed, also what is not at rest.
    func take() -> SourceChanges {
        _ = read()
        let now = Clock.monotonic
        defer { wake?.notify() }
        return state.withLock { state in
            var changes = state.ready
            changes.add(state.folders.take())
            if state.isDue {
                changes.isUnknown = true
                state.nextLook = now + state.lookPause
            }
            (state.ready, state.isDue) = (SourceChanges(), false)
            return changes
        }
    }

    /// Takes in the events that there are, in their order, whichever thread reads them.
    private func read() -> [FolderWatch.Event] {
        guard let watch else { return [] }
        return state.withLock { state in
            let events = watch.read()
            for event in events {
                for number in state.folders.note(event, isSent: isSent) { watch.remove(number) }
            }
            return events
        }
    }

    // MARK: the thread

    /// Milliseconds without an event after which a few changes are at rest, many, and those of files that are open still.
    private static let rest: (few: Int32, many: Int32, open: Int32) = (3, 60, 50)
    private static let few = 12
    /// The longest that changes wait for the others, in nanoseconds.
    private static let patience: UInt64 = 1_000_000_000

    private func run() {
        while true {
            var waiting = [watch?.descriptor ?? -1, wake?.number ?? -1].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&waiting, 2, pause)
            guard !state.withLock({ $0.isClosed }) else { return }
            if waiting[1].revents != 0 { wake?.drain() }
            if waiting[0].revents != 0 { collect() }
            publish()
        }
    }

    /// How long to wait for events, in milliseconds; without end where all folders are watched, or a look is due anyway.
    private var pause: Int32 {
        let now = Clock.monotonic
        return state.withLock { state in
            guard state.needsLooks, !state.isDue else { return -1 }
            return state.nextLook > now ? Int32((state.nextLook - now) / 1_000_000) + 1 : 0
        }
    }

    /// Reads events until none come any more.
    private func collect() {
        guard let watch else { return }
        let start = Clock.monotonic
        var total = 0
        while true {
            let events = read()
            total += events.count
            let isOpen = events.last.map { $0.kind == .appeared || $0.kind == .touched } ?? false
            let rest = total > Self.few ? Self.rest.many : isOpen ? Self.rest.open : Self.rest.few
            var waiting = pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)
            if Clock.monotonic - start > Self.patience || poll(&waiting, 1, rest) <= 0 { return }
        }
    }

    private func publish() {
        let now = Clock.monotonic
        let isNew = state.withLock { state in
            let isDue = state.needsLooks && !state.isDue && now >= state.nextLook
            let changes = state.folders.take()
            state.ready.add(changes)
            if isDue { state.isDue = true }
            return isDue || !changes.isEmpty
        }
        if isNew { signal.notify() }
    }
}
