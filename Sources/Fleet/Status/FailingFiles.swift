import Glibc

/// The files of a run that failed so far, the latest of them, read from its events.
///
/// A reader that is asked again reads only what was added. Of a run with very many events the last part alone is read.
public struct FailingFiles: Sendable {
    /// How many are kept.
    public static let kept = 20
    /// Bytes of `events` that are read at most: those of some 200,000 files.
    static let reach = 64 << 20

    private let path: Path
    private var offset: Int
    private var lines: [(id: Int, line: [UInt8])] = []

    /// - Parameter directory: the run.
    public init(_ directory: RunDirectory) {
        path = directory.layout.events
        let size = path.status().map { Int($0.st_size) } ?? 0
        // From the middle of a line, which is no event then.
        offset = max(0, size - FailingFiles.reach)
    }

    /// The records, each with its first failure, the latest last. A file that failed in several rounds is there once.
    public mutating func records() throws(FleetError) -> [FileRecord] {
        try read()
        return lines.compactMap { entry in
            guard let event = try? JSON.decode(RunEvent.self, entry.line, path), var record = event.record else { return nil }
            record.failures = Array(record.failures.prefix(1))
            return record
        }
    }

    private mutating func read() throws(FleetError) {
        guard let file = File(ifPossible: path, O_RDONLY) else { return }
        while case let lines = try file.lines(1 << 20, at: offset, longest: RunEvent.longest), !lines.isEmpty {
            for line in lines.split(separator: UInt8(ascii: "\n")) { take(line) }
            offset += lines.count
        }
    }

    private mutating func take(_ line: ArraySlice<UInt8>) {
        guard let head = EventLine.finishedRecord(line), head.outcome.isFailure else { return }
        lines.removeAll { $0.id == head.id }
        lines.append((head.id, Array(line)))
        if lines.count > FailingFiles.kept { lines.removeFirst() }
    }
}
