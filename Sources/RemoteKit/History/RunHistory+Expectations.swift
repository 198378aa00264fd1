public import Fleet
import GRDB
import Platform

extension RunHistory {
    /// Runs that are looked at.
    private static let runsOfExpectations = 10
    /// Durations of a file that are looked at.
    private static let durationsOfFile = 5

    /// What to expect of a suite's files: the median of their latest durations (of those that several ran in parts the CPU time, which is what one would take), and the latest verdict, whichever run had the file.
    /// - Returns: `nil` where nothing is known.
    public func expectations(of key: SuiteKey) throws(RemoteError) -> SuiteExpectations? {
        try asking(nil) { database in
            guard let suite = try suite(key, database) else { return nil }
            let runs = try Row.fetchAll(database, sql: "SELECT id, name FROM run WHERE suite_id = ? ORDER BY name DESC LIMIT ?", arguments: [suite, Self.runsOfExpectations])
            guard let last = runs.first else { return nil }
            var known: [Int: (hasFailed: Bool, seconds: [Double])] = [:]
            for run in runs {
                let rows = try Row.fetchCursor(database, sql: "SELECT file_id, outcome, max(duration_us, ifnull(cpu_us, 0)) FROM result WHERE run_id = ?", arguments: [run[0]])
                while let row = try rows.next() {
                    guard let outcome = Outcome(code: row[1]), outcome.isVerdict else { continue }
                    let file: Int = row[0]
                    var entry = known[file] ?? (outcome.isFailure, [])
                    if entry.seconds.count < Self.durationsOfFile { entry.seconds.append(Double(row[2] as Int) / 1e6) }
                    known[file] = entry
                }
            }
            let names = try Row.fetchCursor(database, sql: "SELECT id, path FROM file WHERE suite_id = ? ORDER BY path", arguments: [suite])
            var files: [SuiteExpectations.File] = []
            while let row = try names.next() {
                guard let entry = known[row[0]], let seconds = Median.of(entry.seconds) else { continue }
                files.append(SuiteExpectations.File(file: row[1], seconds: seconds, failed: entry.hasFailed ? true : nil))
            }
            return files.isEmpty ? nil : SuiteExpectations(lastRun: last[1], files: files)
        }
    }
}
