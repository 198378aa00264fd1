/// What `slt-worker parse FILE…` does: reads files and cuts them into records, for measuring that alone.
public struct ParseCommand: Sendable {
    public var files: [String]
    /// How often each file is parsed.
    public var times = 1

    public init(files: [String]) { self.files = files }

    /// Prints the speed in GB/s, the bytes and the records.
    public func run(output: (String) -> Void) throws(SQLLogicTestError) {
        let clock = ContinuousClock()
        var (bytes, records) = (0, 0)
        var elapsed = Duration.zero
        for file in files {
            let script = try Script(path: file)
            let begin = clock.now
            for _ in 0..<times { records += Self.count(script) }
            elapsed += clock.now - begin
            bytes += script.count * times
        }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        output("\(Double(bytes) / max(seconds, 1e-9) / 1e9) GB/s, \(bytes) bytes, \(records) records\n")
    }

    private static func count(_ script: Script) -> Int {
        var parser = RecordParser(script)
        var record = Record()
        var records = 0
        while parser.next(&record) { records += 1 }
        return records
    }
}
