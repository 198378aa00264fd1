/// What reading a script shows, and all that it includes. Nothing of it runs.
package struct ScriptSurvey: Sendable {
    /// How many records there are, also those of included scripts.
    package private(set) var records = 0
    /// What is wrong, in the order of the script.
    package private(set) var problems: [ScriptFinding] = []
    /// What reaches outside of the database, in the order of the script.
    package private(set) var concerns: [ScriptFinding] = []
    /// The paths of the scripts that it includes. Each is there once.
    package private(set) var inclusions: [String] = []
    /// Paths where an included script would be taken from before, and is not.
    package private(set) var missing: [String] = []
    /// Why another run of the same bytes may end otherwise; nil where nothing says so.
    package private(set) var variation: ScriptFinding?

    let folder: ScriptFolder

    /// - Parameters:
    ///   - dialect: of the script.
    ///   - workingDirectory: where relative paths of DuckDB's dialect start from; nil is the process's own.
    package init(_ script: Script, dialect: Dialect, workingDirectory: String? = nil) {
        folder = ScriptFolder(of: script.name)
        switch dialect {
        case .sqlite: read(script)
        case .rs: readRS(script)
        case .duckdb: readDuck(script, workingDirectory)
        }
    }

    // MARK: Notes

    mutating func countRecord() { records += 1 }

    mutating func add(problem message: String, line: Int, file: String? = nil) { problems.append(ScriptFinding(line: line, file: file, message)) }

    mutating func add(_ kind: ScriptFinding.Kind, _ message: String, line: Int, file: String? = nil) {
        concerns.append(ScriptFinding(line: line, file: file, kind: kind, message))
    }

    mutating func addVariation(_ message: String, line: Int, file: String? = nil) {
        if variation == nil { variation = ScriptFinding(line: line, file: file, message) }
    }

    mutating func add(sql: UnsafeBufferPointer<UInt8>, line: Int, file: String? = nil) {
        for reach in SQLReach.all(in: sql) { add(ScriptFinding.Kind(reach.kind), reach.words, line: line, file: file) }
        if variation == nil, let chance = SQLChance.first(in: sql) { addVariation("its SQL uses \(chance.words)", line: line, file: file) }
    }

    mutating func add(inclusion path: String, pattern: String, line: Int, file: String?) {
        if !inclusions.contains(path) { inclusions.append(path) }
        if folder.isLeft(by: path) { add(.outside, "includes \(path), which is not in the folder of the test file", line: line, file: file) }
        if pattern.contains(where: { "*?[".contains($0) }) { addVariation("it includes by a pattern, which other files may fit", line: line, file: file) }
    }

    mutating func add(missing paths: [String]) { missing += paths }
}

extension SQLChance {
    /// For a message.
    fileprivate var words: String {
        switch self {
        case .clock: "the clock"
        case .random: "random numbers"
        case .surroundings: "what is outside of the database"
        }
    }
}
