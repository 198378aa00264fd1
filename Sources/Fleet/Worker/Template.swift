/// Text with `{name}` in it.
enum Template {
    /// Puts each value in the place of its name in braces, in one pass: what a value contains is left as it is.
    static func fill(_ text: [UInt8], _ values: [(name: String, value: [UInt8])]) -> [UInt8] {
        let marks = values.map { (mark: Array("{\($0.name)}".utf8), value: $0.value) }
        var filled: [UInt8] = []
        var rest = text[...]
        while let byte = rest.first {
            if let hit = marks.first(where: { rest.starts(with: $0.mark) }) {
                filled += hit.value
                rest = rest.dropFirst(hit.mark.count)
            } else {
                filled.append(byte)
                rest = rest.dropFirst()
            }
        }
        return filled
    }
}

extension Template {
    /// The words in braces that are meant as names and are none of `known`. `${X}` is the shell's. A text with blanks is a
    /// script, in which braces mean many things: there only what nearly is a known name counts.
    static func unknown(in text: String, known: [String]) -> [String] {
        let bytes = Array(text.utf8)
        let isScript = bytes.contains { $0 <= 0x20 }
        return bytes.indices.compactMap { start -> String? in
            guard bytes[start] == UInt8(ascii: "{"), start == 0 || bytes[start - 1] != UInt8(ascii: "$"),
                  let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")), end > start + 1, isName(bytes[(start + 1)..<end]) else { return nil }
            let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
            guard !known.contains(name), !isScript || known.contains(where: { isNear(name, $0) }) else { return nil }
            return name
        }
    }

    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { byte in (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D }
    }

    /// Other case, a letter too many or too few or another one, or two that changed places.
    private static func isNear(_ word: String, _ name: String) -> Bool {
        let (left, right) = (Array(word.lowercased().utf8), Array(name.utf8))
        if left.sorted() == right.sorted() { return true }
        guard abs(left.count - right.count) <= 1 else { return false }
        let same = zip(left, right).prefix { $0 == $1 }.count
        let tail = zip(left.reversed(), right.reversed()).prefix { $0 == $1 }.count
        return same + tail >= max(left.count, right.count) - 1
    }
}

extension RunSpec {
    /// Names that stand in braces in `engine.command`.
    static let placeholders = ["file", "workspace", "results"]

    /// Refuses a command that would run the same for every file for want of a name.
    func checkCommand() throws(FleetError) {
        guard engine.kind == .command else { return }
        for argument in engine.command {
            guard let name = Template.unknown(in: argument, known: RunSpec.placeholders).first else { continue }
            throw FleetError(.invalid, "cannot use engine.command: '{\(name)}' is not a placeholder; use {file}, {workspace} or {results}")
        }
    }
}
