import Glibc
import Platform

/// What is known of each file of a sources' folder: the latest verdict and duration, whichever run had the file last. A
/// run of a few files thus says nothing of the others, and however many such runs there were, nothing is forgotten.
///
/// Kept in a file a folder ("docs/run-directory.md"), which the supervisor brings up to date when a run ends. It is made
/// again from the runs when it is not there, and completed by runs that ended without it.
public struct SuiteHistory: Sendable {
    struct Entry: Sendable, Equatable {
        var hasPassed: Bool
        /// Seconds.
        var duration: Float
    }

    private var entries: [UInt64: Entry] = [:]
    /// The latest run that is in it, by its name.
    var lastRun = ""

    /// Nothing is known.
    public init() {}

    /// Whether nothing is known of any file.
    public var isEmpty: Bool { entries.isEmpty }

    /// Files that are remembered: 32 MB of disk.
    static let most = 2 << 20
    /// What `older` says of files that this one does not know.
    mutating func complete(with older: SuiteHistory) {
        entries.merge(older.entries) { own, _ in own }
        lastRun = max(lastRun, older.lastRun)
    }

    /// Takes a duration from somebody who knows it, and the verdict too where that is the latest.
    mutating func expect(_ file: SuiteExpectations.File, isLatest: Bool) {
        let key = SuiteHistory.key(ByteJSON.escaped(file.file)), own = entries[key]
        let hasPassed = isLatest ? file.failed != true : own?.hasPassed ?? (file.failed != true)
        entries[key] = Entry(hasPassed: hasPassed, duration: Float(file.seconds))
    }

    // MARK: the file

    private static let mark = Array("slt-history 1\n".utf8)
    private static let entrySize = 16

    static func file(_ state: Path, _ workspace: String) -> Path {
        state / "history" / String(StableHash.of(workspace.utf8, 0), radix: 16)
    }

    /// - Returns: nil when it is not there, is no such file, or another folder's.
    static func read(_ path: Path, _ workspace: String) -> SuiteHistory? {
        guard let bytes = try? path.contents(limit: 1 << 27), bytes.starts(with: mark) else { return nil }
        var rest = bytes[mark.count...]
        guard let run = line(&rest), let folder = line(&rest), folder == workspace, rest.count % entrySize == 0 else { return nil }
        var history = SuiteHistory()
        history.lastRun = run
        history.entries.reserveCapacity(rest.count / entrySize)
        bytes.withUnsafeBytes { raw in
            for at in stride(from: rest.startIndex, to: rest.endIndex, by: entrySize) {
                let key = raw.littleEndian(at: at, as: UInt64.self)
                let value = raw.littleEndian(at: at + 8, as: UInt64.self)
                history.entries[key] = Entry(hasPassed: value >> 32 & 1 == 1, duration: Float(bitPattern: UInt32(truncatingIfNeeded: value)))
            }
        }
        return history
    }

    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    func write(_ path: Path, _ workspace: String) throws(FleetError) {
        try path.parent.makeFolders()
        var bytes = SuiteHistory.mark + Array("\(lastRun)\n\(workspace)\n".utf8)
        let kept = entries.prefix(SuiteHistory.most)
        bytes.reserveCapacity(bytes.count + kept.count * SuiteHistory.entrySize)
        for (key, entry) in kept {
            bytes.append(littleEndian: key)
            bytes.append(littleEndian: UInt64(entry.duration.bitPattern) | (entry.hasPassed ? 1 << 32 : 0))
        }
        try path.replace(with: bytes)
    }

    // MARK: records

    /// Files that are known already keep what is known.
    /// - Returns: how many bytes they have.
    mutating func add(recordsAt path: Path) throws(FleetError) -> Int {
        let file = try File(path, O_RDONLY)
        var offset = 0
        while case let lines = try file.lines(4 << 20, at: offset, longest: FileRecord.longest), !lines.isEmpty {
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                guard let record = RecordHead(line: line) else { continue }
                // What was not run took no time.
                if record.worker == nil, record.outcome == .pass, RecordLine.mayBeCached(Array(line), record) { continue }
                add(record, seconds: SuiteHistory.seconds(record, line))
            }
            offset += lines.count
        }
        return offset
    }

    /// What one worker would have taken. Where there were parts it took several their time.
    private static func seconds(_ record: RecordHead, _ line: ArraySlice<UInt8>) -> Double {
        guard record.worker != nil, record.cpu ?? 0 > record.duration, case let line = Array(line), RecordLine.mayHaveParts(line),
              let whole = try? JSON.decode(FileRecord.self, line, Path("record")) else { return record.duration }
        return whole.parts?.seconds ?? record.duration
    }

    private mutating func add(_ record: RecordHead, seconds: Double) {
        guard record.outcome.isVerdict else { return }
        let key = SuiteHistory.key(record.file)
        if entries[key] == nil { entries[key] = Entry(hasPassed: record.outcome == .pass, duration: Float(seconds)) }
    }

    subscript(file: SuiteFile) -> Entry? { entries.isEmpty ? nil : entries[SuiteHistory.key(ByteJSON.escaped(file.text))] }

    /// Whether the latest verdict on the file was a failure; false for one that is not known.
    public func failedLast(_ file: SuiteFile) -> Bool { self[file]?.hasPassed == false }

    private static func key(_ name: some Sequence<UInt8>) -> UInt64 { StableHash.of(name, 0) }
}
