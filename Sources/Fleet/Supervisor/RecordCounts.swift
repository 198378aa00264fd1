/// The head of a record's line, whose keys stand in the order in which they are written.
struct RecordCounts {
    var id: Int
    var iteration: Int?
    var tally: Tally
    /// The name as it is written in JSON.
    var file: ArraySlice<UInt8>
    var outcome: Outcome
    /// Seconds.
    var duration: Double

    /// Reads `{"id":1,"file":"…","outcome":"…","tests":1,"skipped":1,"errors":1,` without decoding the rest.
    init?(line: [UInt8]) { self.init(line: line[...]) }

    init?(line: ArraySlice<UInt8>) {
        var rest = line
        guard let id = RecordCounts.number("{\"id\":", &rest) else { return nil }
        iteration = RecordCounts.number(",\"iteration\":", &rest)
        guard RecordCounts.take(",\"file\":\"", &rest) else { return nil }
        file = rest
        // The file's name ends at the first quote that is not escaped.
        while let byte = rest.first, byte != UInt8(ascii: "\"") { rest = rest.dropFirst(byte == UInt8(ascii: "\\") ? 2 : 1) }
        file = file[..<rest.startIndex]
        guard RecordCounts.take("\",\"outcome\":\"", &rest) else { return nil }
        let word = rest.prefix { $0 != UInt8(ascii: "\"") }
        guard let outcome = Outcome(rawValue: String(decoding: word, as: UTF8.self)) else { return nil }
        rest = rest.dropFirst(word.count + 1)
        guard let tests = RecordCounts.number(",\"tests\":", &rest), let skipped = RecordCounts.number(",\"skipped\":", &rest),
              let errors = RecordCounts.number(",\"errors\":", &rest) else { return nil }
        self.id = id
        self.outcome = outcome
        let digits = RecordCounts.take(",\"duration\":", &rest) ? rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") } : []
        duration = Double(String(decoding: digits, as: UTF8.self)) ?? 0
        tally = Tally()
        tally.outcomes[outcome] = 1
        tally.tests = tests
        tally.skippedRecords = skipped
        tally.errors = errors
    }

    private static func take(_ text: StaticString, _ rest: inout ArraySlice<UInt8>) -> Bool {
        let matches = text.withUTF8Buffer { rest.starts(with: $0) }
        if matches { rest = rest.dropFirst(text.utf8CodeUnitCount) }
        return matches
    }

    private static func number(_ key: StaticString, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard take(key, &rest) else { return nil }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        return decimal(digits).flatMap { Int(exactly: $0) }
    }
}
