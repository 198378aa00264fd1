import FoundationEssentials
import Platform
import Wire

/// Data for programs: one JSON value a line on stdout.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        Terminal.shared.output(data: try encoded(value) + [UInt8(ascii: "\n")])
    }

    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What a host says must not act on a terminal from within a string.
        return SafeText.json(Array(try encoder.encode(value)))
    }
}
