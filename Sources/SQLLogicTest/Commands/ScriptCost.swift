import Glibc

/// A guess at how long scripts take compared with each other, for which to begin with.
public enum ScriptCost {
    /// How much of a script is looked at; tables are filled at its beginning. In bytes.
    private static let sample = 1 << 16
    /// So many rows make every record take about twice as long: measured on SQLite's own files.
    private static let rows = 200

    /// Grows with the length of the file and with the rows that its queries have to do with; 0 if it cannot be read.
    public static func estimate(_ path: String) -> Int {
        let descriptor = retryingOnInterrupt { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int(status.st_size) / rows * (rows + inserts(descriptor))
    }

    private static func inserts(_ descriptor: Int32) -> Int {
        withUnsafeTemporaryAllocation(byteCount: sample, alignment: 1) { buffer in
            let count = retryingOnInterrupt { read(descriptor, buffer.baseAddress, buffer.count) }
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
