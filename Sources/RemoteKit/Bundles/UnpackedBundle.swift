import Fleet
import FoundationEssentials
import Glibc
import Platform

/// A bundle whose files are in a folder of their own for as long as this lives. It came from a stranger: only plain files below one folder are
/// made, with the names that runs have, each once, and not more of them than ``BundleLimits`` says.
final class UnpackedBundle: Sendable {
    /// Absolute; what is removed in the end.
    private let place: String
    /// The name of the run.
    let run: String
    /// Absolute; the run's folder.
    var folder: String { "\(place)/\(run)" }

    private static let start = "slt-remote-bundle-"

    init(_ path: String, limits: BundleLimits) throws(RemoteError) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        var info = stat()
        guard file >= 0, fstat(file, &info) == 0 else { throw Self.refusal(path, ErrorText.of()) }
        defer { close(file) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw Self.refusal(path, "it is no file") }
        let place = try Self.makeFolder()
        do {
            var unpacking = Unpacking(place: place, limits: limits, most: limits.most(of: Int(info.st_size)))
            run = try unpacking.unpack(file)
            self.place = place
        } catch let error {
            try? FileManager.default.removeItem(atPath: place)
            throw Self.refusal(path, (error as? ArchiveReading.Failure)?.message ?? (error as? Unpacking.Failure)?.message ?? "\(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: place) }

    /// Seconds after which nobody reads a bundle any more.
    private static let patience = 86400.0

    /// Those that killed processes of this user have left.
    static func left() -> [String] {
        let parent = PrivateFolder.parent
        return ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).filter { $0.hasPrefix(start) }.map { "\(parent)/\($0)" }.filter { path in
            var info = stat()
            guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == getuid() else { return false }
            return Clock.now - Double(info.st_mtim.tv_sec) > patience
        }
    }

    private static func makeFolder() throws(RemoteError) -> String {
        guard let folder = PrivateFolder.make(start) else { throw RemoteError(.usage, "cannot make a folder for the bundle in \(PrivateFolder.parent): \(ErrorText.of())") }
        return folder
    }

    private static func refusal(_ path: String, _ why: String) -> RemoteError {
        RemoteError(.usage, "cannot read the bundle \(SafeText.line(path, limit: 1000)): \(why.prefix(1).lowercased() + why.dropFirst())")
    }
}

/// One bundle on its way into a folder.
private struct Unpacking {
    let place: String
    let limits: BundleLimits
    /// Bytes that may be written.
    let most: Int
    private var written = 0
    private var run: String?

    struct Failure: Error { let message: String }

    init(place: String, limits: BundleLimits, most: Int) {
        self.place = place
        self.limits = limits
        self.most = most
    }

    /// - Returns: the name of the run.
    mutating func unpack(_ file: Int32) throws -> String {
        let archive = try ArchiveReading(file, .tar)
        var entries = 0
        while let entry = try archive.next() {
            entries += 1
            guard entries <= limits.entries else { throw Failure(message: "it has more than \(Human.count(limits.entries)) files") }
            let shown = entry.path.map { "'\(SafeText.line($0, limit: 200))'" } ?? "a file"
            guard let path = entry.path, let parts = BundleName.parts(path) else { throw Failure(message: "it holds \(shown), which no run has") }
            try enter(parts, shown)
            switch entry.kind {
            case .other(let what): throw Failure(message: "\(shown) in it is \(what)")
            case .folder: try makeFolders(parts)
            case .file:
                guard parts.count > 1 else { throw Failure(message: "\(shown) in it is in no folder") }
                try makeFolders(Array(parts.dropLast()))
                try write(archive, entry, parts.joined(separator: "/"), shown)
            }
        }
        guard let run else { throw Failure(message: "there is no run in it") }
        return run
    }

    private mutating func enter(_ parts: [String], _ shown: String) throws {
        guard RunSpec.isValid(id: parts[0]) else { throw Failure(message: "it holds \(shown), which is in no folder of a run") }
        guard run == nil || run == parts[0] else { throw Failure(message: "it holds more than one run") }
        run = parts[0]
    }

    private func makeFolders(_ parts: [String]) throws {
        var path = place
        for part in parts {
            path += "/" + part
            if mkdir(path, 0o700) == 0 { continue }
            let number = errno
            var info = stat()
            guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
                throw Failure(message: number == EEXIST ? "'\(part)' in it is a file and a folder" : ErrorText.of(number))
            }
        }
    }

    private mutating func write(_ archive: ArchiveReading, _ entry: ArchiveReading.Entry, _ path: String, _ shown: String) throws {
        if let size = entry.size, size > most - written { throw tooLarge }
        let file = open("\(place)/\(path)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Failure(message: errno == EEXIST ? "it holds \(shown) twice" : "cannot unpack it: \(ErrorText.of())") }
        defer { close(file) }
        while case let piece = try archive.piece(), !piece.isEmpty {
            written += piece.count
            guard written <= most else { throw tooLarge }
            guard DescriptorIO.writeAll(file, piece) else { throw Failure(message: "cannot unpack it: \(ErrorText.of())") }
        }
    }

    private var tooLarge: Failure { Failure(message: "its files have more than \(Human.bytes(most)), which no bundle of its size has") }
}
