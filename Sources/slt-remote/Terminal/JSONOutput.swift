import FoundationEssentials

/// Data for programs: one JSON value a line on stdout.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Terminal.shared.output(Array(try encoder.encode(value)) + [UInt8(ascii: "\n")])
    }
}
