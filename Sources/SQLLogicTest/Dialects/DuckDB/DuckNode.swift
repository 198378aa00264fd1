/// A record of a script in DuckDB's dialect, or a loop with all that it repeats.
indirect enum DuckNode {
    case record(DuckRecord)
    case loop(DuckLoop)
}

/// Where a record or a loop stands.
struct DuckPlace {
    var line: Int
    /// The script, when another one includes it.
    var file: String?
    /// The line of the script that was asked for: that of its `include`, or `line`.
    var mainLine: Int

    /// For a message.
    var shown: String { file.map { "\($0):\(line)" } ?? "line \(line)" }

    func failure(_ kind: ScriptFailure.Kind, _ message: String) -> ScriptFailure {
        var failure = ScriptFailure(kind: kind, line: line, message: message)
        failure.file = file
        (failure.recordLine, failure.category) = (line, kind.category)
        return failure
    }
}

struct DuckRecord {
    var place: DuckPlace
    /// The tokens of the header.
    var words: [String]
    var conditions: [DuckCondition]
    /// The SQL of a statement or query; empty for other records.
    var sql: String = ""
    /// The lines below `----`.
    var expected: [String] = []
    var hasSeparator = false
}

struct DuckLoop {
    var place: DuckPlace
    /// More than one for tuples.
    var names: [String]
    /// What the names stand for, round by round.
    var values: [[String]] = []
    /// In place of values, for a loop over numbers.
    var numbers: Range<Int>?
    var conditions: [DuckCondition]
    var body: [DuckNode]
    /// The word that began it.
    var directive: String
    /// Why it cannot be run, if so.
    var unsupported: String?

    var rounds: Range<Int> { 0..<(numbers?.count ?? values.count) }

    func values(inRound round: Int) -> [String] { numbers.map { [String($0.lowerBound + round)] } ?? values[round] }

    var isConcurrent: Bool { directive.hasPrefix("concurrent") }
}
