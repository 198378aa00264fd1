import Glibc
import Platform

/// Reads a tree with several threads ahead of the one that walks it.
///
/// The walker asks for folders in the order in which it visits them (each folder, then what it holds, by name). Threads
/// read the next ones in that order meanwhile, and stop when too much waits to be asked for.
final class TreeScanner: Sendable {
    /// A folder that is read: its listing, and the rules for what it holds. It does not keep the folder open, or a
    /// walker that is far behind would use up the descriptors.
    struct Folder: Sendable {
        var listing: DirectoryListing
        var scope: RuleScope

        /// The rules to enter one of its folders with.
        func scope(for entry: ListedEntry) -> RuleScope { entry.isExcluded ? scope.excluded : scope }
    }

    private struct Pending: Sendable {
        /// The folder above and the name in it; the root has neither.
        var parent: DirectoryHandle
        var name: [UInt8]
        var scope: RuleScope
    }

    private enum Progress: Sendable {
        case waiting
        case done(Result<Folder?, any Error>)
    }

    private struct State: ~Copyable {
        var heap = PathHeap<Pending>()
        var folders: [[UInt8]: Progress] = [:]
        /// Entries that are read and not asked for.
        var ahead = 0
        var isWanted = false
        var isStopped = false
    }

    private let reader: DirectoryReader
    private let monitor = Monitor(State())
    private let threads: Int
    /// A receiver leaves excluded folders alone; a sender lists only those that hold something to send.
    private let entersExcluded: Bool
    /// Is told of each folder before it is read.
    private let entering: (@Sendable (_ path: [UInt8], DirectoryHandle) -> Void)?
    /// How many entries may wait to be asked for.
    private static let aheadLimit = 1_000_000

    private static let mostOpen = DescriptorLimit.share(2, atLeast: 4, atMost: .max)

    init(side: DirectoryReader.Side, userExcludesFile: String? = nil, threads: Int = ParallelWork.defaultThreads,
         entering: (@Sendable (_ path: [UInt8], DirectoryHandle) -> Void)? = nil) {
        self.entering = entering
        reader = DirectoryReader(side: side, userExcludesFile: userExcludesFile)
        entersExcluded = side == .source
        self.threads = max(1, threads)
    }

    /// Starts reading at the root.
    func start(_ root: DirectoryHandle, scope: RuleScope) throws {
        schedule([], Pending(parent: root, name: [], scope: scope))
        var started = 0
        for _ in 0..<threads where (try? SystemThread.start { [self] in work() }) != nil { started += 1 }
        guard started > 0 else { throw SyncError(.resources, "cannot start a thread to read the tree; end other programs and try again", canRetry: true) }
    }

    func stop() {
        monitor.withLock { $0.isStopped = true; $0.folders = [:]; while $0.heap.pop() != nil {} }
    }

    /// The folder at `path`, once it is read.
    /// - Returns: `nil` where it was not scheduled (an excluded folder) or could not be opened for want of descriptors
    ///   or because it is gone; the caller then looks itself.
    func folder(_ path: [UInt8]) throws -> Folder? {
        let result: Result<Folder?, any Error>? = try monitor.wait { state throws(SyncError) in
            if state.isStopped { throw SyncError.disconnected }
            switch state.folders[path] {
            case nil:
                state.isWanted = false
                return .some(nil)
            case .waiting:
                state.isWanted = true
                return nil
            case .done(let result):
                state.isWanted = false
                state.folders[path] = nil
                if case .success(let folder?) = result { state.ahead -= folder.listing.entries.count }
                return .some(result)
            }
        }
        return try result?.get()
    }

    /// Reads the folder at `path` on the calling thread, for a walker whose folder was not read ahead.
    func readNow(_ path: [UInt8], scope: RuleScope, root: DirectoryHandle) throws -> Folder {
        var handle = root
        do throws(Errno) {
            for name in path.split(separator: UInt8(ascii: "/")) { handle = try handle.child(name) }
        } catch {
            if [EMFILE, ENFILE, ENOMEM].contains(error.code) {
                throw SyncError(.resources, "cannot read the folder \(TreePath(path)): \(error.text); raise the limit (ulimit -n) and try again")
            }
            var listing = DirectoryListing(path: path)
            listing.failure = error
            return Folder(listing: listing, scope: scope)
        }
        entering?(path, handle)
        let (listing, inner) = try reader.list(handle, path: path, scope: scope)
        return Folder(listing: listing, scope: inner)
    }

    private func schedule(_ path: [UInt8], _ pending: Pending) {
        monitor.withLock { state in
            guard !state.isStopped else { return }
            state.folders[path] = .waiting
            state.heap.push(path, pending)
        }
    }

    private func work() {
        while let (path, pending) = next() {
            let result = Result { try read(path, pending) }
            monitor.withLock { state in
                guard !state.isStopped else { return }
                state.folders[path] = .done(result.map { $0?.folder })
                guard case .success(let (folder, handle)?) = result else { return }
                state.ahead += folder.listing.entries.count
                // What is to be read later keeps its folder open; where too many are, the walker looks itself.
                guard DirectoryHandle.count < Self.mostOpen else { return }
                for entry in folder.listing.entries where entry.kind == .directory && (entersExcluded || !entry.isExcluded) {
                    let name = Array(folder.listing.name(entry))
                    let below = TreePath(path).appending(name).bytes
                    state.folders[below] = .waiting
                    state.heap.push(below, Pending(parent: handle, name: name, scope: folder.scope(for: entry)))
                }
            }
        }
    }

    private func next() -> (path: [UInt8], element: Pending)? {
        let item: (path: [UInt8], element: Pending)?? = monitor.wait { state in
            if state.isStopped { return .some(nil) }
            guard state.ahead < Self.aheadLimit || state.isWanted else { return nil }
            return state.heap.pop().map { .some($0) }
        }
        return item ?? nil
    }

    private func read(_ path: [UInt8], _ pending: Pending) throws -> (folder: Folder, handle: DirectoryHandle)? {
        let handle: DirectoryHandle
        do {
            handle = path.isEmpty ? pending.parent : try pending.parent.child(pending.name)
        } catch {
            if [ENOENT, EMFILE, ENFILE].contains(error.code) { return nil }
            var listing = DirectoryListing(path: path)
            listing.failure = error
            return (Folder(listing: listing, scope: pending.scope), pending.parent)
        }
        do {
            entering?(path, handle)
            let (listing, scope) = try reader.list(handle, path: path, scope: pending.scope)
            return (Folder(listing: listing, scope: scope), handle)
        } catch let error as SyncError where error.code == .resources {
            return nil
        }
    }
}
