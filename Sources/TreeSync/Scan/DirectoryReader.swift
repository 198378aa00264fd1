import Glibc

/// Lists one folder: names, rule files, and the state of what the rules let through.
struct DirectoryReader: Sendable {
    enum Side: Sendable {
        /// Leaves excluded entries out.
        case source
        /// Lists all, and marks what its own rule files exclude.
        case receiver
    }

    let side: Side
    /// Of the source's own repository.
    var userExcludesFile: String?

    /// - Parameter scope: the rules of the folder above.
    /// - Returns: the listing, and the scope for what the folder holds.
    func list(_ handle: DirectoryHandle, path: [UInt8], scope: RuleScope) throws -> (DirectoryListing, RuleScope) {
        var listing = DirectoryListing(path: path)
        do {
            try readNames(handle, into: &listing)
        } catch let reason as Errno {
            // Not the folder's fault.
            if reason.endsSync == .resources {
                throw SyncError(.resources, "cannot read the folder \(TreePath(path)): \(reason.text); raise the limit (ulimit -n) and try again")
            }
            listing.failure = reason
            return (listing, scope)
        }
        listing.sort()
        try readRules(handle, scope, into: &listing)
        let hasOwn = side == .source && listing.holdsRepository && scope.usesGitignore && !path.isEmpty
        let repository = hasOwn ? GitRepository.at(handle) : nil
        listing.inner = try repository.map { try scope.rules(of: $0, userExcludesOfRoot: userExcludesFile) }
        let inner = scope.entering(path, gitignore: listing.gitignore, sltignore: listing.sltignore, inner: listing.inner, repository: repository)
        listing.isExcluded = scope.isExcluded
        examine(handle, inner, &listing)
        return (listing, inner)
    }

    private func readNames(_ handle: DirectoryHandle, into listing: inout DirectoryListing) throws {
        let copy = openat(handle.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw Errno.last }
        guard let stream = fdopendir(copy) else {
            close(copy)
            throw Errno.last
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let found = readdir(stream) else { break }
            appendName(found, to: &listing)
            // Offsets into the names are 32 bits wide.
            if listing.bytes.count > Int(UInt32.max) / 2 { throw Errno(EOVERFLOW) }
        }
        if errno != 0 { throw Errno.last }
    }

    /// Whether a folder holds nothing but a `.git`, and a file of this name, perhaps.
    func isEmpty(_ handle: DirectoryHandle, but name: [UInt8]?) throws -> Bool {
        var listing = DirectoryListing(path: [])
        try readNames(handle, into: &listing)
        return listing.entries.allSatisfy { entry in name?.elementsEqual(listing.name(entry)) ?? false }
    }

    private func appendName(_ found: UnsafeMutablePointer<dirent>, to listing: inout DirectoryListing) {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return }
        let start = UnsafeRawPointer(found).advanced(by: offset)
        let name = UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
        if name.first == UInt8(ascii: ".") {
            if name.count == 1 || (name.count == 2 && name[1] == UInt8(ascii: ".")) { return }
            if name.elementsEqual(TemporaryName.repository) {
                listing.holdsRepository = true
                return
            }
            if side == .source, TemporaryName.matches(name) { return }
        }
        var entry = ListedEntry(nameStart: listing.bytes.count, nameLength: name.count)
        switch Int32(found.pointee.d_type) {
        case Int32(DT_DIR): entry.kind = .directory
        case Int32(DT_REG): entry.kind = .file
        case Int32(DT_LNK): entry.kind = .link
        default: break
        }
        listing.bytes.append(contentsOf: name)
        listing.entries.append(entry)
    }

    private func readRules(_ handle: DirectoryHandle, _ scope: RuleScope, into listing: inout DirectoryListing) throws {
        for entry in listing.entries where listing.bytes[Int(entry.nameStart)] == UInt8(ascii: ".") {
            let name = listing.name(entry)
            if scope.usesGitignore, !scope.isExcluded, name.elementsEqual(".gitignore".utf8) {
                listing.gitignore = try rules(".gitignore", handle, listing.path)
            } else if scope.usesSltignore, name.elementsEqual(".sltignore".utf8) {
                listing.sltignore = try rules(".sltignore", handle, listing.path)
            }
        }
    }

    /// A receiver's own rules save it work and decide nothing, so it does without those that it cannot read.
    private func rules(_ name: String, _ handle: DirectoryHandle, _ path: [UInt8]) throws -> [UInt8]? {
        do {
            return try RuleFile.contents(in: handle.descriptor, name: name, path: TreePath(path))
        } catch {
            if side == .source { throw error }
            return nil
        }
    }

    private func examine(_ handle: DirectoryHandle, _ scope: RuleScope, _ listing: inout DirectoryListing) {
        var path = scope.prefix
        path += listing.path
        if !listing.path.isEmpty { path.append(UInt8(ascii: "/")) }
        let start = path.count
        var kept = 0
        for index in listing.entries.indices {
            var entry = listing.entries[index]
            path.removeSubrange(start...)
            path += listing.name(entry)
            var status = stat()
            var isKnown = entry.kind != .skipped
            if !isKnown, look(handle, path, start, &status) == nil {
                entry.set(from: status)
                isKnown = true
            }
            let isDirectory = entry.kind == .directory
            // A receiver asks only whether to read on; what goes or stays is decided with the sender's rules.
            if side == .source || isDirectory {
                let judgement = path.withUnsafeBufferPointer { scope.judge(path: $0, nameStart: start, isDirectory: isDirectory) }
                if judgement == .excluded, side == .source { continue }
                entry.isExcluded = judgement != .sent
            }
            if let reason = look(handle, path, start, &status) {
                if reason.code == ENOENT { continue }
                entry.kind = .skipped
                if reason.code == EACCES { listing.hidesEntries = true }
                listing.problems.append(SyncProblem(kind: .unreadable, path: listing.path(entry), reason: reason.text))
            } else {
                entry.set(from: status)
                if entry.kind == .link { readTarget(handle, path, start, &entry, &listing) }
                if entry.kind == .skipped, side == .source {
                    listing.problems.append(SyncProblem(kind: .unsupportedType, path: listing.path(entry), reason: "skipped: \(Self.name(status)) is not sent"))
                }
            }
            listing.entries[kept] = entry
            kept += 1
        }
        listing.entries.removeLast(listing.entries.count - kept)
    }

    private func look(_ handle: DirectoryHandle, _ path: [UInt8], _ start: Int, _ status: inout stat) -> Errno? {
        let result = CName.with(path[start...]) { fstatat(handle.descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
        return result == 0 ? nil : Errno.last
    }

    private static func name(_ status: stat) -> String {
        switch status.st_mode & S_IFMT {
        case S_IFIFO: "a FIFO"
        case S_IFSOCK: "a socket"
        case S_IFBLK, S_IFCHR: "a device"
        default: "neither file, folder nor link, and"
        }
    }

    private func readTarget(_ handle: DirectoryHandle, _ path: [UInt8], _ start: Int,
                            _ entry: inout ListedEntry, _ listing: inout DirectoryListing) {
        let begin = listing.bytes.count
        let length = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let base = buffer.baseAddress else { return -1 }
            let count = CName.with(path[start...]) { readlinkat(handle.descriptor, $0, base, buffer.count) }
            if count > 0 { listing.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])) }
            return count
        }
        guard length > 0 else {
            entry.kind = .skipped
            listing.problems.append(SyncProblem(kind: .unreadable, path: listing.path(entry), reason: Errno.last.text))
            return
        }
        entry.targetStart = UInt32(truncatingIfNeeded: begin)
        entry.targetLength = UInt16(truncatingIfNeeded: length)
    }
}
