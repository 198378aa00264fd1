import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Judges candidates in processes that are forked for them: an engine that crashes or hangs ends its own process only, and databases that
/// were prepared before are there in each. Only for a process of one thread.
struct TrialPool: RepeatedJudge {
    /// What became of a process.
    private enum End {
        case reply(TrialReply)
        /// It was ended by a signal, in the record at this index.
        case killed(signal: Int32, record: Int)
        /// It was ended at its limit, in the record at this index.
        case late(record: Int)
        /// It ended without a word.
        case silent
    }

    /// What a process that runs a candidate writes.
    private struct TrialReply: Codable {
        var judgement: Judgement?
        var steps: [Trial.Step]?
        var end: Trial.End?
        var error: String?
        /// The name of a database on a server that the next try can use.
        var database: String?
    }

    /// A look at a candidate: what each of its records does.
    struct Inspection {
        /// Of each record before the last.
        var steps: [Trial.Step] = []
        var end: Trial.End?
        /// The signature of a process that ended, and the index of the record in which it did.
        var loss: (signature: FailureSignature, record: Int)?
        /// Why the engine could not be used.
        var error: String?
    }

    private struct Running {
        let pid: pid_t
        let descriptor: Int32
        let slot: Int
        /// In nanoseconds of the monotonic clock.
        let began: UInt64
        var bytes: [UInt8] = []
        var isLate = false
    }

    private let engines: TrialEngines
    /// How candidates are judged.
    var question: TrialQuestion?
    let width: Int
    /// Seconds that a candidate may take.
    var limit = 60.0
    /// When ``budget`` began.
    var began = Clock.monotonic
    /// Whether scripts may reach for what is outside of their database.
    var allowsSystem = true
    /// How long a statement may take on the engine under test.
    var recordLimit: RecordLimit?
    /// Why the engine could not be used any more; no more candidates are judged then.
    private(set) var obstacle: String?
    /// Seconds after which no more candidates are wanted.
    var budget = Double.infinity
    /// What each candidate is put to, where the failure is not there each time.
    var sequential: SequentialTest?
    private let memory: Int?
    /// Where there is none, no second process is started.
    private var room: MemoryRoom
    /// Whether the engine lives in this process, so that a forked one has its databases.
    private let isInProcess: Bool
    private let board: LocalBoard
    private let syntax: SQLSyntax?
    private let folder = TrialFolder()
    private let databases: TrialDatabases
    private var kept: (records: [ReductionRecord], connections: TrialConnections)?

    /// - Parameters:
    ///   - width: processes at a time.
    ///   - memory: bytes that each may have; nil without a limit.
    ///   - floor: bytes of the machine's memory that remain; nil is what runs leave free.
    init(_ engines: TrialEngines, width: Int, memory: Int?, floor: Int? = nil) throws(SQLLogicTestError) {
        guard let board = LocalBoard(slots: width) else { throw SQLLogicTestError(.engine, "cannot share memory: \(ErrorText.of())", isRetryable: true) }
        self.engines = engines
        self.width = width
        self.memory = memory
        room = MemoryRoom(floor: floor)
        isInProcess = engines.engine is SQLiteEngine
        self.board = board
        databases = TrialDatabases(engines.engine, board: board)
        ForkedProcess.adoptOrphans()
        syntax = (engines.reference ?? engines.engine) is SQLiteEngine ? SQLSyntax(threading: .single) : nil
    }

    var isOver: Bool { obstacle != nil || PendingSignal.isSet || Clock.seconds(since: began) >= budget }

    func isPlausible(_ sql: [UInt8]) -> Bool { syntax?.isPlausible(sql) ?? true }

    mutating func keep(_ prefix: ArraySlice<ReductionRecord>) {
        guard isInProcess, kept?.records.elementsEqual(prefix) != true else { return }
        // A database on disk would be the same one for all tries; where a failure comes and goes, each try needs its own beginning.
        let reachesOut = prefix.contains { record in record.sql.withUnsafeBufferPointer { SQLWords.names(["attach", "vacuum"], in: $0) } }
        guard !reachesOut, sequential == nil else { return }
        kept = nil
        guard let connections = try? TrialConnections(engines), var trial = try? Trial(connections, allowsSystem: allowsSystem, limit: recordLimit) else { return }
        if trial.prepare(prefix, onRecord: { _ in }) == nil { kept = (Array(prefix), connections) }
    }

    // MARK: Judging

    mutating func judge(_ candidates: [ReductionCandidate]) -> [Judgement?] { judgeRepeatedly(candidates) }

    mutating func judgeOnce(_ candidates: [ReductionCandidate]) -> [Judgement?] {
        var judgements: [Judgement?] = candidates.map { _ in nil }
        for (index, end) in run(candidates, isWhole: false).enumerated() {
            guard let end else { continue }
            judgements[index] = judgement(end, candidates[index])
            // An engine that is short of something may have it again in a moment.
            if judgements[index] == .invalid(.engine) { judgements[index] = again(candidates[index]) }
        }
        return judgements
    }

    /// - Returns: nil where the engine cannot be used at all; ``obstacle`` says why.
    private mutating func again(_ candidate: ReductionCandidate) -> Judgement? {
        Clock.pauseThread(0.5)
        guard let end = run([candidate], isWhole: false).first.flatMap(\.self) else { return nil }
        let judgement = judgement(end, candidate)
        guard judgement == .invalid(.engine) else { return judgement }
        if case .reply(let reply) = end { obstacle = reply.error ?? "the engine cannot be used any more" }
        return nil
    }

    private func judgement(_ end: End, _ candidate: ReductionCandidate) -> Judgement {
        let last = candidate.records.count - 1
        switch end {
        case .reply(let reply): return reply.judgement ?? .invalid(.engine)
        case .killed(let signal, let record): return record == last ? question?.judge(.crashed(signal)) ?? .passes : .invalid(.ended)
        case .late(let record): return record == last ? question?.judge(.hung) ?? .passes : .invalid(.ended)
        case .silent: return .invalid(.ended)
        }
    }

    /// Runs a candidate to its end, whatever its records do.
    mutating func inspect(_ candidate: ReductionCandidate) -> Inspection { inspect([candidate])[0] }

    /// Runs candidates side by side to their ends.
    mutating func inspect(_ candidates: [ReductionCandidate]) -> [Inspection] { run(candidates, isWhole: true).map(Self.inspection) }

    private static func inspection(_ end: End?) -> Inspection {
        var inspection = Inspection()
        switch end {
        case .reply(let reply):
            inspection.steps = reply.steps ?? []
            inspection.end = reply.end
            inspection.error = reply.error
            if let index = inspection.steps.firstIndex(where: { $0.ended != nil }), let how = inspection.steps[index].ended { inspection.loss = (how, index) }
        case .killed(let signal, let record): inspection.loss = (.crashed(signal), record)
        case .late(let record): inspection.loss = (.hung, record)
        case .silent, nil: inspection.error = "the process that ran it has ended"
        }
        return inspection
    }

    // MARK: Processes

    private mutating func run(_ candidates: [ReductionCandidate], isWhole: Bool) -> [End?] {
        var ends: [End?] = candidates.map { _ in nil }
        var running: [Int: Running] = [:]
        var next = 0
        while next < candidates.count || !running.isEmpty {
            while next < candidates.count, running.count < width, !isOver || isWhole {
                if !running.isEmpty, !room.isThere() { break }
                let used = Set(running.values.map(\.slot))
                if let slot = (0..<width).first(where: { !used.contains($0) }), let process = start(candidates[next], slot, isWhole) { running[next] = process } else { obstacle = "cannot start a process: \(ErrorText.of())" }
                next += 1
            }
            if running.isEmpty { break }
            for (index, end) in wait(&running) { ends[index] = end }
        }
        return ends
    }

    private func start(_ candidate: ReductionCandidate, _ slot: Int, _ isWhole: Bool) -> Running? {
        guard let pipe = DescriptorIO.pipe() else { return nil }
        board.setRecord(slot, line: 0, record: 0)
        board.setDatabase(slot, "")
        let pid = ForkedProcess.start {
            close(pipe.reading)
            let null = open("/dev/null", O_RDWR)
            for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(null, descriptor) }
            // Programs that an engine starts are ended with this process.
            setpgid(0, 0)
            ResourceLimit.lower(.coreBytes, to: 0)
            // An engine that is another program has its own.
            if let memory, isInProcess { _ = ForkedProcess.limitMemory(memory) }
            enterFolder(slot)
            let reply = answer(candidate, slot, isWhole)
            // What does not stay has been dropped by now.
            if reply.database == nil { board.setDatabase(slot, "") }
            _exit(DescriptorIO.writeAll(pipe.writing, (try? Array(JSONEncoder().encode(reply))) ?? []) ? 0 : 1)
        }
        close(pipe.writing)
        guard let pid else {
            close(pipe.reading)
            return nil
        }
        setpgid(pid, pid)
        return Running(pid: pid, descriptor: pipe.reading, slot: slot, began: Clock.monotonic)
    }

    /// SQL can name files: they belong to this try alone.
    private func enterFolder(_ slot: Int) {
        let own = "\(folder.path)/\(slot)"
        mkdir(own, 0o700)
        if chdir(own) == 0 { setenv("TMPDIR", own, 1) }
    }

    /// What the forked process does.
    private func answer(_ candidate: ReductionCandidate, _ slot: Int, _ isWhole: Bool) -> TrialReply {
        guard let last = candidate.records.last else { return TrialReply() }
        let (board, count) = (board, candidate.records.count)
        var engines = engines
        if !isInProcess { engines.engine = ObservedEngine(engines.engine) { board.setDatabase(slot, $0) } }
        do throws(SQLLogicTestError) {
            let lasting = isInProcess ? nil : try databases.make(for: candidate, slot)
            var done = 0
            let connections: TrialConnections
            if let kept, !isWhole, candidate.records.dropLast().starts(with: kept.records) {
                done = kept.records.count
                connections = kept.connections
            } else {
                connections = try TrialConnections(engines, on: lasting)
            }
            var trial = try Trial(connections, allowsSystem: allowsSystem, limit: recordLimit)
            var reply = TrialReply()
            reply.database = lasting?.name
            let records = candidate.records[done..<(count - 1)]
            if isWhole {
                reply.steps = trial.steps(records) { board.setRecord(slot, line: 0, record: $0) }
            } else if trial.prepare(records, onRecord: { board.setRecord(slot, line: 0, record: $0) }) != nil {
                reply.judgement = .invalid(.earlierRecord)
                return reply
            }
            board.setRecord(slot, line: 0, record: count - 1)
            let end = trial.end(last)
            reply.judgement = question?.judge(end, last.kind)
            if isWhole { reply.end = end }
            return reply
        } catch {
            return TrialReply(judgement: .invalid(.engine), error: error.message)
        }
    }

    /// Waits for what comes next.
    /// - Returns: the ends of processes that have ended, by the index of their candidate.
    private func wait(_ running: inout [Int: Running]) -> [(Int, End)] {
        let order = running.keys.sorted()
        var polled = order.map { pollfd(fd: running[$0]?.descriptor ?? -1, events: Int16(POLLIN), revents: 0) }
        let first = order.compactMap { running[$0].map { limit - Clock.seconds(since: $0.began) } }.min() ?? 0
        _ = poll(&polled, nfds_t(polled.count), Int32(max(1, min(first * 1000 + 1, 200))))
        var ends: [(Int, End)] = []
        for (index, state) in zip(order, polled) {
            guard var process = running[index] else { continue }
            var isEnded = false
            if state.revents != 0 {
                let chunk = DescriptorIO.read(process.descriptor, limit: 1 << 18) ?? []
                process.bytes += chunk
                isEnded = chunk.isEmpty
            }
            if !isEnded, Clock.seconds(since: process.began) >= limit { (process.isLate, isEnded) = (true, true) }
            // Somebody has asked to end; what runs is of no use any more.
            if !isEnded, PendingSignal.isSet { isEnded = true }
            running[index] = isEnded ? nil : process
            if isEnded { ends.append((index, end(process, others: running.values.map(\.pid)))) }
        }
        return ends
    }

    private func end(_ process: Running, others: [pid_t]) -> End {
        let record = board.record(process.slot).record
        let isWhole = !process.isLate && !process.bytes.isEmpty
        if !isWhole, process.isLate || PendingSignal.isSet { kill(process.pid, SIGKILL) }
        let termination = ProcessTermination.wait(for: process.pid)
        // What it has started.
        kill(-process.pid, SIGKILL)
        close(process.descriptor)
        // Programs in groups of their own became children of this process with its end.
        if !isInProcess { ForkedProcess.endChildren(except: Set(others)) }
        folder.empty(process.slot)
        let reply = process.isLate ? nil : try? JSONDecoder().decode(TrialReply.self, from: Data(process.bytes))
        databases.settle(process.slot, leaving: reply?.database)
        if process.isLate { return .late(record: record) }
        if let reply { return .reply(reply) }
        if case .signaled(let signal)? = termination { return .killed(signal: signal, record: record) }
        return .silent
    }
}
