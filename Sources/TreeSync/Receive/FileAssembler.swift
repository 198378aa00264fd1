import Glibc

/// What one thread needs to put contents in their places.
final class FileAssembler {
    let destination: DestinationWriter
    let zstd = Zstd()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FilePiece.limit, alignment: 4096)

    init(_ destination: DestinationWriter) { self.destination = destination }

    deinit { buffer.deallocate() }

    /// Writes a file that came whole.
    func write(_ file: PendingFile, _ bytes: UnsafeRawBufferPointer, _ attributes: Attributes) throws(Errno) {
        let (descriptor, temporary) = try destination.makeTemporary(beside: file.path)
        do throws(Errno) {
            // From the start, where it is tried again.
            try destination.withRoom(for: destination.lacking(of: UInt64(bytes.count), in: descriptor)) { () throws(Errno) in try FileBytes.write(descriptor, bytes, at: 0) }
        } catch {
            destination.abandon(file, descriptor, temporary)
            throw error
        }
        try destination.finish(file, descriptor, temporary, attributes)
    }

    /// The digest of what the receiver has at `path`, or `nil` where it cannot be read.
    func digest(of path: TreePath, _ stream: DigestStream) -> ContentDigest? {
        guard let descriptor = destination.opened(path) else { return nil }
        defer { Glibc.close(descriptor) }
        stream.reset()
        while true {
            guard let count = try? FileBytes.read(descriptor, into: buffer) else { return nil }
            if count == 0 { return stream.digest }
            stream.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
