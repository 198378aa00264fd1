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
        return json.end()
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
