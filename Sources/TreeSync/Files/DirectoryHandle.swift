import Glibc
import Synchronization

/// An open folder, closed when the last reference is gone.
final class DirectoryHandle: Sendable {
    let descriptor: Int32

    /// How many folders are open.
    static var count: Int { open.load(ordering: .relaxed) }

    private static let open = Atomic(0)

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        Self.open.add(1, ordering: .relaxed)
    }

    deinit {
        close(descriptor)
        Self.open.subtract(1, ordering: .relaxed)
    }

    /// Opens the root of a tree; links on the way there are the user's and are followed.
    static func root(_ path: String) throws(Errno) -> DirectoryHandle {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno.last }
        return DirectoryHandle(descriptor)
    }

    func attributes() throws(Errno) -> Attributes {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Errno.last }
        var entry = ListedEntry(nameStart: 0, nameLength: 0)
        entry.set(from: status)
        return entry.attributes
    }

    /// Opens `name` in this folder for reading; a link there is refused.
    func child(_ name: some Collection<UInt8>) throws(Errno) -> DirectoryHandle {
        let descriptor = CName.with(name) { openat(self.descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Errno.last }
        return DirectoryHandle(descriptor)
    }
}
