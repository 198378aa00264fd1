import Platform

/// Where a record is, so that a terminal makes a link of it.
enum RecordPlace {
    /// `test/a.test:12`, or `test/a.test (test/part.slt:3)` where the record is of a script that the file includes.
    static func text(_ file: String, _ line: Int?, script: String?) -> String {
        let name = SafeText.line(file, limit: 300), number = line.map { ":\($0)" } ?? ""
        return script.map { "\(name) (\(SafeText.line($0, limit: 300))\(number))" } ?? name + number
    }
}
