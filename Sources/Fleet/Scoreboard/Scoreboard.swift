import CFleet
import Glibc

/// The live state of a run on one host: a mapped file with a header and a slot for each worker. Every word has one
/// writer, so nobody waits for anybody.
///
/// Each worker owns its slot while it lives; the supervisor owns the header, the slots of dead workers, slot 0 (what it
/// publishes itself) and in every slot the words from ``Word/cpu`` on. The words are little-endian u64.
final class Scoreboard: @unchecked Sendable {
    static let magic: UInt64 = 0x3145_524F_4353_4C53
    static let version: UInt64 = 1
    static let headerSize = 4096
    static let slotSize = 1024
    /// Where a slot's text begins.
    private static let slotText = 512
    /// Slots a new scoreboard has at least, so that a live fleet can grow.
    static let smallest = 1025
    static let largest = 65536
    static let textLimit = 2000

    enum Header: Int {
        case magic, version, slots, supervisorPid, supervisorStart, startedAt, startedClock, draining, restarts
        case workersWanted, cpuSum, cpuSamples, slotsUsed, firstStartedAt, textLength
        /// Bit 0: somebody asked for it, bit 1: the host has too little memory. Workers claim nothing while it is not 0.
        case paused
        /// Files that passed and failed.
        case flaky
        /// 1 when workers get cgroups that hold them to their memory.
        case memoryGroups
        /// Verdicts by file over all rounds of a soak run, in the order of ``Tally/outcomeOrder``: eight words.
        case verdicts = 24
        /// ``FleetUse`` in worker-microseconds: six words.
        case use = 32
    }

    enum Word: Int {
        case sequence, pid, startTime, state, file, attempt, tryNumber, fileStarted, line, record, lastProgress
        case childPid, childStart, filesDone
        /// Bit 0: the valid bank. Above it: the file being published + 1.
        case commit
        case late
        case bankA = 16
        case bankB = 32
        case cpu = 48
        case resident, virtualSize
        /// Address space the worker has without using it, in bytes; the worker's.
        case baseSize
        /// Bytes of the slot's text.
        case textLength
        /// 1 when a cgroup holds the worker to its memory; the worker's.
        case held
    }

    enum State: UInt64 { case empty, starting, idle, running, left, failed }

    let slots: Int
    private let base: UnsafeMutableRawPointer
    private let size: Int

    /// Makes the file with its blocks allocated, so that a full disk is an error now and not a SIGBUS later.
    static func create(_ path: Path, workers: Int) throws(FleetError) {
        let slots = max(smallest, workers + 1)
        let file = try File(path, O_RDWR | O_CREAT | O_EXCL)
        let size = headerSize + slots * slotSize
        let result = posix_fallocate(file.descriptor, 0, off_t(size))
        if result != 0 { throw .system("make \(path.text)", result) }
        var header: [UInt8] = []
        for word in [magic, version, UInt64(slots)] { append(word, to: &header) }
        try file.write(header, at: 0)
    }

    init(_ path: Path) throws(FleetError) {
        let file = try File(path, O_RDWR)
        slots = try Scoreboard.checkedSlots(file, path)
        size = Scoreboard.headerSize + slots * Scoreboard.slotSize
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0), base != MAP_FAILED else {
            throw .system("map \(path.text)")
        }
        self.base = base
    }

    deinit { munmap(base, size) }

    static func checkedSlots(_ file: File, _ path: Path) throws(FleetError) -> Int {
        let header = try file.read(24, at: 0)
        guard word(header, 0) == magic, word(header, 1) == version, word(header, 2) >= 1, word(header, 2) <= UInt64(largest + 1),
              Int(try file.status().st_size) >= headerSize + Int(word(header, 2)) * slotSize else {
            throw FleetError(.corrupt, "cannot use \(path.text): it is no scoreboard of this version")
        }
        return Int(word(header, 2))
    }

    subscript(header: Header) -> UInt64 {
        get { cfleet_load(base + header.rawValue * 8) }
        set { cfleet_store(base + header.rawValue * 8, newValue) }
    }

    subscript(headerWord index: Int) -> UInt64 {
        get { cfleet_load(base + min(max(0, index), 127) * 8) }
        set { cfleet_store(base + min(max(0, index), 127) * 8, newValue) }
    }

    /// `slot` must be below ``slots``.
    subscript(slot: Int, word: Word) -> UInt64 {
        get { cfleet_load(address(slot, word.rawValue)) }
        set { cfleet_store(address(slot, word.rawValue), newValue) }
    }

    /// The words at `start`, not read at one instant.
    func words(_ slot: Int, from start: Word, count: Int) -> [UInt64] {
        (0..<count).map { cfleet_load(address(slot, start.rawValue + $0)) }
    }

    func setWords(_ slot: Int, from start: Word, _ values: [UInt64]) {
        for (index, value) in values.enumerated() { cfleet_store(address(slot, start.rawValue + index), value) }
    }

    func clear(_ slot: Int) { setWords(slot, from: .sequence, Array(repeating: 0, count: Scoreboard.slotSize / 8)) }

    /// What ended the run, for people; kept here because it can be written on a full disk.
    var text: String {
        get {
            let length = Int(clamping: min(self[.textLength], UInt64(Scoreboard.textLimit)))
            return String(decoding: UnsafeRawBufferPointer(start: base + 1024, count: length), as: UTF8.self)
        }
        set {
            let bytes = Array(newValue.cut(toBytes: Scoreboard.textLimit).utf8)
            self[.textLength] = 0
            (base + 1024).copyMemory(from: bytes, byteCount: bytes.count)
            self[.textLength] = UInt64(bytes.count)
        }
    }

    /// What a failed worker has to say.
    func text(of slot: Int) -> String {
        let length = Int(clamping: min(self[slot, .textLength], UInt64(Scoreboard.slotSize - Scoreboard.slotText)))
        return String(decoding: UnsafeRawBufferPointer(start: address(slot, Scoreboard.slotText / 8), count: length), as: UTF8.self)
    }

    func setText(_ text: String, of slot: Int) {
        let bytes = Array(text.cut(toBytes: Scoreboard.slotSize - Scoreboard.slotText).utf8)
        address(slot, Scoreboard.slotText / 8).copyMemory(from: bytes, byteCount: bytes.count)
        self[slot, .textLength] = UInt64(bytes.count)
    }

    private func address(_ slot: Int, _ word: Int) -> UnsafeMutableRawPointer {
        precondition(slot >= 0 && slot < slots && word * 8 < Scoreboard.slotSize)
        return base + Scoreboard.headerSize + slot * Scoreboard.slotSize + word * 8
    }
}
