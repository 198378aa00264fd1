import Glibc
import Platform

/// Brings a run directory into order before a supervisor goes on with it: whatever was killed, and whenever, each file
/// afterwards has its result, or a claim that anyone may take, or lies beyond the cursor.
struct Reconciliation {
    let directory: RunDirectory
    let board: Scoreboard
    let manifest: Manifest
    private let positions: Positions
    private var layout: RunLayout { directory.layout }

    init(_ directory: RunDirectory, _ board: Scoreboard, _ manifest: Manifest) {
        self.directory = directory
        self.board = board
        self.manifest = manifest
        positions = Positions(manifest, directory.spec)
    }

    /// - Parameter everywhere: whether nobody works on any other host, either.
    /// - Returns: where the records of finished files are, and how many iterations were announced.
    func run(_ events: inout EventLog, _ table: ClaimTable, _ ledger: inout Ledger, everywhere: Bool = false) throws(FleetError) -> (RecordIndex, iterations: Int) {
        try endLeftovers()
        try removeLeftovers()
        try endPause()
        let known = try events.announced(positions)
        let index = try recount(&events, &ledger, known.files)
        try freeClaims(table, index, everywhere)
        return (index, known.iterations)
    }

    /// The same of a run that goes on elsewhere meanwhile: only reads what has been published, and announces what was not.
    func look(_ events: inout EventLog, _ ledger: inout Ledger) throws(FleetError) -> (RecordIndex, iterations: Int) {
        let known = try events.announced(positions)
        let tally = board.supervisor.tally
        let index = try recount(&events, &ledger, known.files, isLive: true)
        // It counts what was published here. The others count for themselves.
        board.supervisor.setTally(tally)
        return (index, known.iterations)
    }

    /// Workers of a dead supervisor that did not leave, known by pid and start time, with their groups.
    private func endLeftovers() throws(FleetError) {
        var left: [(pid: Int32, start: UInt64)] = []
        for slot in (0..<board.workers).map(board.worker) where slot.pid != 0 { left += [(slot.pid, slot.startTime), slot.program] }
        left = left.filter { $0.pid > 1 && ProcessIdentity.isAlive(pid: $0.pid, startTime: $0.start) }
        for process in left { kill(-process.pid, SIGKILL) }
        let began = Clock.monotonic
        while let process = left.first(where: { ProcessIdentity.isAlive(pid: $0.pid, startTime: $0.start) }) {
            guard Clock.seconds(since: began) < 5 else {
                throw FleetError(.startFailed, "cannot resume the run: process \(process.pid) of its last fleet does not end", isRetryable: true)
            }
            Clock.pauseThread(0.01)
        }
    }

    private func removeLeftovers() throws(FleetError) {
        for folder in [layout.temporary, layout.work, layout.feed] {
            for name in try folder.names() { (folder / name).removeTree() }
        }
        // They may be of other sources, or of another engine.
        layout.parts.removeTree()
        layout.nodes.removeTree()
        for path in [layout.summary, layout.records, layout.iterations, layout.stop, layout.began, layout.cluster] where !path.unlink() { throw .system("remove \(path.text)") }
    }

    /// A pause of an older fleet is over; one that was asked for before the first start holds.
    private func endPause() throws(FleetError) {
        if board[.firstStartedAt] != 0, !layout.pause.unlink() { throw .system("remove \(layout.pause.text)") }
    }

    /// Counts what has been published from the results themselves. One that is not whole was lost with the power and
    /// does not count; one without an event gets it.
    /// - Parameter isLive: results may be on their way still.
    private func recount(_ events: inout EventLog, _ ledger: inout Ledger, _ known: Set<Int>, isLive: Bool = false) throws(FleetError) -> RecordIndex {
        let results = Results(layout: layout)
        var index = RecordIndex(count: manifest.count, grows: positions.startsOver)
        var tally = Tally()
        for id in try results.ids() {
            guard let line = try results.recordLine(id),
                  let record = try? JSON.decode(FileRecord.self, line, layout.result(id)), positions.position(of: record) == id,
                  index.add(id, .result) else {
                if !isLive { layout.result(id).unlink() }
                continue
            }
            tally.add(record)
            ledger.add(id, record.outcome, isFlaky: record.flaky == true, at: record.finishedAt)
            if !known.contains(id) { try events.append(EventLine.finished(record.brief.json, at: record.finishedAt)) }
        }
        try index.add(KnownRecords(directory.layout), announced: known, &tally, &ledger, &events)
        for slot in (0..<board.workers).map(board.worker) where slot.state != .empty || slot.tally.files > 0 { slot.clear() }
        board.supervisor.clear()
        board.supervisor.setTally(tally)
        return index
    }

    /// Nobody works now, so no claim of this host is held. A try that ended with its supervisor does not count.
    private func freeClaims(_ table: ClaimTable, _ index: RecordIndex, _ everywhere: Bool) throws(FleetError) {
        var claimed: Set<Int> = []
        for state in try table.list() {
            if index[state.id] != nil || !positions.isRunnable(state.id) {
                table.remove(id: state.id, upTo: state.generation)
                continue
            }
            claimed.insert(state.id)
            if everywhere || state.owner?.process.life != .unknown { try table.free(id: state.id, generation: state.generation) }
        }
        for id in 0..<min(try Cursor.position(layout.cursor), positions.end) where index[id] == nil && positions.isRunnable(id) && !claimed.contains(id) {
            try table.free(id: id, generation: 1)
        }
    }
}
