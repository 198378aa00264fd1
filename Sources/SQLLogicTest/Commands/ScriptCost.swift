import Glibc
import Platform

/// A guess at how long scripts take compared with each other: those that take longest are begun first.
package enum ScriptCost {
    /// How much of a script is read, in bytes. Tables are filled at its beginning.
    private static let sample = 1 << 16
    /// This many rows make every record take about twice as long, as measured on SQLite's own files.
    private static let rows = 200

    /// Grows with the length of the file and the number of its INSERTs; 0 if it cannot be read.
    package static func estimate(_ path: String) -> Int {
        let descriptor = retryingInterrupts { RawPath.withName(path) { open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) } }
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int(status.st_size) / rows * (rows + inserts(descriptor))
    }

    private static func inserts(_ descriptor: Int32) -> Int {
        withUnsafeTemporaryAllocation(byteCount: sample, alignment: 1) { buffer in
            let count = retryingInterrupts { read(descriptor, buffer.baseAddress, buffer.count) }
            let word: StaticString = "INSERT INTO"
            var (found, at) = (0, 0)
            while at + word.utf8CodeUnitCount <= count, let base = buffer.baseAddress {
                guard let next = memchr(base + at, 0x49, count - at - word.utf8CodeUnitCount + 1) else { break }
                at = base.distance(to: next) + 1
                if memcmp(next, word.utf8Start, word.utf8CodeUnitCount) == 0 { found += 1 }
            }
            return found
        }
    }
}
