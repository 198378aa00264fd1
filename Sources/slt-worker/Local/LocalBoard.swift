import Glibc
import Synchronization

/// Memory that this process shares with the workers it forks: where each is in its file, and which database it has.
final class LocalBoard: @unchecked Sendable {
    private static let slotSize = 256
    private static let nameAt = 64
    private let memory: UnsafeMutableRawPointer
    private let size: Int

    /// Nil when there is no memory for it.
    init?(slots: Int) {
        size = slots * Self.slotSize
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else { return nil }
        self.memory = memory
    }

    deinit { munmap(memory, size) }

    /// The record that a worker began last: its line and number. Each is read and written whole; that they belong to
    /// one record is not needed.
    func setRecord(_ slot: Int, line: Int, record: Int) {
        let words = (memory + slot * Self.slotSize).assumingMemoryBound(to: Int.self)
        words[0] = line
        words[1] = record
    }

    func record(_ slot: Int) -> (line: Int, record: Int) {
        let words = (memory + slot * Self.slotSize).assumingMemoryBound(to: Int.self)
        return (words[0], words[1])
    }

    /// The database that a worker made last; empty when there is none to discard.
    func setDatabase(_ slot: Int, _ name: String) {
        let place = memory + slot * Self.slotSize + Self.nameAt
        let bytes = Array(name.utf8).prefix(Self.slotSize - Self.nameAt - 1) + [0]
        UnsafeMutableRawBufferPointer(start: place, count: bytes.count).copyBytes(from: bytes)
    }

    func database(_ slot: Int) -> String {
        String(cString: (memory + slot * Self.slotSize + Self.nameAt).assumingMemoryBound(to: CChar.self))
    }
}
