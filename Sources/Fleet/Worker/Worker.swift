import CFleet
import Glibc

/// One worker: claims a file, runs it, publishes its record, until the queue is empty or it is told to leave.
public struct Worker {
    /// Exit codes that the supervisor understands.
    static let ioFailure: Int32 = 74

    private let directory: RunDirectory
    private let slot: Int
    private let executor: any FileExecutor
    private let manifest: Manifest
    private let positions: Positions
    private let cursor: Cursor
    private let board: Scoreboard
    private let table: ClaimTable
    private let publisher: Publisher
    private let feed: File
    private let log: File
    private let heart: HeartbeatThread
    private let progress: Progress

    /// The whole of `slt-worker work RUNDIR --slot K`: returns the exit code. Errors go to stderr, which is the
    /// worker's log.
    /// - Parameters:
    ///   - slot: the worker's number, from 0.
    ///   - executor: made after the memory limit is set.
    public static func main(runDirectory: String, slot: Int, executor: (RunDirectory) throws -> any FileExecutor) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        ForkedProcess.dieOfFaults()
        do {
            try followSupervisor()
            let directory = try RunDirectory.open(path: runDirectory)
            let heart = HeartbeatThread(lease: directory.spec.leaseSeconds)
            let isHeld = try limitMemory(directory.spec.memoryLimit)
            try heart.start()
            let worker = try Worker(directory, slot: slot, executor: executor(directory), heart: heart)
            worker.board[slot + 1, .held] = isHeld ? 1 : 0
            return worker.run()
        } catch {
            print(error: "\(error)")
            return ioFailure
        }
    }

    /// The variable in which the supervisor tells its workers who it is.
    static let supervisorVariable = "SLT_SUPERVISOR_PID"
    /// The one for the cgroup that a worker enters, before it has a thread or a child.
    static let groupVariable = "SLT_WORKER_GROUP"

    /// Nobody enforces limits without a supervisor, so the worker leaves with it: the kernel sends SIGTERM. One that
    /// was started without a supervisor has none to follow.
    private static func followSupervisor() throws(FleetError) {
        guard let text = getenv(supervisorVariable), let supervisor = Int32(String(cString: text)) else { return }
        Signals.block(HeartbeatThread.signals)
        _ = cfleet_signal_at_parents_death(SIGTERM)
        if getppid() != supervisor { throw FleetError(.startFailed, "cannot work: the supervisor has gone") }
    }

    /// - Returns: whether a cgroup holds this process to its memory.
    private static func limitMemory(_ bytes: Int?) throws(FleetError) -> Bool {
        guard let bytes else { return false }
        if let group = getenv(groupVariable), ControlGroup(folder: Path(String(cString: group))).take(0) { return true }
        if !ForkedProcess.limitMemory(bytes) { throw .system("limit the worker's memory") }
        return false
    }

    private init(_ directory: RunDirectory, slot: Int, executor: any FileExecutor, heart: HeartbeatThread) throws(FleetError) {
        self.directory = directory
        self.slot = slot
        self.executor = executor
        self.heart = heart
        let layout = directory.layout
        manifest = try Manifest(layout.manifest)
        positions = Positions(manifest, directory.spec.mode)
        cursor = try Cursor(layout.cursor)
        board = try Scoreboard(layout.scoreboard)
        guard slot >= 0, slot + 1 < board.slots else { throw FleetError(.invalid, "cannot work in slot \(slot): the scoreboard has \(board.slots - 1)") }
        table = ClaimTable(layout: layout, owner: ClaimOwner(process: .current, worker: slot))
        publisher = Publisher(board: board, slot: slot + 1, results: Results(layout: layout), table: table)
        feed = try File(layout.feed(slot), O_WRONLY | O_CREAT | O_APPEND)
        log = try File(layout.workerLog(slot), O_WRONLY | O_CREAT | O_APPEND)
        progress = Progress(board: board, slot: slot + 1)
    }

    private func run() -> Int32 {
        _ = cfleet_adopt_orphans()
        let own = table.owner.process
        board[slot + 1, .startTime] = own.startTime
        board[slot + 1, .pid] = UInt64(own.pid)
        board[slot + 1, .filesDone] = 0
        if let size = ProcessFields(pid: own.pid) { board[slot + 1, .baseSize] = UInt64(max(0, size.virtualSize - size.resident)) }
        show(nil, .idle)
        do {
            try work()
            board[slot + 1, .state] = Scoreboard.State.left.rawValue
            return 0
        } catch {
            print(error: "\(error)")
            // The supervisor repeats this to people; it must not need room on the disk.
            board.setText("\(error)", of: slot + 1)
            board[slot + 1, .state] = Scoreboard.State.failed.rawValue
            return Worker.ioFailure
        }
    }

    private var shouldLeave: Bool { heart.isDraining || board[.draining] != 0 }

    /// Orphans come first: whoever replaces a dead worker finds the file it was on. Then the queue, then what
    /// others leave behind.
    private func work() throws(FleetError) {
        var orphans = Orphans(table: table, lease: directory.spec.leaseSeconds)
        try takeOver(orphans.find().orphans)
        var sought = Clock.monotonic
        while !shouldLeave, let claim = try claimNext() {
            try run(claim)
            // A queue that never ends would leave what others lost for ever.
            guard positions.isEndless, Clock.seconds(since: sought) > 1 else { continue }
            sought = Clock.monotonic
            try takeOver(orphans.find().orphans)
        }
        while !shouldLeave {
            var finding = try orphans.find()
            if isSupervised { finding.orphans.removeAll { $0.isExhausted(attempts: directory.spec.attempts) } }
            if finding.orphans.isEmpty && finding.suspects == 0 { return }
            try takeOver(finding.orphans)
            if finding.orphans.isEmpty { pauseThread(0.1) }
        }
    }

    private func claimNext() throws(FleetError) -> Claim? {
        waitWhilePaused()
        if shouldLeave { return nil }
        return try cursor.advance(below: positions.end) { position throws(FleetError) in
            positions.isRunnable(position) ? try table.create(id: position, attempt: 1, tryNumber: 1) : nil
        }
    }

    private func waitWhilePaused() {
        while board[.paused] != 0 && !shouldLeave { pauseThread(0.05) }
    }

    private func takeOver(_ states: [ClaimState]) throws(FleetError) {
        // A claim at the cursor or beyond belongs to a worker that died before it advanced; whoever claims next
        // skips it, and if it were run now its position would be claimed once more.
        let position = states.isEmpty ? 0 : try cursor.position
        for state in states where state.id < position {
            waitWhilePaused()
            if shouldLeave { return }
            if publisher.results.layout.result(state.id).exists {
                table.remove(id: state.id, upTo: state.attempt)
                continue
            }
            // The supervisor saw how its worker died and says so in the record.
            if isSupervised && state.isExhausted(attempts: directory.spec.attempts) { continue }
            guard let claim = try table.takeOver(state) else { continue }
            if claim.tryNumber > directory.spec.attempts {
                try give(up: claim)
            } else {
                try run(claim)
            }
        }
    }

    private var isSupervised: Bool { getenv(Worker.supervisorVariable) != nil }

    /// For a file whose last worker had no supervisor that could have recorded its crash, or one on another host.
    private func give(up claim: Claim) throws(FleetError) {
        let tries = claim.tryNumber - 1
        let times = tries == 1 ? "once" : "\(tries) times"
        try publish(claim, FileExecution(outcome: .crashed, message: "its worker was lost \(times)"),
                    file: manifest.entry(positions.id(claim.id)), started: Clock.monotonic, cpu: 0, tryNumber: tries)
    }

    private func run(_ claim: Claim) throws(FleetError) {
        let file = try manifest.entry(positions.id(claim.id))
        heart.hold(claim)
        let started = Clock.monotonic
        show(claim, .running, started)
        let cpu = CPUTime.used
        var tryNumber = claim.tryNumber
        var execution = execute(claim, file, tryNumber)
        // A program that crashes is tried again like a file whose worker does.
        while execution.outcome == .crashed && tryNumber < directory.spec.attempts && !shouldLeave {
            tryNumber += 1
            execution = executeAgain(claim, file, tryNumber)
        }
        var retried = RetriedExecution(execution)
        while retried.wantsMore(than: directory.spec.retries ?? 0) && !shouldLeave { retried.add(executeAgain(claim, file, tryNumber)) }
        try publish(claim, retried.last, file: file, started: started, cpu: CPUTime.used - cpu, tryNumber: tryNumber, retried)
        show(nil, .idle)
    }

    /// Each run has the file's whole time-out.
    private func executeAgain(_ claim: Claim, _ file: SuiteFile, _ tryNumber: Int) -> FileExecution {
        show(claim, .running, Clock.monotonic)
        return execute(claim, file, tryNumber)
    }

    private func execute(_ claim: Claim, _ file: SuiteFile, _ tryNumber: Int) -> FileExecution {
        let path = Path(directory.spec.workspace) / file.name
        if let reason = Worker.whyUnreadable(path) { return FileExecution(outcome: .unreadable, message: reason) }
        let folder = directory.layout.work(claim.id, claim.attempt)
        let execution = executor.execute(FileTask(
            id: claim.id, path: path.bytes, name: file.text, workspace: directory.spec.workspace, tryNumber: tryNumber,
            worker: slot, progress: progress, folder: folder, log: log))
        folder.removeTree()
        return directory.spec.memoryLimit == nil ? execution : execution.judgedByMemory
    }

    /// `O_NONBLOCK`, since a FIFO would keep the worker waiting.
    private static func whyUnreadable(_ path: Path) -> String? {
        guard let file = File(ifPossible: path, O_RDONLY | O_NONBLOCK) else { return "cannot read the file: \(describe(errno))" }
        guard let info = try? file.status(), info.st_mode & S_IFMT == S_IFREG else { return "cannot read the file: it is no regular file" }
        return nil
    }

    private func publish(_ claim: Claim, _ execution: FileExecution, file: SuiteFile, started: UInt64, cpu: Double,
                         tryNumber: Int, _ retried: RetriedExecution? = nil) throws(FleetError) {
        var record = FileRecord(
            id: positions.id(claim.id), file: file.text, outcome: execution.outcome, tests: execution.tests, skipped: execution.skipped,
            errors: execution.errors, duration: Clock.seconds(since: started), cpu: cpu, attempt: tryNumber, worker: slot,
            finishedAt: Clock.now, message: execution.message, failures: execution.failures, output: execution.output)
        record.iteration = positions.iteration(claim.id)
        retried?.complete(&record)
        record = record.bounded
        try heart.publishing { () throws(FleetError) in
            if try publisher.publish(record, claim, feed: feed) { board[slot + 1, .filesDone] &+= 1 }
        }
    }

    /// The sequence is odd while the words do not belong together.
    private func show(_ claim: Claim?, _ state: Scoreboard.State, _ started: UInt64 = 0) {
        let own = slot + 1
        board[own, .sequence] = (board[own, .sequence] | 1)
        board[own, .file] = claim.map { UInt64($0.id + 1) } ?? 0
        board[own, .attempt] = UInt64(claim?.attempt ?? 0)
        board[own, .tryNumber] = UInt64(claim?.tryNumber ?? 0)
        board[own, .fileStarted] = started
        board[own, .line] = 0
        board[own, .record] = 0
        board[own, .lastProgress] = started
        board[own, .childPid] = 0
        board[own, .state] = state.rawValue
        board[own, .sequence] = (board[own, .sequence] &+ 1) & ~1
    }
}

/// CPU seconds of this process and of its children that were waited for.
enum CPUTime {
    static var used: Double { seconds(RUSAGE_SELF.rawValue) + seconds(RUSAGE_CHILDREN.rawValue) }

    private static func seconds(_ who: Int32) -> Double {
        var usage = rusage()
        guard getrusage(who, &usage) == 0 else { return 0 }
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}

/// Writes a line to stderr.
func print(error: String) {
    let bytes = Array((error + "\n").utf8)
    _ = retryingInterrupts { write(STDERR_FILENO, bytes, bytes.count) }
}
