/// Writes JSON objects as bytes, for records: they are written for every file, and a general encoder would cost more
/// than claiming does.
struct ByteJSON {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    mutating func add(_ key: StaticString, _ value: Int) {
        begin(key)
        bytes += Array(String(value).utf8)
    }

    /// Seconds, to the microsecond.
    mutating func add(_ key: StaticString, _ value: Double) {
        begin(key)
        let rounded = value.isFinite && abs(value) < 1e15 ? (value * 1e6).rounded() / 1e6 : 0
        bytes += Array(String(rounded).utf8)
    }

    mutating func add(_ key: StaticString, _ value: String) {
        begin(key)
        append(value)
    }

    mutating func add(_ key: StaticString, raw: [UInt8]) {
        begin(key)
        bytes += raw
    }

    /// The finished object.
    consuming func end() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// `text` as it stands between the quotes of a string.
    static func escaped(_ text: String) -> [UInt8] {
        var json = ByteJSON(capacity: text.utf8.count + 8)
        json.bytes.removeAll(keepingCapacity: true)
        json.append(text)
        return Array(json.bytes.dropFirst().dropLast())
    }

    private mutating func begin(_ key: StaticString) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ text: String) {
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension FileRecord {
    /// One line of JSON as `Codable` reads it, without a newline.
    var json: [UInt8] {
        var json = ByteJSON()
        json.add("id", id)
        // Here and not at the end: readers that want no more than the position look no further.
        if let iteration { json.add("iteration", iteration) }
        json.add("file", file)
        json.add("outcome", outcome.rawValue)
        json.add("tests", tests)
        json.add("skipped", skipped)
        json.add("errors", errors)
        json.add("duration", duration)
        if let cpu { json.add("cpu", cpu) }
        json.add("attempt", attempt)
        if let worker { json.add("worker", worker) }
        json.add("finishedAt", finishedAt)
        if let message { json.add("message", message) }
        json.add("failures", raw: RecordFailure.json(failures))
        if let output { json.add("output", output) }
        if let flaky { json.add("flaky", raw: Array((flaky ? "true" : "false").utf8)) }
        if let runs { json.add("runs", raw: runs.json) }
        if let flakyRecords { json.add("flakyRecords", raw: FlakyRecord.json(flakyRecords)) }
        return json.end()
    }
}

extension RunCounts {
    fileprivate var json: [UInt8] {
        var json = ByteJSON(capacity: 32)
        json.add("passed", passed)
        json.add("failed", failed)
        return json.end()
    }
}

extension FlakyRecord {
    fileprivate static func json(_ records: [FlakyRecord]) -> [UInt8] {
        let items = records.map { record -> [UInt8] in
            var json = ByteJSON(capacity: 48)
            json.add("line", record.line)
            json.add("failed", record.failed)
            json.add("runs", record.runs)
            return json.end()
        }
        return [UInt8(ascii: "[")] + Array(items.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")]
    }
}

extension RecordFailure {
    fileprivate static func json(_ failures: [RecordFailure]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (index, failure) in failures.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            var json = ByteJSON()
            json.add("line", failure.line)
            json.add("message", failure.message)
            json.add("sql", failure.sql)
            json.add("expected", failure.expected)
            json.add("actual", failure.actual)
            bytes += json.end()
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}

extension String {
    /// At most `limit` bytes of UTF-8, whole characters of it.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit))
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(decoding: utf8[..<end], as: UTF8.self)
    }
}
