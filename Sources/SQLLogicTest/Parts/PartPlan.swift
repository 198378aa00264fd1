/// Whether and where a script is cut into parts, told from its text and the engine alone.
package enum PartPlan: Sendable, Equatable {
    /// The number of the last record of each block; see ``ScriptPart/blocks``.
    case parts([Int])
    /// It is run as one, for this reason.
    case whole(String)

    /// - Parameters:
    ///   - count: how many parts are wanted; there may be fewer.
    ///   - engine: the engine itself, and none that wraps it.
    ///   - seconds: what the whole script is expected to take; 0 where that is not known.
    ///   - workers: how many run its statements.
    package static func make(_ script: Script, count: Int, options: RunOptions, engine: any Engine, expecting seconds: Double = 0, workers: Int = 0) -> PartPlan {
        if count < 2 { return .whole("one part is all of it") }
        if options.dialect == .duckdb { return .whole("files of the dialect \(options.dialect.rawValue) are run as one") }
        if options.haltOnError || options.records || options.lastLine != nil { return .whole("it is not run to its end") }
        guard let engine = engine as? any DiscerningEngine else { return .whole("the engine does not say what a query would do") }
        if let obstacle = engine.partsObstacle { return .whole(obstacle) }
        var survey = PartSurvey(script, options, engine: engine)
        if let obstacle = options.dialect == .rs ? survey.obstacleRS() : survey.obstacle() { return .whole(obstacle) }
        if seconds > 0, Double(survey.statements * max(0, workers - 1)) * statementSeconds > seconds * mostRepeated {
            return .whole("its \(survey.statements) statements cost too much to be run by several workers")
        }
        let blocks = blocks(survey.queries, min(count, survey.queries.count / leastQueries))
        return blocks.count < 2 ? .whole("it has too few queries that can be left out") : .parts(blocks)
    }

    /// Queries that a part must have for itself: with fewer the statements are the larger part of its work.
    private static let leastQueries = 4

    /// What a statement is taken to cost, in seconds: an INSERT of some rows.
    private static let statementSeconds = 50e-6
    /// How much of its time a script may cost in addition.
    private static let mostRepeated = 0.25

    /// Cuts after queries, so that each block has as many.
    /// - Parameter queries: the numbers of records that can be left out.
    private static func blocks(_ queries: [Int], _ count: Int) -> [Int] {
        guard count > 1 else { return [] }
        return (1...count).map { queries[$0 * queries.count / count - 1] }
    }
}
