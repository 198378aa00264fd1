import FoundationEssentials

/// Data for programs: one JSON value a line on stdout.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        Terminal.shared.output(try encoded(value) + [UInt8(ascii: "\n")])
    }

    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
