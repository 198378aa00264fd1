import Platform

/// Where a record is, so that a terminal makes a link of it.
enum RecordPlace {
    /// `test/a.test:12`, or `test/a.test (test/part.slt:3)` where the record is of a script that the file includes.
    /// - Parameter limit: characters of each name.
    static func text(_ file: String, _ line: Int?, script: String?, limit: Int = 300) -> String {
        let name = SafeText.line(file, limit: limit), number = line.map { ":\($0)" } ?? ""
        return script.map { "\(name) (\(SafeText.line($0, limit: limit))\(number))" } ?? name + number
    }

    /// `line 12`, or `line 3 of test/part.slt` where the record is of another script than the one that is spoken of.
    static func line(_ line: Int, script: String?) -> String {
        "line \(line)" + (script.map { " of \(SafeText.line($0, limit: 300))" } ?? "")
    }
}
