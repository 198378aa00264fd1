/// New results for records of scripts: what recording changes. Everything else stays as it is, byte for byte.
struct ResultEdits {
    /// The script, by path, and the bytes that are replaced.
    private struct Edit {
        var range: ByteRange
        var text: [UInt8]
    }

    private var edits: [ObjectIdentifier: (script: Script, edits: [Edit])] = [:]

    /// - Parameter text: whole lines that end in `\n`; they get the line ends that the script has.
    mutating func replace(_ range: ByteRange, in script: Script, with text: [UInt8]) {
        edits[ObjectIdentifier(script), default: (script, [])].edits.append(Edit(range: range, text: text))
    }

    /// The result lines of a query; a record without `----` gets one.
    mutating func replaceResult(_ range: ByteRange, hasSeparator: Bool, in script: Script, lines: [[UInt8]]) {
        var text: [UInt8] = hasSeparator ? [] : Array("----\n".utf8)
        for line in lines { text += line + [0x0A] }
        replace(range, in: script, with: text)
    }

    /// The scripts that change, with what they become. With several edits of one place, the last counts.
    func results() -> [(script: Script, bytes: [UInt8])] {
        edits.values.map { entry in (entry.script, Self.apply(entry.edits, to: entry.script)) }
            .filter { !$0.bytes.elementsEqual(UnsafeBufferPointer(start: $0.script.base, count: $0.script.count)) }
            .sorted { $0.script.name < $1.script.name }
    }

    private static func apply(_ edits: [Edit], to script: Script) -> [UInt8] {
        let isCRLF = script.usesCRLF
        var last: [Int: Edit] = [:]
        for edit in edits { last[edit.range.start] = edit }
        var result: [UInt8] = []
        result.reserveCapacity(script.count)
        var at = 0
        for edit in last.values.sorted(by: { $0.range.start < $1.range.start }) where edit.range.start >= at {
            result += script.buffer(ByteRange(at, edit.range.start))
            // The last line of a file may lack its end.
            if !edit.text.isEmpty, let byte = result.last, byte != 0x0A { result += isCRLF && byte != 0x0D ? [0x0D, 0x0A] : [0x0A] }
            for byte in edit.text {
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
