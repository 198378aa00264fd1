/// New results for records of scripts: what recording changes. Everything else stays as it is, byte for byte.
struct ResultEdits {
    private struct Edit {
        /// The bytes that are replaced.
        var range: ByteRange
        /// Nil where the result stays as it is.
        var text: [UInt8]?
        /// Whether the record has had different results.
        var isContradictory = false
    }

    /// By script, and within it by where the result begins. A script that is included twice is read twice: it is known
    /// by its path without links.
    private var edits: [String: (script: Script, edits: [Int: Edit])] = [:]
    private var keys: [ObjectIdentifier: String] = [:]
    /// How often something was replaced.
    private(set) var count = 0

    /// - Parameter text: whole lines that end in `\n`; they get the line ends that the script has.
    mutating func replace(_ range: ByteRange, in script: Script, with text: [UInt8]) {
        count += 1
        note(Edit(range: range, text: text), script)
    }

    /// Notes that the result there holds.
    mutating func keep(_ range: ByteRange, in script: Script) { note(Edit(range: range, text: nil), script) }

    /// Whether the record there had different results at different times. Then it stays as it is.
    mutating func isContradictory(_ range: ByteRange, in script: Script) -> Bool {
        edits[key(of: script)]?.edits[range.start]?.isContradictory ?? false
    }

    private mutating func note(_ edit: Edit, _ script: Script) {
        var edit = edit
        let key = key(of: script)
        if let known = edits[key]?.edits[edit.range.start] { edit.isContradictory = known.isContradictory || known.text != edit.text }
        edits[key, default: (script, [:])].edits[edit.range.start] = edit
    }

    private mutating func key(of script: Script) -> String {
        if let known = keys[ObjectIdentifier(script)] { return known }
        let key = RawPath.resolved(script.name) ?? script.name
        keys[ObjectIdentifier(script)] = key
        return key
    }

    /// The result lines of a query; a record without `----` gets one.
    mutating func replaceResult(_ range: ByteRange, hasSeparator: Bool, in script: Script, lines: [[UInt8]]) {
        var text: [UInt8] = hasSeparator ? [] : Array("----\n".utf8)
        for line in lines { text += line + [0x0A] }
        replace(range, in: script, with: text)
    }

    /// The scripts that change, with their new bytes.
    func results() -> [(script: Script, bytes: [UInt8])] {
        edits.values.map { entry in (entry.script, Self.apply(entry.edits.values.filter { !$0.isContradictory }, to: entry.script)) }
            .filter { !$0.bytes.elementsEqual(UnsafeBufferPointer(start: $0.script.base, count: $0.script.count)) }
            .sorted { $0.script.name < $1.script.name }
    }

    private static func apply(_ edits: [Edit], to script: Script) -> [UInt8] {
        let isCRLF = script.usesCRLF
        var result: [UInt8] = []
        result.reserveCapacity(script.count)
        var at = 0
        for edit in edits.sorted(by: { $0.range.start < $1.range.start }) where edit.range.start >= at {
            guard let text = edit.text else { continue }
            result += script.buffer(ByteRange(at, edit.range.start))
            // The last line of a file may lack its end.
            if !text.isEmpty, let byte = result.last, byte != 0x0A { result += isCRLF && byte != 0x0D ? [0x0D, 0x0A] : [0x0A] }
            for byte in text {
                if byte == 0x0A, isCRLF { result.append(0x0D) }
                result.append(byte)
            }
            at = max(edit.range.end, edit.range.start)
        }
        return result + script.buffer(ByteRange(at, script.count))
    }
}

extension Script {
    /// Whether its first line ends in `\r\n`.
    var usesCRLF: Bool {
        let bytes = UnsafeBufferPointer(start: base, count: count)
        guard let end = bytes.firstIndex(of: 0x0A) else { return false }
        return end > 0 && bytes[end - 1] == 0x0D
    }
}
