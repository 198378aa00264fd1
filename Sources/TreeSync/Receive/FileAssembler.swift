import Glibc

/// Writes contents as they come: each to a temporary file beside its place, which it takes when its digest is right.
/// One thread uses it.
final class FileAssembler {
    /// A large file that is being written, or was until that failed: then without a descriptor.
    private struct Partial {
        var wanted: ReceiverLedger.Wanted
        var descriptor: Int32 = -1
        var temporary: [UInt8] = []
        var stream = DigestStream()
    }

    enum Outcome {
        case placed
        /// The content is not what its digest says; nothing is left of it.
        case damaged
        case failedBefore
    }

    let destination: DestinationWriter
    let zstd = Zstd()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FileChunk.size, alignment: 4096)
    private var partials: [Int: Partial] = [:]

    init(_ root: DirectoryHandle) { destination = DestinationWriter(root) }

    deinit { buffer.deallocate() }

    /// Removes what is unfinished.
    func close() {
        for id in Array(partials.keys) { drop(id) }
    }

    /// The file that is being written under this number.
    func partial(_ id: Int) -> ReceiverLedger.Wanted? { partials[id]?.wanted }

    /// Removes what came of a file.
    func drop(_ id: Int) {
        guard let partial = partials.removeValue(forKey: id) else { return }
        abandon(partial.wanted.file, partial.descriptor, partial.temporary)
    }

    /// Writes a file that came whole.
    func write(_ file: PendingFile, _ bytes: UnsafeRawBufferPointer, _ attributes: Attributes) throws(Errno) {
        let (descriptor, temporary) = try begin(file)
        do throws(Errno) {
            try FileBytes.write(descriptor, bytes)
        } catch {
            abandon(file, descriptor, temporary)
            throw error
        }
        try finish(file, descriptor, temporary, attributes)
    }

    /// Begins a file that comes in pieces.
    func begin(_ wanted: ReceiverLedger.Wanted) throws(Errno) {
        partials[wanted.file.id] = Partial(wanted: wanted)
        let (descriptor, temporary) = try begin(wanted.file)
        partials[wanted.file.id]?.descriptor = descriptor
        partials[wanted.file.id]?.temporary = temporary
    }

    func append(_ id: Int, _ bytes: UnsafeRawBufferPointer) throws(Errno) {
        guard let partial = partials[id], partial.descriptor >= 0 else { return }
        partial.stream.update(bytes)
        do throws(Errno) {
            try FileBytes.write(partial.descriptor, bytes)
        } catch {
            abandon(partial.wanted.file, partial.descriptor, partial.temporary)
            partials[id]?.descriptor = -1
            throw error
        }
    }

    func end(_ id: Int, _ digest: ContentDigest, _ attributes: Attributes) throws(Errno) -> Outcome {
        guard let partial = partials[id], partial.descriptor >= 0 else { return .failedBefore }
        partials[id]?.descriptor = -1
        guard partial.stream.digest == digest else {
            abandon(partial.wanted.file, partial.descriptor, partial.temporary)
            return .damaged
        }
        try finish(partial.wanted.file, partial.descriptor, partial.temporary, attributes)
        return .placed
    }

    /// The digest of what the receiver has at `path`, or `nil` where it cannot be read.
    func digest(of path: TreePath, _ stream: DigestStream) -> ContentDigest? {
        let opened = try? destination.at(path) { folder, name throws(Errno) in
            let descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw Errno.last }
            return descriptor
        }
        guard let descriptor = opened else { return nil }
        defer { Glibc.close(descriptor) }
        stream.reset()
        while true {
            guard let count = try? FileBytes.read(descriptor, into: buffer) else { return nil }
            if count == 0 { return stream.digest }
            stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func begin(_ file: PendingFile) throws(Errno) -> (Int32, [UInt8]) {
        let temporary = TemporaryName.make()
        let descriptor = try destination.at(file.path) { folder, _ throws(Errno) in
            let descriptor = CName.with(temporary) { openat(folder, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
            guard descriptor >= 0 else { throw Errno.last }
            return descriptor
        }
        return (descriptor, temporary)
    }

    private func finish(_ file: PendingFile, _ descriptor: Int32, _ temporary: [UInt8], _ attributes: Attributes) throws(Errno) {
        guard fchmod(descriptor, mode_t(attributes.mode)) == 0, futimens(descriptor, attributes.times) == 0 else {
            let reason = Errno.last
            abandon(file, descriptor, temporary)
            throw reason
        }
        // Network file systems tell of a full quota only now.
        guard Glibc.close(descriptor) == 0 || errno == EINTR else {
            let reason = Errno.last
            destination.discard(TreePath(file.path.split.parent).appending(temporary))
            throw reason
        }
        do throws(Errno) {
            try destination.takePlace(of: file.path, temporary, file.replacement)
        } catch {
            destination.discard(TreePath(file.path.split.parent).appending(temporary))
            throw error
        }
    }

    private func abandon(_ file: PendingFile, _ descriptor: Int32, _ temporary: [UInt8]) {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        destination.discard(TreePath(file.path.split.parent).appending(temporary))
    }
}
