/// Why nothing is claimed: a word of the scoreboard's header. Workers go on when it is empty.
struct PauseReasons: OptionSet, Sendable {
    let rawValue: UInt64

    /// Somebody asked for it: the file `pause` exists.
    static let asked = PauseReasons(rawValue: 1)
    /// The host has less memory than its floor.
    static let memory = PauseReasons(rawValue: 2)
}
