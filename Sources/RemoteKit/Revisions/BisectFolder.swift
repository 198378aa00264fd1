import Crypto
import Fleet
import FoundationEssentials
import Glibc
import Platform
import TreeSync

/// The folder of the bisects of one source tree, on this machine: `$XDG_DATA_HOME/slt-remote/bisect/KEY`. One process has it at a time.
///
/// | name | what |
/// | --- | --- |
/// | `bisect.json` | ``BisectState``; there as long as there is something to resume |
/// | `tests` | the named test files as they were when it began; there as long as `bisect.json` |
/// | `lock` | locked by whoever is at work, who has written its process number in |
/// | `repository` | the top of the repository that the trees belong to |
/// | `trees/N/NAME` | work trees; nobody needs them when nobody is at work |
/// | `results` | results of runs, likewise |
final class BisectFolder: Sendable {
    let path: String
    private let lock: Int32

    static var root: String { ResultsFolder.data(ProcessInfo.processInfo.environment) + "/bisect" }

    /// - Parameter source: the source tree.
    /// - Throws: ``RemoteError`` `locked` while another process is at work there.
    init(source: String, root: String = BisectFolder.root) throws(RemoteError) {
        let real = LocalPath.resolved(source)
        let place = "\(root)/\(Hex.encode(SHA256.hash(data: Data(real.utf8)).prefix(8)))"
        try ResultsParent.make(place)
        // Trees are known to workspaces by their real paths.
        path = LocalPath.resolved(place)
        guard let lock = Self.lock(path) else { throw RemoteError(.usage, "cannot write \(path)/lock: \(ErrorText.of())") }
        guard let lock = lock.held else {
            let owner = lock.owner.map { " (process \($0))" } ?? ""
            throw RemoteError(.locked, "cannot bisect \(real): another bisect of it is at work\(owner); wait until it has ended", isRetryable: true)
        }
        self.lock = lock
    }

    /// - Parameter path: a folder that is locked.
    private init(path: String, lock: Int32) {
        self.path = path
        self.lock = lock
    }

    deinit { DescriptorIO.closeUnlocking(lock) }

    /// - Returns: `nil` where there can be no lock.
    private static func lock(_ path: String) -> (held: Int32?, owner: String?)? {
        let file = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return nil }
        guard retryingInterrupts({ flock(file, LOCK_EX | LOCK_NB) }) == 0 else {
            close(file)
            return (nil, FileManager.default.contents(atPath: path + "/lock").map { String(decoding: $0.prefix(20).filter { (0x30...0x39).contains($0) }, as: UTF8.self) })
        }
        // Whoever had it may have removed it with the folder.
        var mine = stat(), there = stat()
        guard fstat(file, &mine) == 0, stat(path + "/lock", &there) == 0, mine.st_ino == there.st_ino else {
            DescriptorIO.closeUnlocking(file)
            return (nil, nil)
        }
        let owner = Array("\(getpid())\n".utf8)
        _ = ftruncate(file, 0)
        _ = pwrite(file, owner, owner.count, 0)
        return (file, nil)
    }

    /// The folder of the bisect that a work tree belongs to; nil for any other path.
    /// - Parameter path: a real path.
    static func path(ofTree path: String, root: String = BisectFolder.root) -> String? {
        let real = LocalPath.resolved(root) + "/"
        guard path.hasPrefix(real), case let parts = path.dropFirst(real.count).split(separator: "/"), parts.count > 2, parts[1] == "trees" else { return nil }
        return real + parts[0]
    }

    // MARK: state

    private var statePath: String { path + "/bisect.json" }

    /// What is to be resumed; `nil` for nothing.
    /// - Throws: ``RemoteError`` `usage` for what cannot be read.
    func state() throws(RemoteError) -> BisectState? {
        guard let bytes = FileManager.default.contents(atPath: statePath) else { return nil }
        struct Version: Decodable { var version: Int }
        if let state = try? JSONDecoder().decode(BisectState.self, from: bytes), state.version == BisectState.format { return state }
        let version = (try? JSONDecoder().decode(Version.self, from: bytes))?.version
        let why = version.map { $0 == BisectState.format ? "it is damaged" : "it is of format \($0), which this release does not know" } ?? "it is damaged"
        throw RemoteError(.usage, "cannot read \(statePath): \(why)", remedy: .abortBisect)
    }

    func write(_ state: BisectState) throws(RemoteError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(state) else { throw RemoteError(.results, "cannot write \(statePath): it is no JSON") }
        try ReplacedFile.write(statePath) { file throws(RemoteError) in
            let wrote = bytes.withUnsafeBytes { DescriptorIO.writeAll(file, $0) }
            guard wrote else { throw ReplacedFile.failure(statePath, errno) }
        }
    }

    /// Whether there is something to resume, or to give up.
    var hasState: Bool { access(statePath, F_OK) == 0 }

    func removeState() {
        unlink(statePath)
        try? FileManager.default.removeItem(atPath: tests)
    }

    /// Absolute; where the test files are that all revisions are judged by.
    var tests: String { path + "/tests" }

    /// Copies test files that are not kept yet: what the user changes later is no part of the bisect.
    /// - Parameters:
    ///   - files: relative to the source tree.
    ///   - source: the source tree.
    func keepTests(_ files: Set<String>, from source: String) throws(RemoteError) {
        for file in files.sorted() where access("\(tests)/\(file)", F_OK) != 0 {
            do {
                try FileManager.default.createDirectory(atPath: LocalPath.parent("\(tests)/\(file)"), withIntermediateDirectories: true)
                try Data(contentsOf: URL(filePath: "\(source)/\(file)")).write(to: URL(filePath: "\(tests)/\(file)"), options: .atomic)
            } catch {
                throw RemoteError(.results, "cannot keep a copy of \(SafeText.line(file, limit: 300)) in \(tests): \(SafeText.sentence("\(error)", limit: 300))")
            }
        }
    }

    // MARK: trees

    /// Absolute; where results of runs go for as long as they are looked at.
    var results: String { path + "/results" }

    /// Absolute; nothing is made.
    /// - Parameter number: from 1.
    func place(_ number: Int, of repository: GitRevisions) -> String {
        let name = LocalPath.lastPart(repository.top)
        return "\(path)/trees/\(number)/\(name.isEmpty ? "root" : name)"
    }

    /// - Parameter number: from 1.
    func tree(_ number: Int, of repository: GitRevisions) throws(RemoteError) -> GitWorktree {
        try ResultsParent.make("\(path)/trees/\(number)")
        try ReplacedFile.write(path + "/repository") { file throws(RemoteError) in
            let bytes = Array(repository.top.utf8)
            guard bytes.withUnsafeBytes({ DescriptorIO.writeAll(file, $0) }) else { throw ReplacedFile.failure(path, errno) }
        }
        return GitWorktree(repository, at: place(number, of: repository))
    }

    /// Removes all trees and results, whoever left them.
    func removeTrees() { Self.removeTrees(in: path) }

    /// Removes the folder itself where nothing is left to resume.
    func removeIfDone() {
        guard access(statePath, F_OK) != 0 else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func trees(in path: String) -> [String] {
        let names = { (folder: String) in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
        return names(path + "/trees").flatMap { number in names("\(path)/trees/\(number)").map { "\(path)/trees/\(number)/\($0)" } }
    }

    private static func removeTrees(in path: String) {
        if let top = FileManager.default.contents(atPath: path + "/repository") {
            for tree in trees(in: path) { GitWorktree(of: String(decoding: top, as: UTF8.self), at: tree).remove() }
        }
        for name in ["trees", "results", "repository"] { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }
    }

    // MARK: what killed processes have left

    /// Trees and results that nobody is at work with.
    static func left(root: String = BisectFolder.root) -> [String] {
        folders(root).filter { isFree($0) }.flatMap { folder in ["trees", "results"].map { "\(folder)/\($0)" }.filter { access($0, F_OK) == 0 } }
    }

    /// Removes these.
    static func removeLeft(root: String = BisectFolder.root) {
        for folder in unattended(root: root) { folder.removeTrees() }
    }

    /// The folders that nobody is at work with. Nobody can be, as long as they are held.
    static func unattended(root: String = BisectFolder.root) -> [BisectFolder] {
        folders(root).compactMap { path in
            guard let (held, _) = lock(path), let held else { return nil }
            return BisectFolder(path: LocalPath.resolved(path), lock: held)
        }
    }

    private static func folders(_ root: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted().map { "\(root)/\($0)" }
    }

    private static func isFree(_ folder: String) -> Bool {
        guard let (held, _) = lock(folder), let held else { return false }
        DescriptorIO.closeUnlocking(held)
        return true
    }
}
