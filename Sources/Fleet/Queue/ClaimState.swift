/// The last claim of a file that has no result yet.
struct ClaimState: Sendable, Equatable {
    var id: Int
    var generation: Int
    /// `nil` when the claim does not say: its file was cut short by a power loss, or not by a worker of ours.
    var owner: ClaimOwner?
    /// Claims, this one included, that were not given back: the tries that count.
    var heldBefore: Int
    var heartbeat: FileTime?

    /// Whether no try is left for who takes it over.
    func isExhausted(attempts: Int) -> Bool { heldBefore >= attempts }
}
