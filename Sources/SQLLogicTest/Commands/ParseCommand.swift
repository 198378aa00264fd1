import Platform

/// Reads files and cuts them into records, to measure that alone.
package struct ParseCommand: Sendable {
    package var files: [String]
    /// How often each file is parsed.
    package var times = 1

    package init(files: [String]) { self.files = files }

    /// Prints the speed in GB a CPU second, the bytes and the records.
    package func run(output: (String) -> Void) throws(SQLLogicTestError) {
        var (bytes, records) = (0, 0)
        var seconds = 0.0
        for file in files {
            let script = try Script(path: file)
            let begin = Clock.threadCPU
            for _ in 0..<times { records += Self.count(script) }
            seconds += Clock.threadCPU - begin
            bytes += script.count * times
        }
        output("\(Double(bytes) / max(seconds, 1e-9) / 1e9) GB/s, \(bytes) bytes, \(records) records\n")
    }

    private static func count(_ script: Script) -> Int {
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var records = 0
        while parser.next(&record) { records += 1 }
        return records
    }
}
