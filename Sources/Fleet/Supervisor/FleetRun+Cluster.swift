import Glibc
import Platform

/// A run whose workers are on a cluster. Its elements need nobody: they take files, give them back, take over what others lost, and see by themselves that
/// a stop was asked for or that all is done. This process hands them over, copies what they announce into the events of the run, and ends the run.
extension FleetRun {
    /// Seconds between two questions to Slurm, and while the run is at its end.
    private static let pause = 15.0, pauseAtEnd = 1.0, pauseAfterChange = 2.0

    /// Hands the run over, or finds the jobs that it was handed to.
    mutating func handOver() throws(FleetError) {
        guard case .cluster(let isNew) = role else { return }
        if isNew, !isComplete {
            try cluster?.jobs.preflight()
            try cluster?.jobs.begin()
            try handle(.workersRequested(directory.workersRequest ?? core.wanted))
            try cluster?.jobs.submit(workers: core.wanted)
        } else {
            try? cluster?.jobs.submitNoted(lookingFirst: true)
        }
    }

    mutating func turnOfCluster() throws(FleetError) {
        try readElements()
        try announceIterations()
        let now = Clock.monotonic
        if let request = directory.stopRequest { try handle(.stopRequested(request, now: now)) }
        try handle(.timePassed(seconds: budgetUsed, now: now, isComplete: isComplete))
        try handle(.pauseRequested(directory.isPauseRequested))
        let before = core.wanted
        try handle(.workersRequested(directory.workersRequest ?? core.wanted))
        if core.wanted != before { try resizeCluster() }
        let nodes = NodeFolder.all(layout, known: cluster?.nodes ?? [])
        cluster?.nodes = nodes
        if sampler.isDue { try sampleCluster(nodes) }
        if cluster?.isAsked == true { throw FleetError(.system, "the supervisor of run \(spec.id) was asked to leave; its jobs go on", isRetryable: true) }
        let atWork = nodes.count(where: \.isAtWork), isAtWork = atWork > 0
        let isEnding = isComplete || core.phase != .running
        // What Slurm said before an element began or left is old.
        let isChanged = cluster?.atWork != atWork
        let isOver = !isAtWork && cluster?.jobs.isOver == true
        let pause = isEnding || isOver ? Self.pauseAtEnd : isChanged ? Self.pauseAfterChange : Self.pause
        if try cluster?.jobs.look(pause: pause) == true { cluster?.atWork = atWork }
        if isEnding { try endCluster(isAtWork, now) } else { try watchCluster(nodes, isAtWork) }
    }

    // MARK: news

    /// Copies what the elements announce.
    private mutating func readElements() throws(FleetError) {
        var lines: [UInt8] = []
        for name in (try? layout.nodes.names()) ?? [] {
            let folder = String(decoding: name, as: UTF8.self)
            guard let file = File(ifPossible: layout.node(folder).events, O_RDONLY) else { continue }
            var offset = cluster?.read[folder] ?? 0
            while case let piece = try file.lines(1 << 20, at: offset, longest: RunEvent.longest), !piece.isEmpty {
                for line in piece.split(separator: UInt8(ascii: "\n")) { take(line, &lines) }
                offset += piece.count
            }
            cluster?.read[folder] = offset
        }
        if !lines.isEmpty { try events.append(lines) }
    }

    private mutating func take(_ line: ArraySlice<UInt8>, _ lines: inout [UInt8]) {
        guard let head = EventLine.finishedRecord(line) else {
            // Of what else they tell, people want to hear what went wrong; what a supervisor before this one has read is in the events.
            guard let event = try? JSON.decode(RunEvent.self, Array(line), layout.events), event.kind == .workerDied, event.time >= startedAt else { return }
            return lines += Array(line) + [UInt8(ascii: "\n")]
        }
        let position = positions.position(head.id, iteration: head.iteration)
        guard index.add(position, .result) else { return }
        var isFlaky = false
        if RecordLine.mayBeFlaky(Array(line)) { isFlaky = (try? JSON.decode(RunEvent.self, Array(line), layout.events))?.record?.flaky == true }
        ledger.add(position, head.outcome, isFlaky: isFlaky, at: Clock.now)
        lines += Array(line) + [UInt8(ascii: "\n")]
    }

    /// Looks through all results: what an element published as it died was announced by nobody.
    mutating func countResults() throws(FleetError) {
        cluster?.countedAt = Clock.monotonic
        for position in try Results(layout: layout).ids() where index[position] == nil && positions.hasRecord(position) {
            // One that is not whole is on its way, or was lost with a disk.
            guard let record = try directory.record(at: position), positions.position(of: record) == position, index.add(position, .result) else { continue }
            ledger.add(position, record.outcome, isFlaky: record.flaky == true, at: record.finishedAt)
            try events.append(EventLine.finished(record.brief.json, at: record.finishedAt))
        }
    }

    /// A sample of the cores that the run has: those of each element by what its workers use.
    private mutating func sampleCluster(_ nodes: [NodeFolder]) throws(FleetError) {
        var cores: [Double] = []
        var workers: [FleetSample.WorkerSample] = []
        for node in nodes where node.isAtWork {
            guard let board = try? ScoreboardReading(node.layout.scoreboard) else { continue }
            let live = Array(board.slots.enumerated().dropFirst().filter { $0.element.state != .empty && $0.element.state != .left })
            let used = live.reduce(0) { $0 + $1.element.cpu } / Double(max(1, node.note.workers))
            cores += Array(repeating: min(1, used), count: node.note.workers)
            workers += live.map { FleetSample.WorkerSample(slot: node.note.firstWorker + $0.offset - 1, isRunning: $0.element.state == .running, cpu: $0.element.cpu, rss: $0.element.resident) }
        }
        sampler.sample(board, cores: cores, workers, queued: try queued, done: index.present)
    }

    // MARK: the jobs

    /// The elements are at work, or wait.
    private mutating func watchCluster(_ nodes: [NodeFolder], _ isAtWork: Bool) throws(FleetError) {
        guard let state = cluster else { return }
        if !state.jobs.isAllSubmitted { try? cluster?.jobs.submitNoted(lookingFirst: true) }
        let isQueueEmpty = try queued == 0
        guard !isAtWork || isQueueEmpty, Clock.seconds(since: state.countedAt) >= Self.pauseAtEnd else { return }
        try countResults()
        guard !isComplete, !isAtWork, state.jobs.isOver else { return }
        let left = manifest.count - index.present
        let last = nodes.last { $0.summary?.error != nil }
        let why = last?.summary?.error.map { ": \($0) (on \(last?.note.host ?? ""))" } ?? "; see \(layout.logs.text), and what Slurm says of jobs \(state.jobs.jobs.jobs.joined(separator: ", "))"
        try handle(.broken("the jobs have ended, and \(Human.count(left, "file")) are left\(why)", last?.summary?.obstacle))
    }

    /// Waits for the elements to leave, and ends those that do not.
    private mutating func endCluster(_ isAtWork: Bool, _ now: UInt64) throws(FleetError) {
        guard let state = cluster else { return }
        guard let since = state.endsSince else {
            cluster?.endsSince = now
            state.jobs.cancelWaiting()
            if !isComplete { state.jobs.wake() }
            return
        }
        let isOver = state.jobs.isOver
        if !isAtWork && (isOver || isComplete || state.isCancelled) { return isFinished = true }
        let patience = core.phase == .ending(.stopped) ? 1 : spec.graceSeconds + 5
        if !state.isCancelled, Clock.seconds(since: since) > patience {
            cluster?.isCancelled = true
            state.jobs.cancelAll()
        }
        // A machine that cannot be reached may hold its lock for ever; Slurm knows better, and else nobody does.
        if isOver || Clock.seconds(since: since) > patience + 60 { isFinished = true }
    }

    /// More workers are another array on the same queue. Fewer are elements that leave, the latest first; they are whole ones.
    private mutating func resizeCluster() throws(FleetError) {
        guard var jobs = cluster?.jobs, let slurm = spec.slurm else { return }
        defer { cluster?.jobs = jobs }
        var present: [(element: Int, workers: Int)] = []
        for array in jobs.jobs.present {
            for task in 0..<array.count where !layout.leave(array.first + task).exists { present.append((array.first + task, min(slurm.cores, array.workers - task * slurm.cores))) }
        }
        var count = present.reduce(0) { $0 + $1.workers }
        if count < core.wanted { return try jobs.submit(workers: core.wanted - count) }
        var leaving: [Int] = []
        for (element, workers) in present.reversed() where count - workers >= core.wanted {
            try layout.leave(element).replace(with: [])
            leaving.append(element)
            count -= workers
        }
        jobs.cancelWaiting(elements: leaving)
    }

    // MARK: the end

    /// From here on the run directory is this process's alone: slot 0 counts all that was published.
    mutating func seal() throws(FleetError) {
        if layout.nodes.exists { try? readElements() }
        try countResults()
        var source = RecordSource(layout: layout, index: index, positions: positions), tally = Tally()
        for position in 0..<index.end { if let (_, counts) = try source.line(position) { tally += counts } }
        board[.sealed] = 1
        board.supervisor.setTally(tally)
    }
}
