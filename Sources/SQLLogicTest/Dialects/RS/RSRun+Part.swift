/// The run of some blocks of a script.
extension RSRun {
    /// Runs some blocks of the script only.
    mutating func run(_ script: Script, _ blocks: BlockRun) throws(SQLLogicTestError) {
        division = PartProgress(blocks, connection: try connection(""))
        try runAll(script)
        division?.end(verdict)
    }

    /// Whether another run tells of a query that changes nothing.
    func canLeaveOut(_ text: [UInt8]) -> Bool {
        guard let division, !division.isOwn else { return false }
        return (text + [0]).withUnsafeBufferPointer { division.canLeaveOut(UnsafeBufferPointer(rebasing: $0.dropLast())) }
    }

    /// Notes how a statement went.
    mutating func noteStatement(_ outcome: Result<Int, EngineFailure>) {
        if case .failure(let error) = outcome { division?.note(error) } else { division?.note(nil) }
    }
}
