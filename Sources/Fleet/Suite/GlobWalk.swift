import Glibc

/// Finds the files that a glob means, reading only the folders it can lead to. Symbolic links are followed where
/// the pattern names them, never by `**`, so that a cycle cannot trap it.
struct GlobWalk {
    /// A file's path relative to the root, and its size in bytes (0 when it cannot be told).
    var found: [[UInt8]: Int] = [:]
    private let root: Path

    init(root: Path) { self.root = root }

    /// - Returns: how many files the glob matches, those found before included.
    mutating func add(_ glob: Glob) -> Int {
        var matched: Set<[UInt8]> = []
        for components in glob.alternatives { walk([], components[...], &matched) }
        return matched.count
    }

    private mutating func walk(_ folder: [UInt8], _ components: ArraySlice<Glob.Component>, _ matched: inout Set<[UInt8]>) {
        guard let first = components.first else { return }
        let rest = components.dropFirst()
        switch first {
        case .literal(let name):
            let path = join(folder, name)
            if rest.isEmpty { record(path, &matched) } else { walk(path, rest, &matched) }
        case .wildcard(let pattern):
            for entry in entries(of: folder) where pattern.matches(entry.name) {
                let path = join(folder, entry.name)
                if rest.isEmpty {
                    if !entry.isFolder { record(path, &matched) }
                } else {
                    walk(path, rest, &matched)
                }
            }
        case .anyFolders:
            if !rest.isEmpty { walk(folder, rest, &matched) }
            for entry in entries(of: folder) where entry.name.first != UInt8(ascii: ".") {
                let path = join(folder, entry.name)
                if entry.isFolder {
                    walk(path, components, &matched)
                } else if rest.isEmpty {
                    record(path, &matched)
                }
            }
        }
    }

    private mutating func record(_ path: [UInt8], _ matched: inout Set<[UInt8]>) {
        if found[path] != nil {
            matched.insert(path)
            return
        }
        let full = root / path
        guard let own = full.status(followingLinks: false) else { return }
        // A dangling link is a file of the suite that cannot be read, not a file that is not there.
        let info = own.st_mode & S_IFMT == S_IFLNK ? full.status() ?? own : own
        if info.st_mode & S_IFMT == S_IFDIR { return }
        found[path] = info.st_mode & S_IFMT == S_IFREG ? Int(info.st_size) : 0
        matched.insert(path)
    }

    private struct Entry {
        var name: [UInt8]
        /// A folder itself, not a link to one.
        var isFolder: Bool
    }

    private func entries(of folder: [UInt8]) -> [Entry] {
        let path = folder.isEmpty ? root : root / folder
        guard let stream = path.withCString({ opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = entry.nameBytes
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            var isFolder = entry.pointee.d_type == UInt8(DT_DIR)
            if entry.pointee.d_type == UInt8(DT_UNKNOWN), let info = (path / name).status(followingLinks: false) {
                isFolder = info.st_mode & S_IFMT == S_IFDIR
            }
            entries.append(Entry(name: name, isFolder: isFolder))
        }
        return entries
    }

    private func join(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] {
        folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
    }
}
