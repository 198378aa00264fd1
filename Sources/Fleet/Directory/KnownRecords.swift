/// `known.jsonl`: the records of files that are not run, because their verdicts are known. They are in one file, which is whole or not there: a result of its own for each
/// would take longer than all else that is done about it.
struct KnownRecords {
    struct Entry {
        let head: RecordHead
        let line: ArraySlice<UInt8>
        /// Where the line begins.
        let offset: Int
    }

    let entries: [Entry]

    init(_ layout: RunLayout) throws(FleetError) {
        guard layout.known.exists else {
            entries = []
            return
        }
        let bytes = try layout.known.contents()
        entries = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            RecordHead(line: line).map { Entry(head: $0, line: line, offset: line.startIndex) }
        }
    }

    /// Writes all of them at once.
    static func write(_ records: [FileRecord], _ layout: RunLayout) throws(FleetError) {
        try layout.known.replace(with: Array(records.map { $0.json + [UInt8(ascii: "\n")] }.joined()))
    }

    /// The positions that are not run.
    var ids: Set<Int> { Set(entries.map(\.head.id)) }
}
