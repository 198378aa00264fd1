import Glibc
@testable import TreeSync

/// All that a sync has to bring over, read with nothing but stat, readlink and read.
struct TreeSnapshot {
    struct Entry: Equatable {
        var mode: mode_t
        /// Nanoseconds since 1970.
        var time: Int
        /// Of files.
        var size = 0
        var digest: ContentDigest?
        var target: [UInt8] = []
        /// The first of all names of the same file.
        var name: [UInt8] = []
    }

    private(set) var entries: [[UInt8]: Entry] = [:]
    /// Bytes that files take on the disk.
    private(set) var allocated: [[UInt8]: Int] = [:]
    private var files: [UInt64: [UInt8]] = [:]

    init(_ root: String) {
        read(Array(root.utf8), [])
    }

    private mutating func read(_ path: [UInt8], _ place: [UInt8]) {
        var status = stat()
        guard CName.with(path, { lstat($0, &status) }) == 0 else { return }
        var entry = Entry(mode: status.st_mode, time: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
        switch status.st_mode & S_IFMT {
        case S_IFREG: readFile(path, place, status, &entry)
        case S_IFLNK:
            entry.target = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, CName.with(path) { readlink($0, buffer.baseAddress!, 4096) })
            }
        case S_IFDIR:
            for name in names(path) { read(path + [0x2f] + name, place.isEmpty ? name : place + [0x2f] + name) }
        default: break
        }
        entries[place] = entry
    }

    private func names(_ path: [UInt8]) -> [[UInt8]] {
        guard let stream = CName.with(path, { opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private mutating func readFile(_ path: [UInt8], _ place: [UInt8], _ status: stat, _ entry: inout Entry) {
        entry.size = Int(status.st_size)
        entry.name = files[UInt64(status.st_ino)] ?? place
        files[UInt64(status.st_ino)] = entry.name
        allocated[place] = Int(status.st_blocks) * 512
        let descriptor = CName.with(path) { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        entry.digest = (try? FileBytes.readAll(descriptor, limit: entry.size))?.withUnsafeBytes { ContentDigest.of($0) }
    }

    /// What differs from `other`; empty where nothing does.
    func differences(_ other: TreeSnapshot) -> [String] {
        Set(entries.keys).union(other.entries.keys).compactMap { path in
            let (mine, theirs) = (entries[path], other.entries[path])
            if mine != theirs { return "\(TreePath(path)): \(mine.map { "\($0)" } ?? "-") against \(theirs.map { "\($0)" } ?? "-")" }
            guard let mine = allocated[path], let theirs = other.allocated[path], let size = entries[path]?.size else { return nil }
            // A hole of 64 KiB and more stays one.
            return size - mine >= 128 << 10 && theirs > mine + 64 << 10 ? "\(TreePath(path)): \(theirs) bytes on the disk, not \(mine)" : nil
        }.sorted()
    }
}
