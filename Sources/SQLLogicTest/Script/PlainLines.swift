import Glibc

/// The lines of a script without any meaning: each ends at `\n` or `\r\n`, the last one also at `\r` or without any of them.
struct PlainLines {
    private let script: Script
    private var offset = 0
    /// The number of the line that was read last, from 1.
    private(set) var number = 0

    init(_ script: Script) { self.script = script }

    /// Where the next line starts.
    var position: Int { offset }

    mutating func next() -> ByteRange? {
        guard let (line, following) = look() else { return nil }
        offset = following
        number += 1
        return line
    }

    func peek() -> ByteRange? { look()?.line }

    private func look() -> (line: ByteRange, following: Int)? {
        guard offset < script.count else { return nil }
        let base = script.base
        let found = memchr(base + offset, 0x0A, script.count - offset)
        let stop = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? script.count
        return (ByteRange(offset, stop > offset && base[stop - 1] == 0x0D ? stop - 1 : stop), min(stop + 1, script.count))
    }
}

extension Script {
    /// The tokens between white space, as text.
    func words(_ line: ByteRange) -> [String] {
        buffer(line).split(whereSeparator: ASCII.isSpace).map { String(decoding: $0, as: UTF8.self) }
    }
}
