import Glibc
import Platform

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
        /// ``PauseReasons``.
        case paused
        /// Files that passed and failed.
        case flaky
        /// 1 when workers get cgroups that hold them to their memory.
        case memoryGroups
        /// Workers that the run has work for, for other runs of the host.
        case demand
        /// ``WorkerShare``: three words, 0 while nothing limits the run.
        case shareWorkers, shareRuns, shareCores
        /// Verdicts by file over all rounds of a soak run, by ``Outcome/code``, of codes 0 to 7.
        case verdicts = 24
        /// ``FleetUse`` in worker-microseconds: six words.
        case use = 32
        /// As `verdicts`, of codes 8 to 15.
        case moreVerdicts = 40
        /// Of an element of a cluster: not 0 while claims that were lost elsewhere wait for a worker.
        case lostClaims = 48
        /// Of a run on a cluster: not 0 once slot 0 counts all that was published, on whichever node.
        case sealed
    }

    enum Word: Int {
        case sequence, pid, startTime, state, file, generation, tryNumber, fileStarted, line, record, lastProgress
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
        /// Until when the worker explains failures of a file that it has published, in monotonic nanoseconds; 0: it does not.
        case explaining
    }

    enum State: UInt64 { case empty, starting, idle, running, left, failed }

    let slots: Int
    private let base: UnsafeMutableRawPointer
    private let words: SharedWords
    private let size: Int

    /// Makes the file with its blocks allocated, so that a full disk is an error now and not a SIGBUS later.
    /// - Parameter least: slots that it has at least.
    static func create(_ path: Path, workers: Int, atLeast least: Int = smallest) throws(FleetError) {
        let slots = max(least, workers + 1)
        let file = try File(path, O_RDWR | O_CREAT | O_EXCL)
        let size = headerSize + slots * slotSize
        let result = posix_fallocate(file.descriptor, 0, off_t(size))
        if result != 0 { throw .system("make \(path.text)", result) }
        var header: [UInt8] = []
        for word in [magic, version, UInt64(slots)] { header.append(littleEndian: word) }
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
        words = SharedWords(base)
    }

    deinit { munmap(base, size) }

    static func checkedSlots(_ file: File, _ path: Path) throws(FleetError) -> Int {
        let header = try file.read(24, at: 0)
        guard header.word(0) == magic, header.word(1) == version, header.word(2) >= 1, header.word(2) <= UInt64(largest + 1),
              Int(try file.status().st_size) >= headerSize + Int(header.word(2)) * slotSize else {
            throw FleetError(.corrupt, "cannot use \(path.text): it is not a scoreboard of this version")
        }
        return Int(header.word(2))
    }

    /// Brings what was written to the file system, where other machines read it.
    func flush() { _ = msync(base, size, MS_SYNC) }

    subscript(header: Header) -> UInt64 {
        get { words[header.rawValue] }
        set { words[header.rawValue] = newValue }
    }

    /// Words of the header from `start` on, not read at one instant.
    func headerWords(from start: Header, count: Int) -> [UInt64] { (0..<count).map { words[start.rawValue + $0] } }

    func setHeader(from start: Header, _ values: [UInt64]) {
        for (index, value) in values.enumerated() { words[start.rawValue + index] = value }
    }

    /// `slot` must be below ``slots``.
    subscript(slot: Int, word: Word) -> UInt64 {
        get { words[index(slot, word.rawValue)] }
        set { words[index(slot, word.rawValue)] = newValue }
    }

    /// The words at `start`, not read at one instant.
    func words(_ slot: Int, from start: Word, count: Int) -> [UInt64] {
        (0..<count).map { words[index(slot, start.rawValue + $0)] }
    }

    func setWords(_ slot: Int, from start: Word, _ values: [UInt64]) {
        for (offset, value) in values.enumerated() { words[index(slot, start.rawValue + offset)] = value }
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
        return String(decoding: UnsafeRawBufferPointer(start: base + index(slot, Scoreboard.slotText / 8) * 8, count: length), as: UTF8.self)
    }

    func setText(_ text: String, of slot: Int) {
        let bytes = Array(text.cut(toBytes: Scoreboard.slotSize - Scoreboard.slotText).utf8)
        (base + index(slot, Scoreboard.slotText / 8) * 8).copyMemory(from: bytes, byteCount: bytes.count)
        self[slot, .textLength] = UInt64(bytes.count)
    }

    /// Of a slot's word within the whole file.
    private func index(_ slot: Int, _ word: Int) -> Int {
        precondition(slot >= 0 && slot < slots && word * 8 < Scoreboard.slotSize)
        return (Scoreboard.headerSize + slot * Scoreboard.slotSize) / 8 + word
    }
}
