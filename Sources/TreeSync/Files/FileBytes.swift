import Glibc
import Platform

/// Reads and writes of whole buffers.
enum FileBytes {
    /// Reads until `buffer` is full or the file ends.
    /// - Parameter offset: where in the file; `nil` goes on from where the descriptor stands.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64? = nil) throws(Errno) -> Int {
        let count = DescriptorIO.readFully(descriptor, into: buffer, at: offset.map { Int($0) })
        guard count >= 0 else { throw Errno.last }
        return count
    }

    /// Writes all of `buffer`.
    /// - Parameter offset: where in the file; `nil` goes on from where the descriptor stands.
    static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, at offset: UInt64? = nil) throws(Errno) {
        guard DescriptorIO.writeAll(descriptor, buffer, at: offset.map { Int($0) }) else { throw Errno.last }
    }

    /// The unit in which zeros are looked for.
    private static let page = 4096

    /// The same, but what is all zero of a page of the file is left out: in a new file it is a hole, and stays one.
    static func writeSparsely(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, at offset: UInt64) throws(Errno) {
        var written = 0
        var position = 0
        while position < buffer.count {
            let end = min(buffer.count, position + page - Int((offset &+ UInt64(position)) % UInt64(page)))
            if isZero(UnsafeRawBufferPointer(rebasing: buffer[position..<end])) {
                try write(descriptor, UnsafeRawBufferPointer(rebasing: buffer[written..<position]), at: offset &+ UInt64(written))
                written = end
            }
            position = end
        }
        try write(descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]), at: offset &+ UInt64(written))
    }

    private static func isZero(_ page: UnsafeRawBufferPointer) -> Bool {
        guard let base = page.baseAddress, base.load(as: UInt8.self) == 0 else { return false }
        // Each byte is as the one before it, and the first is zero.
        return memcmp(base, base + 1, page.count - 1) == 0
    }

    static func readAll(_ descriptor: Int32, limit: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        var failure: Errno?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(Errno) { count = try read(descriptor, into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        bytes.removeLast(limit - count)
        return bytes
    }

    /// The first line or so of a small text file, without the white space at its end.
    static func smallText(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard var bytes = try? readAll(descriptor, limit: 16 << 10) else { return nil }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return String(validating: bytes, as: UTF8.self)
    }
}
