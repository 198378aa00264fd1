@testable import SQLLogicTest
import Testing

@Suite("File names of any bytes") struct RawPathTests {
    static let names: [[UInt8]] = [
        Array("plain.test".utf8), Array("größe/😀.test".utf8), [0x62, 0xFF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xF4, 0x8F, 0xBE, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80],
        [0xFF, 0xC3, 0xA9, 0xFE], [0x5C, 0xFF], Array("a\\xff".utf8), Array("a\\b".utf8), [0x5C, 0x78, 0x66, 0x66, 0xFF], [],
    ]

    @Test("come back as they were", arguments: names)
    func roundTrip(name: [UInt8]) {
        #expect(RawPath.bytes(RawPath.text(name)) == name)
    }

    @Test("are told so that each can be had back, and plain ones as they are")
    func shown() {
        let shown = Self.names.map { RawPath.shown(name: RawPath.text($0)) }
        #expect(Set(shown).count == shown.count)
        #expect(shown[0] == "plain.test")
        #expect(shown[1] == "größe/😀.test")
        #expect(shown[2] == "b\\xff")
        #expect(shown[10] == "\\\\\\xff")
        #expect(shown[11] == "a\\\\xff")
        #expect(shown[12] == "a\\b")
        for (name, text) in zip(Self.names, shown) { #expect(Self.bytes(shown: text) == name) }
    }

    /// As a reader of a report does it.
    private static func bytes(shown text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard text.firstMatch(of: /\\x[0-9a-f]{2}/) != nil else { return bytes }
        var (name, at) = ([UInt8](), 0)
        while at < bytes.count {
            if bytes[at] == 0x5C, bytes[at + 1] == 0x5C {
                name.append(0x5C)
                at += 2
            } else if bytes[at] == 0x5C {
                name.append(UInt8(String(decoding: bytes[(at + 2)..<(at + 4)], as: UTF8.self), radix: 16) ?? 0)
                at += 4
            } else {
                name.append(bytes[at])
                at += 1
            }
        }
        return name
    }
}
