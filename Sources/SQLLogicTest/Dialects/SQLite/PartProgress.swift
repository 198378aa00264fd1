/// How far a run of a part of a script is.
struct PartProgress {
    let part: ScriptPart
    var report = PartReport()
    /// The record that runs, from 1.
    private(set) var record = 0
    /// What the label of that record stands for, if it has one.
    var use: LabelUse?
    /// Whether labels are taken not to agree.
    var refusesLabels = false
    /// Tells which queries can be left out.
    private let connection: (any DiscerningConnection)?
    private var trail = Self.offset

    init(_ part: ScriptPart, connection: any EngineConnection) {
        self.part = part
        self.connection = connection as? any DiscerningConnection
    }

    /// Whether the record that runs is one of this part's.
    var isOwn: Bool { record > part.start }

    /// Goes on to the next record.
    /// - Returns: whether it is the first one of this part's.
    mutating func begin(_ record: Int) -> Bool {
        while report.trail.count < part.index, record > part.blocks[report.trail.count] { noteTrail() }
        let wasOwn = isOwn
        self.record = record
        use = nil
        return isOwn && !wasOwn
    }

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

    mutating func noteTrail() { report.trail.append(Int(truncatingIfNeeded: trail)) }
}
