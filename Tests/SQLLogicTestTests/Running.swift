import SQLLogicTest

/// Runs `text` on a fresh SQLite.
func verdict(_ text: String, _ options: RunOptions = RunOptions()) throws -> FileVerdict {
    try FileRunner(options: options).run(Script(text), on: SQLiteEngine())
}

/// The report of running `text`, without the name of a file in its lines.
func report(_ text: String, _ options: RunOptions = RunOptions()) throws -> [String] {
    RunnerReport.text(try verdict(text, options), file: "t").split(separator: "\n").map(String.init)
}

/// What a query of one column shows for `expression`.
func shown(_ expression: String, as type: String) throws -> String {
    let failure = try verdict("query \(type)\nSELECT \(expression)\n----\n\u{1}\n").failures.first
    return failure?.actual ?? "nothing"
}

/// A script that expects `rows` of `query` under `header`.
func script(_ header: String, _ query: String, _ rows: [String]) -> String {
    ([header, query, "----"] + rows).joined(separator: "\n") + "\n"
}

/// Runs `text` in the dialect of sqllogictest-rs on a fresh SQLite.
func rs(_ text: String, _ change: (inout RunOptions) -> Void = { _ in }) throws -> FileVerdict {
    var options = RunOptions()
    options.dialect = .rs
    change(&options)
    return try FileRunner(options: options).run(Script(text), on: SQLiteEngine())
}

/// What the first failure of `text` says; empty when there is none.
func rsMessage(_ text: String) throws -> String { try rs(text).failures.first?.message ?? "" }
