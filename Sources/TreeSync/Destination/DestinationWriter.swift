import Glibc

/// Changes below the root of a destination. Every path is gone through name by name without following links.
/// One thread uses it.
final class DestinationWriter {
    let root: DirectoryHandle
    let room: RoomMaker
    private let opened: OpenedFolders
    private let walker: DirectoryWalker

    init(_ root: DirectoryHandle, _ room: RoomMaker, _ opened: OpenedFolders) {
        self.root = root
        self.room = room
        self.opened = opened
        walker = DirectoryWalker(root)
    }

    /// Runs `body` with the folder that holds `path` and the name there; where the folder may not be written, makes
    /// it writable for us and tries again. Its mode is set right at the end of the sync.
    func at<Result>(_ path: TreePath, _ body: (_ folder: Int32, _ name: UnsafePointer<CChar>) throws(Errno) -> Result) throws(Errno) -> Result {
        let (parent, name) = path.split
        do throws(Errno) {
            return try attempt(parent, name, body)
        } catch {
            guard error.code == EACCES, makeWritable(TreePath(parent)) else { throw error }
        }
        return try attempt(parent, name, body)
    }

    private func attempt<Result>(_ parent: [UInt8], _ name: [UInt8],
                                 _ body: (Int32, UnsafePointer<CChar>) throws(Errno) -> Result) throws(Errno) -> Result {
        let folder = try walker.descriptor(of: parent)
        let result: Swift.Result<Result, Errno> = CName.with(name) { name in
            do throws(Errno) { return .success(try body(folder, name)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Lets the owner read, write and enter a folder.
    /// - Returns: whether that was not so and is.
    func makeWritable(_ path: TreePath) -> Bool {
        let (parent, name) = path.split
        guard !path.bytes.isEmpty else {
            var status = stat()
            guard fstat(root.descriptor, &status) == 0, status.st_mode & 0o700 != 0o700 else { return false }
            opened.note([], status.st_mode & 0o7777)
            return fchmod(root.descriptor, (status.st_mode & 0o7777) | 0o700) == 0
        }
        walker.forget()
        guard let folder = try? walker.descriptor(of: parent) else { return false }
        return CName.with(name) { name in
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFDIR,
                  status.st_mode & 0o700 != 0o700 else { return false }
            guard fchmodat(folder, name, (status.st_mode & 0o7777) | 0o700, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
            opened.note(path.bytes, status.st_mode & 0o7777)
            return true
        }
    }

    /// Gives folders that were opened their old modes back, but for those whose modes are set otherwise.
    func closeOpened(except others: Set<[UInt8]> = []) {
        for (path, mode) in opened.removeAll() where !others.contains(path) {
            guard !path.isEmpty else {
                _ = fchmod(root.descriptor, mode)
                continue
            }
            let (parent, name) = TreePath(path).split
            walker.forget()
            guard let folder = try? walker.descriptor(of: parent) else { continue }
            CName.with(name) { name in
                var status = stat()
                guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
                _ = fchmodat(folder, name, mode, AT_SYMLINK_NOFOLLOW)
            }
        }
    }

    func makeDirectory(_ path: TreePath, replacing: EntryKind?) throws(Errno) {
        try withRoom { () throws(Errno) in try makeDirectoryOnce(path, replacing: replacing) }
    }

    private func makeDirectoryOnce(_ path: TreePath, replacing: EntryKind?) throws(Errno) {
        try at(path) { folder, name throws(Errno) in
            if replacing != nil, unlinkat(folder, name, 0) != 0, errno != ENOENT { throw Errno.last }
            // Only ours until all is in it; the wanted mode comes at the end.
            if mkdirat(folder, name, 0o700) == 0 { return }
            let reason = Errno.last
            var status = stat()
            guard reason.code == EEXIST, fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw reason }
        }
    }

    func makeLink(_ path: TreePath, target: [UInt8], _ attributes: Attributes, _ replacement: Replacement) throws(Errno) {
        let temporary = TemporaryName.make()
        try withRoom { () throws(Errno) in
            try at(path) { folder, _ throws(Errno) in
                let failed = CName.with(target) { target in CName.with(temporary) { symlinkat(target, folder, $0) } }
                if failed != 0 { throw Errno.last }
            }
        }
        let parent = TreePath(path.split.parent)
        do throws(Errno) {
            try setAttributes(parent.appending(temporary), .link, attributes)
            try moveIntoPlace(of: path, temporary, replacement)
        } catch {
            discard(parent.appending(temporary))
            throw error
        }
    }

    /// Renames a finished temporary file to its name.
    func moveIntoPlace(of path: TreePath, _ temporary: [UInt8], _ replacement: Replacement) throws(Errno) {
        if case .directory(let deletions) = replacement {
            for deletion in deletions { try delete(deletion) }
        }
        try at(path) { folder, name throws(Errno) in
            guard CName.with(temporary, { renameat(folder, $0, folder, name) }) == 0 else { throw Errno.last }
        }
    }

    func discard(_ path: TreePath) {
        _ = try? at(path) { folder, name throws(Errno) in unlinkat(folder, name, 0) }
    }

    func delete(_ deletion: PlannedDeletion) throws(Errno) {
        try at(deletion.path) { folder, name throws(Errno) in
            guard unlinkat(folder, name, deletion.kind == .directory ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT else { throw Errno.last }
        }
    }

    func setAttributes(_ path: TreePath, _ kind: EntryKind, _ attributes: Attributes) throws(Errno) {
        guard !path.bytes.isEmpty else { return try setRoot(attributes) }
        try at(path) { folder, name throws(Errno) in
            // On a link only the time is set: it has no mode of its own.
            if kind != .link, fchmodat(folder, name, mode_t(attributes.mode), AT_SYMLINK_NOFOLLOW) != 0 { throw Errno.last }
            guard utimensat(folder, name, attributes.times, AT_SYMLINK_NOFOLLOW) == 0 else { throw Errno.last }
        }
    }

    private func setRoot(_ attributes: Attributes) throws(Errno) {
        guard fchmod(root.descriptor, mode_t(attributes.mode)) == 0, futimens(root.descriptor, attributes.times) == 0 else { throw Errno.last }
    }
}
