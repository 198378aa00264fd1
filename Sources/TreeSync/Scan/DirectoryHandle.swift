import Glibc

/// An open folder, closed when the last reference is gone.
final class DirectoryHandle: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Opens the root of a tree; links on the way there are the user's and are followed.
    static func root(_ path: String) throws(Errno) -> DirectoryHandle {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno.last }
        return DirectoryHandle(descriptor)
    }

    func attributes() throws(Errno) -> Attributes {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Errno.last }
        var entry = ListedEntry(nameStart: 0, nameLength: 0)
        entry.take(status)
        return entry.attributes
    }

    /// Opens `name` in this folder for reading; a link there is refused.
    func child(_ name: some Collection<UInt8>) throws(Errno) -> DirectoryHandle {
        let descriptor = CName.with(name) { openat(self.descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Errno.last }
        return DirectoryHandle(descriptor)
    }
}

/// A name as C wants it.
enum CName {
    static func with<Result>(_ name: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
            var index = 0
            for byte in name {
                buffer[index] = CChar(bitPattern: byte)
                index += 1
            }
            buffer[index] = 0
            return body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }
}
