import Fleet
import Glibc

/// Memory that this process shares with the workers it forks: where each is in its file, and which database it has.
final class LocalBoard: Sendable {
    /// Words of a slot: the line, the record, the bytes of the database's name, and the name, 8 bytes a word.
    private static let slotWords = 32, lineAt = 0, recordAt = 1, lengthAt = 2, nameAt = 3

    private let words: SharedWords
    private let unmap: @Sendable () -> Void

    /// Nil, with `errno` set, when there is no memory for it.
    init?(slots: Int) {
        let size = slots * Self.slotWords * 8
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else { return nil }
        words = SharedWords(memory)
        let address = UInt(bitPattern: memory)
        unmap = { munmap(UnsafeMutableRawPointer(bitPattern: address), size) }
    }

    deinit { unmap() }

    /// The record that a worker began last: its line and number. That both belong to one record is not needed.
    func setRecord(_ slot: Int, line: Int, record: Int) {
        words[slot * Self.slotWords + Self.lineAt] = UInt64(max(0, line))
        words[slot * Self.slotWords + Self.recordAt] = UInt64(max(0, record))
    }

    func record(_ slot: Int) -> (line: Int, record: Int) {
        (Int(clamping: words[slot * Self.slotWords + Self.lineAt]), Int(clamping: words[slot * Self.slotWords + Self.recordAt]))
    }

    /// The database that a worker made last; empty when there is none to discard.
    func setDatabase(_ slot: Int, _ name: String) {
        let start = slot * Self.slotWords
        let bytes = Array(name.utf8.prefix((Self.slotWords - Self.nameAt) * 8))
        // A reader sees no name or the whole one.
        words[start + Self.lengthAt] = 0
        for (index, first) in stride(from: 0, to: bytes.count, by: 8).enumerated() {
            words[start + Self.nameAt + index] = bytes[first..<min(first + 8, bytes.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        words[start + Self.lengthAt] = UInt64(bytes.count)
    }

    func database(_ slot: Int) -> String {
        let start = slot * Self.slotWords
        let count = Int(clamping: words[start + Self.lengthAt])
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: words[start + Self.nameAt + $0 / 8] >> (UInt64($0 % 8) * 8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
