/// How far a run of some blocks of a script is.
struct PartProgress {
    private let run: BlockRun
    private var report = PartReport()
    /// The block that runs, from 0.
    private var block = -1
    /// Whether it is this run's.
    private(set) var isOwn = false
    /// The record that runs, from 1.
    private(set) var record = 0
    /// What the label of that record stands for, if it has one.
    var use: LabelUse?
    /// Whether labels are taken not to agree.
    var refusesLabels = false
    /// Tells which queries can be left out.
    private let connection: (any DiscerningConnection)?
    private var trail = Self.offset

    init(_ run: BlockRun, connection: any EngineConnection) {
        self.run = run
        self.connection = connection as? any DiscerningConnection
    }

    /// Goes on to the next record.
    /// - Parameter verdict: on the block so far; emptied where another begins.
    /// - Returns: whether there is anything left to do.
    mutating func begin(_ record: Int, _ verdict: inout FileVerdict) -> Bool {
        self.record = record
        use = nil
        while block < 0 || record > run.end(of: block) {
            end(verdict)
            block += 1
            let turn = run.turn(block)
            isOwn = turn == .own
            verdict = FileVerdict()
            if turn == .over { return false }
        }
        return true
    }

    /// Ends the block that runs.
    mutating func end(_ verdict: FileVerdict) {
        guard block >= 0 else { return }
        report.trail.append(Int(truncatingIfNeeded: trail))
        if isOwn { run.deliver(block, verdict, report) }
        report.labels = []
    }

    mutating func closeLabel(_ use: LabelUse) { report.labels.append(use) }

    func canLeaveOut(_ sql: UnsafeBufferPointer<UInt8>) -> Bool { !isOwn && connection?.isHarmless(sql) ?? false }

    // MARK: The trail

    /// FNV-1a (<https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>).
    private static let offset: UInt64 = 0xCBF2_9CE4_8422_2325, prime: UInt64 = 0x100_0000_01B3

    /// Notes how a statement went.
    mutating func note(_ failure: EngineFailure?) {
        mix(failure == nil ? 0 : 1)
        if let failure { for byte in failure.message.utf8 { mix(byte) } }
    }

    private mutating func mix(_ byte: UInt8) { trail = (trail ^ UInt64(byte)) &* Self.prime }
}
