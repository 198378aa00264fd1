import CFleet
import Glibc
import Platform

/// One worker: claims a file, runs it, publishes its record, until the queue is empty or it is told to leave.
public struct Worker {
    let directory: RunDirectory
    let slot: Int
    let place: Slot
    let executor: any FileExecutor
    let manifest: Manifest
    let positions: Positions
    let cursor: Cursor
    let board: Scoreboard
    let table: ClaimTable
    let publisher: Publisher
    private let feed: File
    private let log: File
    let heart: HeartbeatThread
    private let progress: Progress
    private let explained = ExplainedFiles()
    private let redaction: Redaction
    private let retries: RetryBudget
    let groups: FileGroups
    /// Files that are not run.
    let known: Set<Int>

    /// Its number among all workers of the run.
    private var number: Int { directory.firstWorker + slot }

    /// The whole of `slt-worker work RUNDIR --slot K`: returns the exit code. Errors go to stderr, which is the
    /// worker's log.
    /// - Parameters:
    ///   - slot: the worker's number, from 0.
    ///   - node: the folder of the element of a cluster's job that it belongs to.
    ///   - executor: made after the memory limit is set.
    ///   - identity: looks at the engine; not called where another worker has.
    public static func main(runDirectory: String, slot: Int, node: String? = nil, executor: (RunDirectory) throws -> any FileExecutor,
                            identity: (RunDirectory, any FileExecutor) -> EngineIdentity? = { _, _ in nil }) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        ForkedProcess.dieOfFaults()
        var redaction = Redaction()
        do {
            try followSupervisor()
            let directory = try RunDirectory.open(path: runDirectory, node: node).withSecrets()
            redaction = EngineSecrets(directory.spec.engine).redaction
            let heart = HeartbeatThread(lease: directory.spec.leaseSeconds)
            let isHeld = try limitMemory(directory.spec.memoryLimit)
            try heart.start()
            let executor = try executor(directory)
            EngineFile.write(directory.layout) { holdingEnd(of: directory.layout, slot) { identity(directory, executor) } }
            return try Worker(directory, slot: slot, executor: executor, heart: heart).run(isHeld: isHeld)
        } catch {
            let words = redaction.message("\(error)")
            print(error: words)
            tell(words, node.map { RunLayout(root: Path(runDirectory).absolute).node($0) } ?? RunLayout(root: Path(runDirectory).absolute), slot)
            return error is EngineUnavailable ? WorkerExit.noEngine : WorkerExit.ioFailure
        }
    }

    /// Seconds that the end of a run waits for a worker that looks at the engine.
    private static let inspection = 30.0

    /// Others may be through with all files before the engine is looked at.
    private static func holdingEnd<Value>(of layout: RunLayout, _ slot: Int, _ body: () -> Value) -> Value {
        guard let board = try? Scoreboard(layout.scoreboard), slot >= 0, slot < board.workers else { return body() }
        board.worker(slot).explain(until: Clock.after(.seconds(inspection)))
        defer { board.worker(slot).explain(until: 0) }
        return body()
    }

    /// The supervisor repeats this to people; unlike the log it needs no room on the disk.
    private static func tell(_ error: String, _ layout: RunLayout, _ slot: Int) {
        guard let board = try? Scoreboard(layout.scoreboard), slot >= 0, slot < board.workers else { return }
        board.worker(slot).fail(error)
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
        if let group = getenv(groupVariable), ControlGroup(folder: Path(String(cString: group))).add(0) { return true }
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
        positions = Positions(manifest, directory.spec)
        cursor = try Cursor(layout.cursor)
        board = try Scoreboard(layout.scoreboard)
        guard slot >= 0, slot < board.workers else { throw FleetError(.invalid, "cannot work in slot \(slot): the scoreboard has \(board.workers)") }
        place = board.worker(slot)
        table = ClaimTable(layout: layout, owner: ClaimOwner(process: .current, worker: directory.firstWorker + slot))
        publisher = Publisher(slot: place, results: Results(layout: layout), table: table, isShared: directory.node != nil && FileSystem.isOfNetwork(layout.root))
        feed = try File(layout.feed(slot), O_WRONLY | O_CREAT | O_APPEND)
        log = try File(layout.workerLog(slot), O_WRONLY | O_CREAT | O_APPEND)
        progress = Progress(place)
        redaction = EngineSecrets(directory.spec.engine).redaction
        known = directory.spec.cached == nil ? [] : try KnownRecords(layout).ids
        groups = try FileGroups(layout, directory.spec)
        retries = RetryBudget(layout, limit: directory.spec.retriesTotal)
    }

    /// - Parameter isHeld: whether a cgroup holds this process to its memory.
    private func run(isHeld: Bool) -> Int32 {
        _ = cfleet_adopt_orphans()
        let own = table.owner.process
        place.begin(own, isHeld: isHeld, baseSize: ProcessFields(pid: own.pid).map { $0.virtualSize - $0.resident } ?? 0)
        place.show(nil)
        do {
            try work()
            place.setState(.left)
            return 0
        } catch {
            let words = redaction.message("\(error)")
            print(error: words)
            place.fail(words)
            return error is EngineUnavailable ? WorkerExit.noEngine : WorkerExit.ioFailure
        }
    }

    var shouldLeave: Bool { heart.isDraining || board[.draining] != 0 }

    /// Orphans come first: whoever replaces a dead worker finds the file it was on. Then the queue, then what
    /// others leave behind.
    private func work() throws {
        var orphans = Orphans(table: table, lease: directory.spec.leaseSeconds)
        try takeOver(orphans.find().orphans)
        var sought = Clock.monotonic
        while !shouldLeave {
            if try helpWithParts() { continue }
            guard let (claim, seats) = try claimNext() else {
                // A queue that starts over has more, once those that wait for their groups are through.
                guard positions.startsOver, !groups.isEmpty, try cursor.position < positions.end else { break }
                Clock.pauseThread(0.05)
                continue
            }
            try run(claim, seats)
            if board[.lostClaims] != 0 { try takeOver(orphans.find().orphans) }
            // A queue that never ends would leave what others lost for ever.
            guard positions.startsOver, Clock.seconds(since: sought) > 1 else { continue }
            sought = Clock.monotonic
            try takeOver(orphans.find().orphans)
        }
        while !shouldLeave {
            if try helpWithParts() { continue }
            var finding = try orphans.find()
            if isSupervised { finding.orphans.removeAll { $0.isExhausted(attempts: directory.spec.attempts) } }
            if let (claim, seats) = try claimWaiting() {
                try run(claim, seats)
                continue
            }
            if try finding.orphans.isEmpty && finding.suspects == 0 && groups.waiting == 0 && partedFiles.isEmpty { return }
            if try takeOver(finding.orphans) == 0 { Clock.pauseThread(0.1) }
        }
    }

    var isSupervised: Bool { getenv(Worker.supervisorVariable) != nil }

    /// For a file whose last worker had no supervisor that could have recorded its crash, or one on another host.
    func give(up claim: Claim) throws(FleetError) {
        let tries = claim.tryNumber - 1
        let times = tries == 1 ? "once" : "\(tries) times"
        try publish(claim, FileExecution(outcome: .crashed, message: "its worker was lost \(times)"),
                    file: manifest.entry(positions.id(claim.id)), started: Clock.monotonic, cpu: 0, tryNumber: tries)
    }

    /// - Parameter seats: held until the file is through.
    func run(_ claim: Claim, _ seats: FileGroups.Seats) throws {
        defer { withExtendedLifetime(seats) {} }
        let file = try manifest.entry(positions.id(claim.id))
        heart.hold(claim)
        let started = Clock.monotonic
        show(claim, tryNumber: claim.tryNumber, started)
        var cpu = CPUTime.used
        var tryNumber = claim.tryNumber
        var retried: RetriedExecution
        var parts: FileParts?
        do throws(EngineUnavailable) {
            var execution: FileExecution
            switch try executeInParts(claim, file, tryNumber) {
            case .whole: execution = try execute(claim, file, tryNumber)
            case .done(let found, let made, let used):
                (execution, parts) = (found, made)
                cpu = CPUTime.used - used
            case .ended: return leave(claim)
            }
            // A program that crashes is tried again like a file whose worker does.
            while execution.outcome == .crashed && tryNumber < directory.spec.attempts && !shouldLeave {
                tryNumber += 1
                execution = try executeAgain(claim, file, tryNumber)
            }
            retried = RetriedExecution(execution)
            while retried.wantsMore(than: directory.spec.retries ?? 0) && !shouldLeave && retries.take() { retried.add(try executeAgain(claim, file, tryNumber)) }
            retries.use(retried.triesOfRecords)
        } catch {
            // The file is not to blame, and its try does not count.
            heart.release()
            throw error
        }
        let duration = Clock.seconds(since: started)
        let isPublic = try publish(claim, retried.last, file: file, started: started, cpu: CPUTime.used - cpu, tryNumber: tryNumber, retried, parts)
        if file.parts > 1 { directory.layout.parts(claim.id).root.removeTree() }
        place.show(nil)
        if isPublic { explain(retried.rows, claim, file, tryNumber, duration: duration) }
    }

    /// Keeps rows beside the record, which is public by now. Nothing that goes wrong here matters to the run.
    private func explain(_ failures: [FailureRows], _ claim: Claim, _ file: SuiteFile, _ tryNumber: Int, duration: Double) {
        guard !failures.isEmpty, explained.isNew(failures, of: positions.id(claim.id)), board[.draining] == 0 else { return }
        let patience = ExplanationTask.patience(duration: duration, fileTimeout: directory.spec.fileTimeout)
        let deadline = Clock.after(.seconds(patience))
        // A moment more than that, so that the end of the run waits for what was found.
        place.explain(until: deadline + 1_000_000_000)
        defer { place.explain(until: 0) }
        let task = task(claim, file, tryNumber)
        defer { task.folder.removeTree() }
        let rows = executor.explain(failures, ExplanationTask(file: task, memoryLimit: directory.spec.memoryLimit, deadline: deadline) { board[.draining] != 0 })
        try? RowsFile.write(rows.map { $0.redacted(by: redaction) }, id: positions.id(claim.id), layout: directory.layout)
    }

    /// Each run has the file's whole time-out.
    private func executeAgain(_ claim: Claim, _ file: SuiteFile, _ tryNumber: Int) throws(EngineUnavailable) -> FileExecution {
        show(claim, tryNumber: claim.tryNumber, Clock.monotonic)
        return try execute(claim, file, tryNumber)
    }

    private func execute(_ claim: Claim, _ file: SuiteFile, _ tryNumber: Int) throws(EngineUnavailable) -> FileExecution {
        let path = Path(directory.spec.workspace) / file.name
        if let reason = Worker.whyUnreadable(path) { return FileExecution(outcome: .unreadable, message: reason) }
        let task = task(claim, file, tryNumber)
        defer { task.folder.removeTree() }
        let execution = try executor.execute(task)
        return directory.spec.memoryLimit == nil ? execution : execution.judgedByMemory
    }

    func task(_ claim: Claim, _ file: SuiteFile, _ tryNumber: Int) -> FileTask {
        task(position: claim.id, file, tryNumber: tryNumber, folder: directory.layout.work(claim.id, claim.generation))
    }

    func task(position: Int, _ file: SuiteFile, tryNumber: Int, folder: Path) -> FileTask {
        FileTask(id: position, path: (Path(directory.spec.workspace) / file.name).bytes, name: file.text, workspace: directory.spec.workspace,
                 tryNumber: tryNumber, worker: number, progress: progress,
                 databases: directory.spec.keepsDatabases == true ? DatabaseShelf(directory.layout, id: positions.id(position)) : nil, folder: folder, log: log, redaction: redaction)
    }

    /// `O_NONBLOCK`, since a FIFO would keep the worker waiting.
    private static func whyUnreadable(_ path: Path) -> String? {
        guard let file = File(ifPossible: path, O_RDONLY | O_NONBLOCK) else { return "cannot read the file: \(ErrorText.of(errno))" }
        guard let info = try? file.status(), info.st_mode & S_IFMT == S_IFREG else { return "cannot read the file: it is not a regular file" }
        return nil
    }

    /// - Returns: whether this record is the file's.
    @discardableResult
    private func publish(_ claim: Claim, _ execution: FileExecution, file: SuiteFile, started: UInt64, cpu: Double,
                         tryNumber: Int, _ retried: RetriedExecution? = nil, _ parts: FileParts? = nil) throws(FleetError) -> Bool {
        var record = FileRecord(
            id: positions.id(claim.id), file: file.text, outcome: execution.outcome, tests: execution.tests, skipped: execution.skipped,
            errors: execution.errors, duration: Clock.seconds(since: started), cpu: cpu, attempt: tryNumber, worker: number,
            finishedAt: Clock.now, message: execution.message, failures: execution.failures, output: execution.output)
        record.iteration = positions.iteration(claim.id)
        record.stoppedAt = execution.stoppedAt
        record.consequences = execution.consequences
        record.notCached = execution.notCached
        record.database = execution.database
        record.parts = parts
        retried?.complete(&record)
        record = record.redacted(by: redaction).bounded
        var isPublic = false
        try heart.publishing { () throws(FleetError) in
            isPublic = try publisher.publish(record, claim, feed: feed)
            if isPublic { place.countFile() }
        }
        return isPublic
    }

    private func show(_ claim: Claim, tryNumber: Int, _ started: UInt64) {
        place.show(Slot.Work(position: claim.id, generation: claim.generation, tryNumber: tryNumber, started: started))
    }
}
