import Glibc
import Platform

/// Everything but statements, queries and loops.
extension DuckRun {
    mutating func runDirective(_ words: [String], _ record: DuckRecord) throws(Ending) {
        func unsupported() -> Ending { .unsupported("\(record.place.shown): \(words.joined(separator: " ")) is not supported") }
        func unmet() -> Ending { .unsupported("\(record.place.shown): \(words.joined(separator: " ")) is not met") }
        switch (words[0], words.count) {
        case ("halt", 1): throw .halt(line: record.place.mainLine)
        case ("continue", 1):
            if loopNames.isEmpty { throw wrong(record, "continue can only stand within a loop") }
            throw .nextRound
        case ("tags", _): break
        case ("hash-threshold", 2):
            // It has no effect: each expected result shows whether it is a hash.
            guard Int(words[1]) != nil else { throw wrong(record, "hash-threshold needs a number") }
        case ("mode", 2...): try setMode(words, unsupported())
        case ("reset", 3) where words[1] == "label":
            guard labels.removeValue(forKey: words[2]) != nil else { throw wrong(record, "there is no label \(words[2]) to reset") }
        case ("require", 2...): if !requirements.areMet(words.dropFirst()) { throw unmet() }
        case ("require-env", 2...3):
            let value = getenv(words[1]).map { String(cString: $0) }
            guard let value, words.count == 2 || value == words[2] else { throw unmet() }
            variables[words[1]] = value
        case ("test-env", 2...): variables[words[1]] = getenv(words[1]).map { String(cString: $0) } ?? words.dropFirst(2).joined(separator: " ")
        case ("set", _): try set(words, record, unsupported())
        case ("sleep", 3): try sleep(words, record)
        case ("unzip", 2...3): try unzip(words, record)
        case ("load", 1...4), ("reconnect", 1), ("restart", 1...2):
            if isRound { throw wrong(record, "\(words[0]) cannot stand in a concurrent loop") }
            switch words[0] {
            case "load": try load(words, record, unsupported())
            case "restart": try restart(record)
            default: try reconnect(record)
            }
        default: throw wrong(record, "unknown record type: '\(words[0])'")
        }
    }

    private mutating func setMode(_ words: [String], _ unsupported: Ending) throws(Ending) {
        switch words[1] {
        case "skip": skipLevel += 1
        case "unskip": skipLevel = max(0, skipLevel - 1)
        // These print more, and change no verdict.
        case "output_result", "no_output", "debug": break
        default: throw unsupported
        }
    }

    private mutating func set(_ words: [String], _ record: DuckRecord, _ unsupported: Ending) throws(Ending) {
        switch words.dropFirst().first {
        case "ignore_error_messages":
            ignoredErrors = Self.texts(words)
        case "always_fail_error_messages": unexpectableErrors = Self.texts(words)
        case "variable" where words.count == 4 && !words[3].hasPrefix("<"): variables[words[2]] = words[3]
        case "seed" where words.count == 3 && Double(words[2]) != nil:
            if case .failed(let error) = try outcome(of: "SELECT SETSEED(\(words[2]))", on: "", record) { throw wrong(record, error.message) }
        default: throw unsupported
        }
    }

    /// `set NAME text, other text`.
    private static func texts(_ words: [String]) -> [String] {
        words.dropFirst(2).joined(separator: " ").split(separator: ",").map { Whitespace.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    private static let seconds: [String: Double] = {
        var table: [String: Double] = [:]
        for (names, value) in [("second sec", 1.0), ("millisecond milli", 1e-3), ("microsecond micro", 1e-6), ("nanosecond nano", 1e-9)] {
            for name in names.split(separator: " ") { (table["\(name)"], table["\(name)s"]) = (value, value) }
        }
        return table
    }()

    private func sleep(_ words: [String], _ record: DuckRecord) throws(Ending) {
        guard let units = Double(words[1]), let unit = Self.seconds[words[2]], units >= 0 else {
            throw wrong(record, "sleep needs a number and a unit")
        }
        Clock.pauseThread(units * unit)
    }

    /// `unzip FILE.gz [TARGET]`: by the machine's gzip.
    private func unzip(_ words: [String], _ record: DuckRecord) throws(Ending) {
        if !options.allowsSystem { throw wrong(record, Refusal.message("unzip, which starts a program,")) }
        let source = absolute(words[1])
        let name = source.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard name.hasSuffix(".gz") else { throw wrong(record, "unzip needs a file with the ending .gz") }
        do {
            let target = words.count == 3 && words[2] != "NULL" ? absolute(words[2]) : "\(try testFolder.path())/\(name.dropLast(3))"
            let command = "exec gzip -dc -- \(ShellWord.quoted(source)) > \(ShellWord.quoted(target))"
            let end = try ShellCommand(Array(command.utf8)).wait()
            if end != .exited(0) { throw wrong(record, "cannot unzip \(words[1]): gzip ended with \(end?.shown ?? "an unknown exit code")") }
        } catch let ending as Ending {
            throw ending
        } catch let failure as ShellCommand.Failure {
            throw wrong(record, "cannot unzip \(words[1]): \(failure.message)")
        } catch {
            throw wrong(record, "cannot unzip \(words[1]): \(error)")
        }
    }

    /// Paths in scripts are relative to where the runner was started.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") || options.workingDirectory == nil ? path : "\(options.workingDirectory ?? "")/\(path)"
    }
}
