import Fleet
import FoundationEssentials
import Glibc
import Platform

/// A run in one file, to be passed on: a tar in zstd with the folder of the run. The same run gives the same bytes.
public enum RunBundle {
    /// What the names of bundles end in.
    public static let ending = ".tar.zst"

    /// What a bundle says of itself: a file of its own beside those of the run.
    struct Note: Codable {
        /// Of this format.
        var version = 1
        /// The folder of the host at home, which a bundle has no other word of.
        var host: String
    }

    static let note = "bundle.json"

    /// - Parameters:
    ///   - folder: the run's own; absolute.
    ///   - names: its files, as paths within it.
    ///   - run: the name of the run, which is that of the only folder in the bundle.
    ///   - host: the name of the host, as results at home have it.
    ///   - time: what all files get as their time, in seconds since 1970.
    ///   - file: absolute; replaced in one step.
    static func write(_ folder: String, names: [String], run: String, host: String, time: Int, to file: String) throws(RemoteError) {
        try ReplacedFile.write(file) { descriptor throws(RemoteError) in
            do {
                let archive = try ArchiveWriting(descriptor, .tar)
                let encoder = JSONEncoder()
                encoder.outputFormatting = .sortedKeys
                let note = Array(try encoder.encode(Note(host: host)))
                try archive.begin("\(run)/\(Self.note)", size: note.count, time: time)
                try archive.add(note)
                for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                    try add(name, of: folder, as: "\(run)/\(name)", time, to: archive)
                }
                try archive.finish()
            } catch let error as ArchiveWriting.Failure {
                throw RemoteError(.usage, "cannot write the bundle \(file): \(error.message)")
            } catch {
                throw RemoteError(error)
            }
        }
    }

    private static func add(_ name: String, of folder: String, as path: String, _ time: Int, to archive: ArchiveWriting) throws {
        let file = Glibc.open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { throw RemoteError(.usage, "cannot read \(folder)/\(name): \(ErrorText.of())") }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return }
        var left = Int(info.st_size)
        try archive.begin(path, size: left, time: time)
        while left > 0 {
            guard let piece = DescriptorIO.read(file, limit: min(left, 1 << 20)), !piece.isEmpty else {
                throw RemoteError(.usage, "cannot read \(folder)/\(name): it became shorter while it was read; try again")
            }
            try archive.add(piece)
            left -= piece.count
        }
    }

    /// Unpacks a bundle into a private folder.
    /// - Throws: ``RemoteError`` `usage` for what is no bundle, is damaged or cut short, or holds what no run has.
    static func open(_ path: String, limits: BundleLimits = BundleLimits()) throws(RemoteError) -> UnpackedBundle {
        try UnpackedBundle(path, limits: limits)
    }
}
