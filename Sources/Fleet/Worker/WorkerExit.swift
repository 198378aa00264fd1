/// Exit codes of a worker that its supervisor understands (sysexits(3) where they have a name there).
enum WorkerExit {
    /// The disk or the run directory cannot be used.
    static let ioFailure: Int32 = 74
    /// It was asked to leave, and gave its claim back.
    static let gaveBack: Int32 = 75
    /// The engine cannot be used.
    static let noEngine: Int32 = 76
}
