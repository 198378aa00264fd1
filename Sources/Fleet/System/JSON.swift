import FoundationEssentials

/// JSON files of the run directory.
enum JSON {
    static func encode(_ value: some Encodable) throws(FleetError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw FleetError(.invalid, "cannot write \(type(of: value)) as JSON: \(error)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ path: Path) throws(FleetError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw FleetError(.corrupt, "cannot read \(path.text): it is not what this program writes (\(error))")
        }
    }
}
