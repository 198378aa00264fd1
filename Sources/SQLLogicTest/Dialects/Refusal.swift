/// What a script is told that may not reach outside of its database; see ``RunOptions/allowsSystem``.
enum Refusal {
    /// - Parameter what: `a system record`, `ATTACH`.
    static func message(_ what: String) -> String { "refused: \(what) is not allowed in this run" }

    static func message(outside path: String) -> String { message("\(path), which is not in the folder of the test file,") }
}

extension RunOptions {
    /// Why SQL is not run, if so.
    @inline(__always)
    func refusal(of sql: UnsafeBufferPointer<UInt8>) -> String? {
        if allowsSystem { return nil }
        return SQLReach.all(in: sql).first.map { Refusal.message($0.words) }
    }
}
