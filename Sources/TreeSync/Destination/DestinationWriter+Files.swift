import Glibc
import Platform

/// Files on their way to their places.
extension DestinationWriter {
    /// Opens what the receiver has at `path`, where it is a file that may be read.
    func opened(_ path: TreePath) -> Int32? {
        try? at(path) { folder, name throws(Errno) in
            let descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw Errno.last }
            return descriptor
        }
    }

    /// - Parameter preferred: its name, where that is free.
    func makeTemporary(beside path: TreePath, preferred: [UInt8]? = nil) throws(Errno) -> (descriptor: Int32, name: [UInt8]) {
        do throws(Errno) {
            return try withRoom { () throws(Errno) in try makeTemporary(beside: path, named: preferred ?? TemporaryName.make()) }
        } catch {
            guard preferred != nil, error.code == EEXIST else { throw error }
            return try makeTemporary(beside: path, named: TemporaryName.make())
        }
    }

    private func makeTemporary(beside path: TreePath, named temporary: [UInt8]) throws(Errno) -> (descriptor: Int32, name: [UInt8]) {
        let descriptor = try at(path) { folder, _ throws(Errno) in
            let descriptor = CName.with(temporary) { openat(folder, $0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
            guard descriptor >= 0 else { throw Errno.last }
            return descriptor
        }
        return (descriptor, temporary)
    }

    /// Sets what belongs to a finished temporary file, closes it, and gives it its name.
    func finish(_ file: PendingFile, _ descriptor: Int32, _ temporary: [UInt8], _ attributes: Attributes) throws(Errno) {
        guard fchmod(descriptor, mode_t(attributes.mode)) == 0, futimens(descriptor, attributes.times) == 0 else {
            let reason = Errno.last
            abandon(file, descriptor, temporary)
            throw reason
        }
        // Network file systems tell of a full quota only now.
        guard Glibc.close(descriptor) == 0 || errno == EINTR else {
            let reason = Errno.last
            discard(TreePath(file.path.split.parent).appending(temporary))
            throw reason
        }
        do throws(Errno) {
            try moveIntoPlace(of: file.path, temporary, file.replacement)
        } catch {
            discard(TreePath(file.path.split.parent).appending(temporary))
            throw error
        }
    }

    /// Whether two paths name one file or link.
    func isSameFile(_ path: TreePath, _ other: TreePath) -> Bool {
        guard let mine = identity(path), let theirs = identity(other) else { return false }
        return mine.isSameFile(as: theirs) && [S_IFREG, S_IFLNK].contains(mine.st_mode & S_IFMT)
    }

    /// Whether a link with this target and time is there.
    func isLink(_ path: TreePath, to target: [UInt8], _ attributes: Attributes) -> Bool {
        guard let status = identity(path), status.st_mode & S_IFMT == S_IFLNK, status.st_mtim.tv_sec == Int(attributes.seconds),
              status.st_mtim.tv_nsec == Int(attributes.nanoseconds) else { return false }
        let found: [UInt8]? = try? at(path) { folder, name throws(Errno) in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
                guard let base = buffer.baseAddress else { return [] }
                return buffer.prefix(max(0, readlinkat(folder, name, base, buffer.count))).map { UInt8(bitPattern: $0) }
            }
        }
        return found == target
    }

    func identity(_ path: TreePath) -> stat? {
        try? at(path) { folder, name throws(Errno) in
            var status = stat()
            guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw Errno.last }
            return status
        }
    }

    /// Gives a file or link one more name, which takes the place of what is there.
    /// - Parameter file: a name that it has.
    func makeHardLink(_ link: PlannedHardLink, to file: TreePath) throws(Errno) {
        let (parent, first) = file.split
        let temporary = TemporaryName.make()
        let source = try DirectoryWalker(root).pinned(parent)
        try withRoom { () throws(Errno) in
            try at(link.path) { folder, _ throws(Errno) in
                let failed = CName.with(first) { first in CName.with(temporary) { linkat(source.descriptor, first, folder, $0, 0) } }
                guard failed == 0 else { throw Errno.last }
            }
        }
        do throws(Errno) {
            try moveIntoPlace(of: link.path, temporary, link.replacement)
        } catch {
            discard(TreePath(link.path.split.parent).appending(temporary))
            throw error
        }
    }

    /// Closes what is unfinished and leaves it for the next sync.
    func leave(_ file: PendingFile, _ descriptor: Int32, _ temporary: [UInt8]) {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        let name = TemporaryName.make(for: file.path.split.name)
        guard temporary != name else { return }
        _ = try? at(file.path) { folder, _ throws(Errno) in
            CName.with(temporary) { from in CName.with(name) { renameat(folder, from, folder, $0) } }
        }
    }

    func abandon(_ file: PendingFile, _ descriptor: Int32, _ temporary: [UInt8]) {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        discard(TreePath(file.path.split.parent).appending(temporary))
    }
}
