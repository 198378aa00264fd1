import Glibc

/// Values of engines that give text, in the form that SQLite's dialect compares: as its own runner formats them over ODBC.
enum TextValue {
    static func append(_ value: String, as type: UInt8, to result: inout ResultTable) {
        var value = value
        if value == "NULL" { return result.appendNull() }
        // A C function reads it, and stops at the first NUL.
        if type != UInt8(ascii: "T") { return value.withCString { append($0, as: type, to: &result) } }
        value.withUTF8 { result.append(text: $0) }
    }

    /// - Parameter value: a C string that is no null.
    static func append(_ value: UnsafePointer<CChar>, as type: UInt8, to result: inout ResultTable) {
        let length = strlen(value)
        switch type {
        case UInt8(ascii: "I"): result.append(integer: integer(value, length))
        case UInt8(ascii: "R"): real(number(value, length), to: &result)
        default:
            value.withMemoryRebound(to: UInt8.self, capacity: length) { result.append(text: UnsafeBufferPointer(start: $0, count: length)) }
        }
    }

    /// A truth value as one letter is 1 or 0, as the drivers have it.
    private static func truth(_ value: UnsafePointer<CChar>, _ length: Int) -> Int64? {
        guard length == 1 else { return nil }
        return value[0] == CChar(bitPattern: UInt8(ascii: "t")) ? 1 : value[0] == CChar(bitPattern: UInt8(ascii: "f")) ? 0 : nil
    }

    private static func integer(_ value: UnsafePointer<CChar>, _ length: Int) -> Int64 {
        if let truth = truth(value, length) { return truth }
        var end: UnsafeMutablePointer<CChar>?
        let whole = strtoll(value, &end, 10)
        if let end, end.pointee == 0 { return Int64(whole) }
        let number = strtod(value, nil)
        return number > -9.2e18 && number < 9.2e18 ? Int64(number) : 0
    }

    private static func number(_ value: UnsafePointer<CChar>, _ length: Int) -> Double {
        truth(value, length).map { Double($0) } ?? strtod(value, nil)
    }

    /// C's `%.3f`.
    private static func real(_ value: Double, to result: inout ResultTable) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
            guard let start = buffer.baseAddress else { return }
            let length = withVaList([value]) { vsnprintf(start, buffer.count, "%.3f", $0) }
            start.withMemoryRebound(to: UInt8.self, capacity: buffer.count) {
                result.append(formatted: UnsafeBufferPointer(start: $0, count: min(max(Int(length), 0), buffer.count - 1)))
            }
        }
    }
}
