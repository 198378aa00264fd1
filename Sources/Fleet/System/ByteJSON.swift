import Platform

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

    mutating func add(_ key: StaticString, _ value: Bool) {
        begin(key)
        bytes += Array((value ? "true" : "false").utf8)
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

    /// A list of objects.
    static func list<Item>(_ items: [Item], _ add: (Item, inout ByteJSON) -> Void) -> [UInt8] {
        let objects = items.map { item in
            var json = ByteJSON(capacity: 64)
            add(item, &json)
            return json.end()
        }
        return [UInt8(ascii: "[")] + Array(objects.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")]
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
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [Hex.digit(byte >> 4), Hex.digit(byte & 15)]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
