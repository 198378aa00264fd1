import Fleet
import FoundationEssentials

/// What the events of a run leave out of a record and the fetched `records.jsonl` has: the output of a command.
struct RecordDetails {
    let folder: String

    /// Bytes of output that a summary can use.
    private static let outputKept = 4096

    /// The same records, with the end of their output where they have no failing statements to show. What cannot be
    /// read adds nothing: the summary does without.
    func added(to records: [FileRecord]) -> [FileRecord] {
        let wanted = Set(records.filter { $0.failures.isEmpty && $0.output == nil }.map(\.id))
        guard !wanted.isEmpty, let data = try? Data(contentsOf: URL(filePath: folder + "/records.jsonl"), options: .alwaysMapped) else { return records }
        var outputs: [Int: String] = [:]
        // Records are in the order of their ids, from 0.
        for (id, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() where wanted.contains(id) {
            guard let record = try? JSONDecoder().decode(FileRecord.self, from: line), record.id == id else { continue }
            outputs[id] = record.output.map { String($0.suffix(Self.outputKept)) }
        }
        return records.map { record in
            var record = record
            if wanted.contains(record.id) { record.output = outputs[record.id] }
            return record
        }
    }
}
