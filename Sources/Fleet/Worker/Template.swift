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
