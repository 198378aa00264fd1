import Glibc

/// Fetches records from where the index says they are, and counts them.
struct RecordSource {
    let layout: RunLayout
    let index: RecordIndex
    let positions: Positions
    private var feeds: [Int: File] = [:]

    init(layout: RunLayout, index: RecordIndex, positions: Positions) {
        self.layout = layout
        self.positions = positions
        self.index = index
    }

    /// The record's line without newline, and what it counts; `nil` for a file that has none.
    mutating func line(_ id: Int) throws(FleetError) -> ([UInt8], Tally)? {
        var line: [UInt8]
        switch index[id] {
        case nil: return nil
        case .result:
            guard let found = try Results(layout: layout).recordLine(id, isThere: true) else { return nil }
            line = found
        case .feed(let slot, let offset, let length):
            let file: File
            if let open = feeds[slot] { file = open } else { file = try File.known(slot == RecordIndex.known ? layout.known : layout.feed(slot), O_RDONLY) }
            feeds[slot] = file
            line = try file.read(length, at: offset)
            if let end = line.firstIndex(of: UInt8(ascii: "\n")) { line.removeSubrange(end...) }
        }
        guard let head = RecordHead(line: line), positions.position(head.id, iteration: head.iteration) == id else { return nil }
        return (line, head.tally)
    }
}
