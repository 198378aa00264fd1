import Glibc

/// What the last runs of the same sources' folder say of each file: the latest verdict and duration, whichever run
/// had the file last. A run of a few files thus says nothing of the others.
public struct SuiteHistory: Sendable {
    struct Entry: Sendable, Equatable {
        var hasPassed: Bool
        /// Seconds.
        var duration: Float
    }

    private var entries: [UInt64: Entry] = [:]

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// How many runs are looked at, latest first.
    public static let runsRead = 20

    /// Runs that left no records, or whose records cannot be read, are passed over.
    public static func load(state: String, workspace: String) throws(FleetError) -> SuiteHistory {
        var history = SuiteHistory()
        var read = 0
        for id in try RunDirectory.list(state: state).reversed() where read < runsRead {
            guard let directory = try? RunDirectory.open(state: state, id: id), directory.spec.workspace == workspace,
                  (try? history.add(recordsAt: directory.layout.records)) != nil else { continue }
            read += 1
        }
        return history
    }

    /// Files that are known already keep what is known.
    private mutating func add(recordsAt path: Path) throws(FleetError) {
        let file = try File(path, O_RDONLY)
        var offset = 0, wanted = 4 << 20
        while true {
            let bytes = try file.read(wanted, at: offset)
            guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
                if bytes.count < wanted || wanted >= 1 << 28 { return }
                wanted *= 4
                continue
            }
            for line in bytes[...end].split(separator: UInt8(ascii: "\n")) {
                if let record = RecordCounts(line: line) { add(record) }
            }
            offset += end + 1
        }
    }

    private mutating func add(_ record: RecordCounts) {
        if record.outcome == .skipped || record.outcome == .untested { return }
        let key = SuiteHistory.key(record.file)
        if entries[key] == nil { entries[key] = Entry(hasPassed: record.outcome == .pass, duration: Float(record.duration)) }
    }

    subscript(file: SuiteFile) -> Entry? { entries.isEmpty ? nil : entries[SuiteHistory.key(ByteJSON.escaped(file.text))] }

    public func failedLast(_ file: SuiteFile) -> Bool { self[file]?.hasPassed == false }

    private static func key(_ name: some Sequence<UInt8>) -> UInt64 { RunOrder.hash(name, 0) }
}

extension Suite {
    /// The files of `selection` in its order. Blocked files stay, so that they are counted, unless a shard or a filter
    /// leaves them to another run.
    /// - Throws: ``FleetError``: `noFiles` when nothing to run is left, `invalid` for a filter that cannot be read.
    public func selecting(_ selection: Selection, history: SuiteHistory, seed: UInt64) throws(FleetError) -> Suite {
        var files = self.files
        var filters: [Glob] = []
        for text in selection.filters ?? [] { filters.append(try Glob(text)) }
        if !filters.isEmpty { files.removeAll { file in !filters.contains { $0.matches(file.name) } } }
        if let shard = selection.shard {
            files.sort { $0.name.lexicographicallyPrecedes($1.name) }
            files = files.enumerated().filter { $0.offset % shard.count == shard.number - 1 }.map(\.element)
        }
        if selection.failedOnly == true { files.removeAll { $0.blockedReason == nil && !history.failedLast($0) } }
        guard files.contains(where: { $0.blockedReason == nil }) || (selection.failedOnly != true && !files.isEmpty) else {
            throw FleetError(.noFiles, "cannot make a run: \(Suite.whyEmpty(selection))")
        }
        return Suite(files: RunOrder.sorted(files, selection.order ?? .history, history, seed: seed))
    }

    private static func whyEmpty(_ selection: Selection) -> String {
        if selection.failedOnly == true { return "no file of the suite failed when it was last run; leave out --failed" }
        if let shard = selection.shard { return "shard \(shard.number)/\(shard.count) has no files" }
        return "no file of the suite matches the filter"
    }
}
