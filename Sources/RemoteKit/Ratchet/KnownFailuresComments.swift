/// The comments of a file of known failures: those of its entries, and those at its top. A parser of TOML drops them.
struct KnownFailuresComments {
    /// Lines at the top that belong to no entry, without those that every file has.
    private(set) var preamble: [String] = []
    /// Above each header, by the name of its table, in order.
    private var above: [String: [[String]]] = [:]
    private var taken: [String: Int] = [:]

    init(_ text: String) {
        var block: [String] = [], isTop = true
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = Self.trimmed(line)
            if line.hasPrefix("#") {
                block.append(line)
                continue
            }
            if line.hasPrefix("[["), let end = line.firstIndex(of: "]") {
                let name = Self.trimmed(line[line.index(line.startIndex, offsetBy: 2)..<end])
                above[name, default: []].append(block)
            } else if isTop {
                preamble += block
            }
            if !line.isEmpty { isTop = false }
            block = []
        }
        preamble.removeAll { KnownFailuresFile.header.contains($0) || $0 == KnownFailuresFile.pinnedComment }
    }

    /// The comments of the table's next entry: those of the user, and where the record was.
    /// - Parameter count: of entries; where there are not as many headers, nobody knows whose a comment is.
    mutating func next(_ table: String, of count: Int) -> (own: [String], whereabouts: String?) {
        let all = above[table] ?? [], index = taken[table, default: 0]
        taken[table] = index + 1
        guard all.count == count, index < count else { return ([], nil) }
        let mark = KnownFailuresFile.whereaboutsMark
        let whereabouts = all[index].last { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
        return (all[index].filter { !$0.hasPrefix(mark) }, whereabouts)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
