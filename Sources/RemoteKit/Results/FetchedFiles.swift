import FoundationEssentials
import Glibc
import Platform
import Synchronization
import TreeSync

/// The folder of a fetched run, and which of the files in it a fetch wrote: everything else there is the user's.
///
/// They are listed in `.fetched` in the folder itself, so that they go with it: a line for people, then paths, each ended
/// by NUL. A path is added before the file is made, so that a killed fetch leaves nothing that the next one takes for the user's.
final class FetchedFiles: OwnedPaths {
    let folder: String
    private let descriptor: Int32
    private let list: Int32
    private let paths: Mutex<Set<[UInt8]>>

    static let list = ".fetched"
    var listName: [UInt8] { Array(Self.list.utf8) }

    private init(folder: String, descriptor: Int32, list: Int32, paths: Set<[UInt8]>) {
        self.folder = folder
        self.descriptor = descriptor
        self.list = list
        self.paths = Mutex(paths)
    }

    deinit {
        DescriptorIO.closeUnlocking(descriptor)
        close(list)
    }

    // MARK: opening

    /// Opens the folder of a run for a fetch, and makes it where it is missing.
    /// - Parameters:
    ///   - run: the run's name, safe as the name of a folder.
    ///   - parent: the folder that holds it; links on the way there are the user's.
    /// - Throws: ``RemoteError`` `usage` where what is there is no fetch of this run, and stays as it is; `locked` while another fetch
    ///   is at work there.
    static func open(run: String, in parent: String) throws(RemoteError) -> FetchedFiles {
        try ResultsParent.make(parent)
        let folder = "\(parent)/\(run)"
        if mkdir(folder, 0o777) != 0, errno != EEXIST { throw refusal(folder, reason(errno)) }
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(folder, whatStands(at: folder, errno)) }
        let known: Set<[UInt8]>?, list: Int32
        do throws(RemoteError) {
            try lock(descriptor, folder)
            known = try Self.known(descriptor, folder, run)
            list = openat(descriptor, Self.list, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard list >= 0 else { throw refusal(folder, reason(errno)) }
        } catch {
            DescriptorIO.closeUnlocking(descriptor)
            throw error
        }
        // From here on it closes what is open.
        let files = FetchedFiles(folder: folder, descriptor: descriptor, list: list, paths: known ?? [])
        if known == nil || !isWhole(descriptor) { try files.writeAnew(run) }
        return files
    }

    /// The same, after another fetch of the run that is at work there.
    /// - Parameters:
    ///   - patience: how long that may take.
    ///   - waiting: is told what is waited for, once that takes a while.
    static func open(run: String, in parent: String, patience: Duration = .seconds(600), waiting: WaitingHandler?) async throws -> FetchedFiles {
        let start = ContinuousClock.now
        var isTold = false
        while true {
            do throws(RemoteError) {
                return try open(run: run, in: parent)
            } catch {
                guard error.code == .locked else { throw error }
                let waited = ContinuousClock.now - start
                guard waited < patience else { throw error }
                if waited > notice, !isTold {
                    isTold = true
                    waiting?("another fetch of run \(run), which writes into \(parent)", Int(waited.components.seconds))
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// A fetch of a small run is over before that.
    private static let notice = Duration.seconds(2)

    /// Two fetches would take each other's files for the user's. The lock goes with the descriptor; a file system that has none lets both in.
    private static func lock(_ descriptor: Int32, _ folder: String) throws(RemoteError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw RemoteError(.locked, "cannot put the results into \(folder): another fetch of this run is at work there; try again when it has ended", isRetryable: true)
    }

    /// What a fetch wrote there: what its list says, else what can only be a fetched file.
    /// - Returns: `nil` where the folder is empty.
    private static func known(_ folder: Int32, _ path: String, _ run: String) throws(RemoteError) -> Set<[UInt8]>? {
        if let listed = try listed(folder, path, run) { return listed }
        let names = LocalFolder.names(in: folder).filter { $0 != Array(Self.list.utf8) }
        guard !names.isEmpty else { return nil }
        guard isFetched(folder, run) else {
            throw refusal(path, "it is there already, and no fetch of this run made it")
        }
        return KnownRunFiles.present(in: folder)
    }

    /// - Returns: `nil` where there is no list, or one that ends within its first line.
    static func listed(_ folder: Int32, _ path: String, _ run: String) throws(RemoteError) -> Set<[UInt8]>? {
        guard let bytes = LocalFolder.contents(of: Self.list, in: folder, limit: 1 << 30) else { return nil }
        let head = head(run)
        guard bytes.starts(with: head) else {
            if head.starts(with: bytes) { return nil }
            throw refusal(path, "its file \(Self.list) is of something else")
        }
        // A path that a kill cut short has no NUL, and its file was not made.
        let end = bytes.lastIndex(of: 0).map { $0 + 1 } ?? 0
        return Set(bytes[min(head.count, end)..<end].split(separator: 0).map { Array($0) })
    }

    private static func head(_ run: String) -> [UInt8] { Array("slt-remote fetch wrote these files of run \(run), and changes no others here\n\0".utf8) }

    private static func isWhole(_ folder: Int32) -> Bool { LocalFolder.lastByte(of: Self.list, in: folder) == 0 }

    /// Whether releases that kept no list fetched this run there.
    private static func isFetched(_ folder: Int32, _ run: String) -> Bool {
        struct Name: Decodable { var id: String }
        guard let bytes = LocalFolder.contents(of: "spec.json", in: folder, limit: 64 << 20) else { return false }
        return (try? JSONDecoder().decode(Name.self, from: Data(bytes)))?.id == run
    }

    private static func whatStands(at folder: String, _ number: Int32) -> String {
        var info = stat()
        guard lstat(folder, &info) == 0 else { return reason(number) }
        if info.st_mode & S_IFMT == S_IFLNK { return "it is a link, and results are never written through one" }
        return info.st_mode & S_IFMT == S_IFDIR ? reason(number) : "a file stands there"
    }

    static func refusal(_ folder: String, _ why: String) -> RemoteError {
        RemoteError(.usage, "cannot put the results into \(folder): \(why)", remedy: .clearResultsFolder)
    }

    static func reason(_ number: Int32) -> String {
        let text = ErrorText.of(number)
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    // MARK: what is ours

    func contains(_ path: TreePath) -> Bool { paths.withLock { $0.contains(path.bytes) } }

    func add(_ path: TreePath) throws {
        let isNew = paths.withLock { $0.insert(path.bytes).inserted }
        if isNew { try write(path.bytes + [0], to: list) }
    }

    private func write(_ bytes: [UInt8], to file: Int32) throws(RemoteError) {
        guard DescriptorIO.writeAll(file, bytes) else { throw Self.refusal(folder, Self.reason(errno)) }
    }

    private func writeAnew(_ run: String) throws(RemoteError) {
        guard ftruncate(list, 0) == 0 else { throw Self.refusal(folder, Self.reason(errno)) }
        let text = paths.withLock { $0.sorted { $0.lexicographicallyPrecedes($1) }.reduce(into: Self.head(run)) { $0 += $1 + [0] } }
        try write(text, to: list)
    }

    // MARK: the end

    /// Removes what a fetch wrote below the folder `name` here, and the folder with it where nothing else is in it. No link is followed.
    func remove(below name: String) {
        let start = Array(name.utf8) + [UInt8(ascii: "/")]
        let removed = paths.withLock { paths in
            paths.filter { $0.starts(with: start) || $0.elementsEqual(name.utf8) }
        }
        // Backwards: what a folder holds comes before it.
        var walk = LocalFolder.Walk(descriptor)
        for path in removed.sorted(by: { $1.lexicographicallyPrecedes($0) }) where walk.remove(path) {
            _ = paths.withLock { $0.remove(path) }
        }
    }

    /// Removes what a fetch wrote here, but for some files. Folders go where nothing else is in them.
    /// - Parameter kept: paths that stay.
    func removeAll(but kept: Set<String>) {
        let removed = paths.withLock { paths in paths.filter { !kept.contains(String(decoding: $0, as: UTF8.self)) } }
        var walk = LocalFolder.Walk(descriptor)
        for path in removed.sorted(by: { $1.lexicographicallyPrecedes($0) }) where walk.remove(path) {
            _ = paths.withLock { $0.remove(path) }
        }
    }

    /// What the files that a fetch wrote here take on the disk, in bytes, but for some.
    func bytesOnDisk(but kept: Set<String> = []) -> Int {
        paths.withLock { $0 }.reduce(0) { bytes, path in
            var info = stat()
            let name = String(decoding: path, as: UTF8.self)
            guard !kept.contains(name), fstatat(descriptor, name, &info, AT_SYMLINK_NOFOLLOW) == 0, info.st_mode & S_IFMT == S_IFREG else { return bytes }
            return bytes + Int(info.st_blocks) * 512
        }
    }

    /// Forgets what is not there any more: a file that somebody makes under its name later is not ours.
    func forgetMissing(_ run: String) throws(RemoteError) {
        let gone = paths.withLock { paths in
            var walk = LocalFolder.Walk(descriptor)
            let present = paths.sorted { $0.lexicographicallyPrecedes($1) }.filter { walk.exists($0) }
            defer { paths = Set(present) }
            return present.count < paths.count
        }
        if gone { try writeAnew(run) }
    }
}
