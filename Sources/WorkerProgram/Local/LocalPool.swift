import FoundationEssentials
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// Runs files in processes of their own, forked from this one, which ends those that take too long or too much and says
/// how far they came. A process serves many files, one at a time; one that has died is replaced.
struct LocalPool: FilePool {
    var work: FileWork
    let jobs: Int
    /// Seconds that a file may take.
    var fileTimeout: Double?
    /// Bytes that a worker may have.
    var memory: Int?
    /// Whether the engine's memory is this program's own, so that the system can refuse it; otherwise it is watched.
    var isInProcess = true
    /// Whether results have the rows of failures, which only texts of reports are made of otherwise.
    var tellsRows = false
    /// Says more about failures, where that is wanted.
    var explainer: LocalExplainer?

    /// Why a process could not be started, if one could not: its file is told as lost, and was not run.
    private(set) var startFailure: String?

    private var slots: [LocalSlot] = []
    private var files: [String] = []
    /// What is run of each file; nil is all of it. Empty where all are run whole.
    var parts: [ScriptPart?] = []
    /// Where files are at work; nil where there can be none.
    private var folder: String?
    private let board: LocalBoard

    /// - Throws: when the system refuses memory.
    init(_ work: FileWork, jobs: Int) throws(SQLLogicTestError) {
        guard let board = LocalBoard(slots: jobs) else {
            throw SQLLogicTestError(.engine, "cannot share memory with workers: \(ErrorText.of())")
        }
        self.work = work
        self.jobs = jobs
        self.board = board
    }

    mutating func run(_ files: [String], failFast: Bool, onResult: (FileResult) -> Void) {
        self.files = files
        var queue = ResultQueue(costs: jobs > 1 ? files.map { ScriptCost.estimate($0) } : files.map { _ in 0 }, failFast: failFast)
        folder = PrivateFolder.make("slt-run-")
        if folder == nil { startFailure = "cannot make a folder in \(PrivateFolder.parent): \(ErrorText.of())" }
        PendingSignal.watch()
        ForkedProcess.adoptOrphans()
        for number in 0..<min(jobs, files.count) { start(number, &queue, onResult) }
        // Nobody is there to run the rest.
        while slots.isEmpty, let failure = startFailure, let index = queue.dequeue() { lose(index, failure, &queue, onResult) }
        while slots.contains(where: { $0.file != nil }), !PendingSignal.isSet {
            turn(&queue, onResult)
        }
        if PendingSignal.isSet { collect(&queue, onResult) }
        end()
    }

    /// Collects the results that have come by now, when no more are waited for.
    private mutating func collect(_ queue: inout ResultQueue, _ onResult: (FileResult) -> Void) {
        queue.stop()
        for index in slots.indices where slots[index].file != nil {
            while slots[index].hasMore, slots[index].receive() {}
            settle(index, &queue, onResult)
            // One that is still being explained.
            if let file = slots[index].file, let result = slots[index].result { queue.add(result, at: file, deliver: onResult) }
        }
        queue.finish(deliver: onResult)
    }

    // MARK: Workers

    private mutating func start(_ number: Int, _ queue: inout ResultQueue, _ onResult: (FileResult) -> Void) {
        guard let folder, let index = queue.dequeue() else { return }
        guard var slot = fork(number, folder) else {
            let failure = "cannot start a process: \(ErrorText.of())"
            startFailure = failure
            return lose(index, failure, &queue, onResult)
        }
        slot.give(index, now: Clock.monotonicSeconds)
        slots.append(slot)
    }

    private func lose(_ index: Int, _ why: String, _ queue: inout ResultQueue, _ onResult: (FileResult) -> Void) {
        queue.add(FileResult(file: files[index], verdict: .lost(.crashed, line: 0, message: why), seconds: 0), at: index, deliver: onResult)
    }

    private func fork(_ number: Int, _ folder: String) -> LocalSlot? {
        var made: [(reading: Int32, writing: Int32)] = []
        while made.count < 3, let pipe = DescriptorIO.pipe() { made.append(pipe) }
        func closeAll() { for pipe in made { for end in [pipe.reading, pipe.writing] { close(end) } } }
        guard made.count == 3 else {
            closeAll()
            return nil
        }
        let (requests, replies, errors) = (made[0], made[1], made[2])
        let worker = LocalWorker(work: work, files: files, parts: parts, slot: number, board: board, folder: folder, requests: requests.reading,
                                 replies: replies.writing, memory: isInProcess ? memory : nil, tellsRows: tellsRows, explainer: explainer)
        let others = slots
        let pid = ForkedProcess.start {
            // Another worker's pipe must end with that worker.
            for slot in others { slot.close() }
            for end in [requests.writing, replies.reading, errors.reading] { close(end) }
            dup2(errors.writing, 2)
            worker.run()
        }
        guard let pid else {
            closeAll()
            return nil
        }
        for end in [requests.reading, replies.writing, errors.writing] { close(end) }
        return LocalSlot(number: number, pid: pid, requests: requests.writing, replies: replies.reading, errors: errors.reading)
    }

    /// Waits for something to happen, and deals with it.
    private mutating func turn(_ queue: inout ResultQueue, _ onResult: (FileResult) -> Void) {
        var waiting = slots.flatMap { slot in
            [pollfd(fd: slot.replies, events: Int16(POLLIN), revents: 0), pollfd(fd: slot.errors, events: Int16(POLLIN), revents: 0)]
        }
        // Workers in the same process group get the signal too: how they end is no result then.
        guard poll(&waiting, nfds_t(waiting.count), Int32(patience * 1000) + 1) >= 0, !PendingSignal.isSet else { return }
        for index in slots.indices.reversed() {
            if waiting[2 * index + 1].revents != 0 { slots[index].passErrors() }
            if waiting[2 * index].revents != 0, !slots[index].receive() {
                handleEnd(index, &queue, onResult)
            } else {
                settle(index, &queue, onResult)
            }
        }
        for slot in slots.indices where slots[slot].isRunning && !slots[slot].isReplying { limit(slot) }
    }

    /// Takes what a worker has said of its file.
    private mutating func settle(_ index: Int, _ queue: inout ResultQueue, _ onResult: (FileResult) -> Void) {
        while let reply = slots[index].nextReply() {
            slots[index].result = reply.result
            guard reply.isLast else {
                queue.note(reply.result)
                continue
            }
            if let file = slots[index].file { queue.add(reply.result, at: file, deliver: onResult) }
            slots[index].file = nil
            if let next = queue.dequeue() { slots[index].give(next, now: Clock.monotonicSeconds) }
        }
    }

    // MARK: Limits

    /// How often memory is looked at, in seconds.
    private static let interval = 0.1

    /// How long nothing has to be done unless something comes, in seconds.
    private var patience: Double {
        var least = 1.0
        if memory != nil, !isInProcess { least = Self.interval }
        guard let fileTimeout else { return least }
        for slot in slots where slot.isRunning { least = min(least, max(0, slot.began + fileTimeout - Clock.monotonicSeconds)) }
        return least
    }

    private mutating func limit(_ index: Int) {
        let slot = slots[index]
        if let fileTimeout, Clock.monotonicSeconds - slot.began >= fileTimeout {
            slots[index].ending = .timeout
        } else if let memory, !isInProcess, ProcessTree(of: slot.pid, startTime: slot.startTime).resident > memory {
            slots[index].ending = .outOfMemory
        }
        if slots[index].ending != nil { kill(slot.pid, SIGKILL) }
    }

    /// Says how a worker's file ended, if the worker has not said it itself, and starts another worker.
    private mutating func handleEnd(_ index: Int, _ queue: inout ResultQueue, _ onResult: (FileResult) -> Void) {
        var slot = slots.remove(at: index)
        let status = clear(&slot)
        guard let file = slot.file else { return }
        queue.add(slot.result ?? lost(slot, status, file), at: file, deliver: onResult)
        start(slot.number, &queue, onResult)
    }

    private func lost(_ slot: LocalSlot, _ status: TerminationStatus, _ file: Int) -> FileResult {
        let (line, record) = board.record(slot.number)
        let place = line > 0 ? " at line \(line), record \(record)" : " before its first record"
        let (reason, message) = judge(slot, status)
        return FileResult(file: files[file], verdict: .lost(reason, line: line, message: message + place), seconds: Clock.monotonicSeconds - slot.began)
    }

    private func judge(_ slot: LocalSlot, _ status: TerminationStatus) -> (FileVerdict.StopReason, String) {
        switch slot.ending {
        case .timeout: return (.timeout, "timeout: ended after \(Self.shown(fileTimeout ?? 0)) s")
        case .outOfMemory: return (.outOfMemory, "out of memory: it took more than \((memory ?? 0) >> 20) MB")
        default: break
        }
        var evidence = TerminationCause.Evidence()
        evidence.limit = isInProcess ? memory : nil
        evidence.base = slot.base
        evidence.output = slot.lastOutput
        return TerminationCause(status, evidence).isOutOfMemory ? (.outOfMemory, "out of memory: \(status.words)") : (.crashed, "crashed: \(status.words)")
    }

    private static func shown(_ seconds: Double) -> String { seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds) }

    /// Takes away all that a worker leaves behind.
    private func clear(_ slot: inout LocalSlot) -> TerminationStatus {
        let status = ForkedProcess.wait(for: slot.pid, killsBefore: slot.memoryKills)
        ForkedProcess.endChildren(except: Set(slots.map(\.pid)))
        // All that could write to it have ended.
        _ = fcntl(slot.errors, F_SETFL, O_NONBLOCK)
        slot.passErrors()
        slot.close()
        let database = board.database(slot.number)
        if !database.isEmpty { work.engine.discard(database: database) }
        board.setDatabase(slot.number, "")
        if let folder { try? FileManager.default.removeItem(atPath: "\(folder)/\(slot.number)") }
        return status
    }

    /// Lets idle workers go, ends others, and leaves nothing behind.
    private mutating func end() {
        while var slot = slots.popLast() {
            if slot.file != nil { kill(slot.pid, SIGKILL) }
            close(slot.requests)
            _ = clear(&slot)
        }
        if let folder, rmdir(folder) != 0 { try? FileManager.default.removeItem(atPath: folder) }
    }
}
