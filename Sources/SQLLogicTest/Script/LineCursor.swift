import Glibc

/// Walks the lines of a script as the original runner does: a line ends at `\n`, one trailing `\r` is not part of it, and
/// a line whose first byte is `#` does not exist, but is counted.
///
/// At the end of the file `number` stays at the last line.
struct LineCursor {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    /// Where the next line starts.
    private(set) var next: Int
    /// The number of the current line, from 1; 0 before the first.
    private(set) var number: Int
    /// The current line, without its line end; empty at the end.
    private(set) var line: ByteRange

    init(_ script: Script) {
        self.init(base: script.base, start: 0, end: script.count, before: 0)
    }

    /// - Parameter before: the number of the line that ends where `start` is.
    init(base: UnsafePointer<UInt8>, start: Int, end: Int, before: Int) {
        self.base = base
        self.end = end
        next = start
        number = before
        line = ByteRange(start, start)
    }

    /// Moves to the next line. False at the end of the file, where `line` is empty.
    mutating func advance() -> Bool {
        while next < end {
            let start = next
            let stop: Int
            if let found = memchr(base + start, 0x0A, end - start) {
                stop = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                next = stop + 1
            } else {
                stop = end
                next = end
            }
            number += 1
            if base[start] == UInt8(ascii: "#") { continue }
            line = ByteRange(start, stop > start && base[stop - 1] == 0x0D ? stop - 1 : stop)
            return true
        }
        line = ByteRange(end, end)
        return false
    }

    /// Whether the current line has nothing but white space.
    var isBlank: Bool {
        var at = line.start
        while at < line.end {
            guard ASCII.isSpace(base[at]) else { return false }
            at += 1
        }
        return true
    }

    /// Whether the current line is `----` and nothing more.
    var isSeparator: Bool {
        guard line.count == 4 else { return false }
        return UnsafeRawPointer(base + line.start).loadUnaligned(as: UInt32.self) == 0x2D2D_2D2D
    }
}
