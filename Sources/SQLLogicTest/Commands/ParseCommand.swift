import Glibc

/// What `slt-worker parse FILE…` does: reads files and cuts them into records, for measuring that alone.
public struct ParseCommand: Sendable {
    public var files: [String]
    /// How often each file is parsed.
    public var times = 1

    public init(files: [String]) { self.files = files }

    /// Prints the speed in GB a CPU second, the bytes and the records.
    public func run(output: (String) -> Void) throws(SQLLogicTestError) {
        var (bytes, records) = (0, 0)
        var seconds = 0.0
        for file in files {
            let script = try Script(path: file)
            let begin = Self.time
            for _ in 0..<times { records += Self.count(script) }
            seconds += Self.time - begin
            bytes += script.count * times
        }
        output("\(Double(bytes) / max(seconds, 1e-9) / 1e9) GB/s, \(bytes) bytes, \(records) records\n")
    }

    /// CPU seconds of this thread.
    private static var time: Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    private static func count(_ script: Script) -> Int {
        var parser = RecordParser(script)
        var record = Record()
        var records = 0
        while parser.next(&record) { records += 1 }
        return records
    }
}
