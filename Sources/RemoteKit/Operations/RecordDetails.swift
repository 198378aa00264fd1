import Fleet
import FoundationEssentials

/// What the events of a run leave out and the fetched `records.jsonl` has: the output of a command, and what several runs
/// of a file came to together.
struct RecordDetails {
    let folder: String

    /// Characters of output that a summary can use.
    private static let outputKept = 4096

    /// How many flaky files are kept for the summary.
    private static let flakyKept = 50

    /// The first records of files that passed and failed; none that cannot be read.
    func flaky() -> [FileRecord] {
        guard let data = try? Data(contentsOf: URL(filePath: folder + "/records.jsonl"), options: .alwaysMapped) else { return [] }
        let mark = Data("\"flaky\":true".utf8)
        return Array(data.split(separator: UInt8(ascii: "\n")).lazy.filter { $0.firstRange(of: mark) != nil }
            .compactMap { try? JSONDecoder().decode(FileRecord.self, from: $0) }.filter { $0.flaky == true }.prefix(Self.flakyKept))
    }

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
