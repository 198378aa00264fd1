import Glibc
import Platform

/// The files of a run in claim order; an id is a position. A file on disk, read in place by id.
///
/// All numbers are little-endian. Header of 64 bytes: magic `SLTMANI1`, u64 version (1), u64 files, u64 runnable
/// files (the blocked ones come last), u64 start and u64 length of the texts, u64 files to be run in parts, 8 bytes zero. Then 32 bytes a file:
/// u64 start and u32 length of the name within the texts, u32 length of the reason, which follows the name (0: not
/// blocked), u64 size in bytes, u64 in how many parts it is to be run (16 bits; 0: as one) and what it
/// is expected to take (48 bits, milliseconds). Then the texts.
public final class Manifest: Sendable {
    static let magic: UInt64 = 0x3149_4E41_4D54_4C53
    static let version: UInt64 = 1
    private static let headerSize = 64
    private static let entrySize = 32

    /// Every file, blocked ones included.
    public let count: Int
    /// Files to run: the ids below it. Those from it on are blocked.
    public let runnable: Int
    /// Files to be run in parts.
    let divided: Int
    private let file: File
    private let texts: Range<Int>

    /// The manifest of `files` as bytes, and the files in its order: blocked ones last.
    static func encode(_ files: [SuiteFile]) throws(FleetError) -> [UInt8] {
        let runnable = files.filter { $0.blockedReason == nil }
        let blocked = files.filter { $0.blockedReason != nil }
        var texts: [UInt8] = []
        var index: [UInt8] = []
        index.reserveCapacity(files.count * entrySize)
        texts.reserveCapacity(files.count * 40)
        for entry in runnable + blocked {
            guard !entry.name.isEmpty, entry.name.count <= 65536, !entry.name.contains(0) else {
                throw FleetError(.invalid, "cannot list the file '\(entry.text)': its name is empty or too long")
            }
            let reason = Array((entry.blockedReason.map { $0.isEmpty ? "blocked" : $0 } ?? "").utf8.prefix(65536))
            index.append(littleEndian: UInt64(texts.count))
            index.append(littleEndian: UInt64(entry.name.count) | UInt64(reason.count) << 32)
            index.append(littleEndian: UInt64(max(0, entry.size)))
            index.append(littleEndian: UInt64(clamping: min(entry.parts, 0xFFFF)) | UInt64(max(0, min(entry.expected, 1e9)) * 1000) << 16)
            texts += entry.name
            texts += reason
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + index.count + texts.count)
        for word in [magic, version, UInt64(files.count), UInt64(runnable.count),
                     UInt64(headerSize + index.count), UInt64(texts.count), UInt64(runnable.count { $0.parts > 1 }), 0] { bytes.append(littleEndian: word) }
        bytes += index
        bytes += texts
        return bytes
    }

    init(_ path: Path) throws(FleetError) {
        file = try File(path, O_RDONLY)
        let size = Int(try file.status().st_size)
        let header = try file.read(Manifest.headerSize, at: 0)
        func broken(_ why: String) -> FleetError { FleetError(.corrupt, "cannot read \(path.text): \(why)") }
        guard header.count == Manifest.headerSize, header.word(0) == Manifest.magic else { throw broken("it is not a manifest") }
        guard header.word(1) == Manifest.version else {
            throw broken("it has version \(header.word(1)), this program reads \(Manifest.version)")
        }
        let files = header.word(2), start = header.word(4), length = header.word(5)
        guard files <= 1 << 32, header.word(3) <= files, start == UInt64(Manifest.headerSize) + files * UInt64(Manifest.entrySize),
              length <= UInt64(size), start + length == UInt64(size) else { throw broken("it is cut short or damaged") }
        count = Int(files)
        runnable = Int(header.word(3))
        divided = Int(clamping: header.word(6))
        texts = Int(start)..<size
    }

    /// The file with this id. O(1).
    public func entry(_ id: Int) throws(FleetError) -> SuiteFile {
        guard id >= 0, id < count else { throw FleetError(.corrupt, "cannot look up file \(id): the manifest has \(count)") }
        let index = try file.read(Manifest.entrySize, at: Manifest.headerSize + id * Manifest.entrySize)
        guard index.count == Manifest.entrySize else { throw damaged(id) }
        let (start, name, reason) = try place(index, 0, id)
        let text = try file.read(name + reason, at: texts.lowerBound + start)
        guard text.count == name + reason else { throw damaged(id) }
        return file(text[...], name, reason, size: index.word(2), parts: index.word(3))
    }

    /// Every file in order, read in large pieces.
    public func forEach(_ body: (Int, SuiteFile) throws(FleetError) -> Void) throws(FleetError) {
        let batch = 4096
        var id = 0
        while id < count {
            let many = min(batch, count - id)
            let index = try file.read(many * Manifest.entrySize, at: Manifest.headerSize + id * Manifest.entrySize)
            guard index.count == many * Manifest.entrySize else { throw damaged(id) }
            let first = try place(index, 0, id), last = try place(index, (many - 1) * 4, id)
            let end = last.start + last.name + last.reason
            guard end >= first.start else { throw damaged(id) }
            let text = try file.read(end - first.start, at: texts.lowerBound + first.start)
            for offset in 0..<many {
                let (start, name, reason) = try place(index, offset * 4, id + offset)
                let from = start - first.start
                guard from >= 0, from + name + reason <= text.count else { throw damaged(id + offset) }
                try body(id + offset, file(text[from..<(from + name + reason)], name, reason, size: index.word(offset * 4 + 2), parts: index.word(offset * 4 + 3)))
            }
            id += many
        }
    }

    private func place(_ index: [UInt8], _ at: Int, _ id: Int) throws(FleetError) -> (start: Int, name: Int, reason: Int) {
        let start = index.word(at), lengths = index.word(at + 1)
        let name = Int(lengths & 0xFFFF_FFFF), reason = Int(lengths >> 32)
        guard name > 0, name <= 65536, reason <= 65536, start <= UInt64(texts.count),
              Int(start) + name + reason <= texts.count else { throw damaged(id) }
        return (Int(start), name, reason)
    }

    private func file(_ text: ArraySlice<UInt8>, _ name: Int, _ reason: Int, size: UInt64, parts: UInt64) -> SuiteFile {
        var file = SuiteFile(name: Array(text.prefix(name)), size: Int(clamping: size),
                  blockedReason: reason == 0 ? nil : String(decoding: text.dropFirst(name), as: UTF8.self))
        file.parts = Int(parts & 0xFFFF)
        file.expected = Double(parts >> 16) / 1000
        return file
    }

    private func damaged(_ id: Int) -> FleetError {
        FleetError(.corrupt, "cannot look up file \(id): the manifest is damaged; start a new run")
    }
}
