import Platform

/// Which folders of a source are watched, and what the events of the system say of them.
struct WatchedFolders: Sendable {
    private var paths: [FolderWatch.Number: [UInt8]] = [:]
    private var numbers: [[UInt8]: FolderWatch.Number] = [:]
    /// What the events so far come to.
    private(set) var changes = SourceChanges()

    /// How many are watched.
    var count: Int { paths.count }
    /// The paths of all that are watched.
    var watched: Set<[UInt8]> { Set(numbers.keys) }

    /// Whether the root is.
    var hasRoot: Bool { holds([]) }
    func holds(_ path: [UInt8]) -> Bool { numbers[path] != nil }

    /// Notes that a folder is watched.
    mutating func add(_ number: FolderWatch.Number, _ path: [UInt8]) {
        // The same folder may have had another path, and the path another folder.
        if let old = paths[number], numbers[old] == number { numbers[old] = nil }
        paths[number] = path
        numbers[path] = number
    }

    /// Takes the changes so far away.
    mutating func take() -> SourceChanges {
        defer { changes = SourceChanges() }
        return changes
    }

    /// - Parameter isSent: whether the rules let a name of a folder through.
    /// - Returns: watches that are of no more use.
    mutating func note(_ event: FolderWatch.Event, isSent: (_ folder: [UInt8], _ name: [UInt8], _ isFolder: Bool) -> Bool) -> [FolderWatch.Number] {
        if event.kind == .overflow {
            changes.isUnknown = true
            return []
        }
        guard let folder = paths[event.watch] else { return [] }
        switch event.kind {
        case .ended:
            forget(event.watch, folder)
            return []
        case .lost:
            // Of another folder than the root, the one above tells.
            guard folder.isEmpty else { return [] }
            changes.isUnknown = true
            // Whatever is at the root's path later, it is another tree.
            return keep { _ in false }
        default: return noteName(event, in: folder, isSent)
        }
    }

    private mutating func noteName(_ event: FolderWatch.Event, in folder: [UInt8],
                                   _ isSent: (_ folder: [UInt8], _ name: [UInt8], _ isFolder: Bool) -> Bool) -> [FolderWatch.Number] {
        guard !event.name.isEmpty else {
            // Of another folder than the root, the one above tells.
            if folder.isEmpty { changes.folders.insert(folder) }
            return []
        }
        // Another repository has other rules.
        if event.name.elementsEqual(TemporaryName.repository) {
            if event.kind != .touched { changes.isUnknown = true }
            return []
        }
        guard !TemporaryName.matches(event.name), isSent(folder, event.name, event.isFolder) else { return [] }
        changes.folders.insert(folder)
        guard event.isFolder, event.kind != .touched else { return [] }
        let path = TreePath(folder).appending(event.name).bytes
        changes.replaced.insert(path)
        return event.kind == .vanished ? leave(path) : []
    }

    /// A folder that was moved is watched still, and what is in it: by paths that are wrong now.
    private mutating func leave(_ path: [UInt8]) -> [FolderWatch.Number] {
        guard numbers[path] != nil else { return [] }
        let below = path + [UInt8(ascii: "/")]
        let gone = paths.filter { $0.value == path || $0.value.starts(with: below) }
        for (number, path) in gone { forget(number, path) }
        return Array(gone.keys)
    }

    private mutating func forget(_ number: FolderWatch.Number, _ path: [UInt8]) {
        paths[number] = nil
        if numbers[path] == number { numbers[path] = nil }
    }

    /// Drops all but these.
    /// - Returns: their watches.
    mutating func keep(_ kept: (_ path: [UInt8]) -> Bool) -> [FolderWatch.Number] {
        let gone = paths.filter { !kept($0.value) }
        for (number, path) in gone { forget(number, path) }
        return Array(gone.keys)
    }
}
