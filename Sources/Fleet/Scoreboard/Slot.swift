import Platform

/// A slot of the mapped scoreboard. Who writes what is said at ``Scoreboard``.
struct Slot: SlotWords {
    let board: Scoreboard
    /// 0 is the supervisor's, worker K has K + 1.
    let index: Int

    subscript(word: Scoreboard.Word) -> UInt64 {
        get { board[index, word] }
        nonmutating set { board[index, word] = newValue }
    }

    func setState(_ state: Scoreboard.State) { self[.state] = state.rawValue }

    // MARK: for the worker

    /// A worker has come to life.
    func begin(_ process: ProcessIdentity, isHeld: Bool, baseSize: Int) {
        self[.held] = isHeld ? 1 : 0
        self[.startTime] = process.startTime
        self[.pid] = UInt64(max(0, process.pid))
        self[.filesDone] = 0
        self[.baseSize] = UInt64(max(0, baseSize))
    }

    /// What the worker is on.
    struct Work {
        var position: Int
        var generation: Int
        var tryNumber: Int
        /// Monotonic nanoseconds.
        var started: UInt64
    }

    /// The sequence is odd while the words do not belong together.
    func show(_ work: Work?) {
        self[.sequence] |= 1
        self[.file] = work.map { UInt64($0.position + 1) } ?? 0
        self[.generation] = UInt64(work?.generation ?? 0)
        self[.tryNumber] = UInt64(work?.tryNumber ?? 0)
        self[.fileStarted] = work?.started ?? 0
        self[.line] = 0
        self[.record] = 0
        self[.lastProgress] = work?.started ?? 0
        self[.childPid] = 0
        setState(work == nil ? .idle : .running)
        self[.sequence] = (self[.sequence] &+ 1) & ~1
    }

    /// Three stores into mapped memory, cheap enough for every record.
    func show(line: Int, record: Int) {
        self[.line] = UInt64(max(0, line))
        self[.record] = UInt64(max(0, record))
        self[.lastProgress] = Clock.monotonic
    }

    /// Begins the file's time anew.
    func restartFile() {
        let now = Clock.monotonic
        self[.fileStarted] = now
        self[.lastProgress] = now
    }

    /// Stands the file's clock still while `body` runs, for no more than `seconds`.
    func restFile<Value>(upTo seconds: Double, _ body: () -> Value) -> Value {
        let started = self[.fileStarted], now = Clock.monotonic
        self[.fileStarted] = Clock.after(.seconds(seconds))
        defer { self[.fileStarted] = started &+ (Clock.monotonic - now) }
        return body()
    }

    func show(program pid: Int32, startTime: UInt64) {
        self[.childStart] = startTime
        self[.childPid] = UInt64(max(0, pid))
    }

    /// - Parameter deadline: monotonic nanoseconds; 0 when it is over.
    func explain(until deadline: UInt64) { self[.explaining] = deadline }

    func countFile() { self[.filesDone] &+= 1 }

    /// The worker could not go on, and says why: it needs no room on the disk.
    func fail(_ text: String) {
        board.setText(text, of: index)
        setState(.failed)
    }

    /// What a failed worker had to say.
    var text: String { board.text(of: index) }

    // MARK: for the supervisor

    /// Clears what the slot's last worker left, but not what it published.
    func prepare() {
        self[.sequence] = 0
        board.setWords(index, from: .pid, Array(repeating: 0, count: Scoreboard.Word.commit.rawValue - Scoreboard.Word.pid.rawValue))
        self[.textLength] = 0
        self[.held] = 0
        self[.explaining] = 0
        setState(.starting)
    }

    func started(pid: Int32, startTime: UInt64) {
        self[.startTime] = startTime
        self[.pid] = UInt64(max(0, pid))
    }

    /// Its worker has ended.
    func vacate() {
        self[.file] = 0
        setState(.empty)
    }

    /// - Parameters:
    ///   - cpu: 1 = one core.
    ///   - resident: bytes, as `virtualSize` is.
    func measured(cpu: Double, resident: Int, virtualSize: Int) {
        self[.cpu] = UInt64(max(0, min(cpu, 1e6)) * 1000)
        self[.resident] = UInt64(max(0, resident))
        self[.virtualSize] = UInt64(max(0, virtualSize))
    }

    func clear() { board.clear(index) }
}

/// The counts of a slot are in two banks. A publisher fills the one that is not valid, notes the file, links the
/// result and then switches the bank with a single store; whoever finds the note of a dead publisher sees from the
/// result whether to switch. So the counts equal the results, whenever a process is killed.
extension Slot {
    func prepare(_ record: FileRecord, position: Int) {
        let commit = self[.commit]
        var tally = tally
        tally.add(record)
        board.setWords(index, from: bank(commit & 1 ^ 1), tally.words)
        self[.commit] = commit & 1 | UInt64(position + 1) << 1
    }

    func commit() { self[.commit] = self[.commit] & 1 ^ 1 }
    func abort() { self[.commit] &= 1 }
    func countLate() { self[.late] &+= 1 }

    var tally: Tally { Tally(words: board.words(index, from: bank(self[.commit] & 1), count: Tally.wordCount)) }

    func setTally(_ tally: Tally) {
        board.setWords(index, from: .bankA, tally.words)
        self[.commit] = 0
    }

    private func bank(_ which: UInt64) -> Scoreboard.Word { which == 0 ? .bankA : .bankB }
}

extension Scoreboard {
    /// Of worker `number`, from 0, which must be below ``workers``.
    func worker(_ number: Int) -> Slot { Slot(board: self, index: number + 1) }

    /// What the supervisor publishes itself.
    var supervisor: Slot { Slot(board: self, index: 0) }

    /// How many workers it has room for.
    var workers: Int { slots - 1 }
}
