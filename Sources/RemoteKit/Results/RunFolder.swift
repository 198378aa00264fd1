public import Fleet
import AgentProtocol
import FoundationEssentials
import Glibc
import Platform
import Wire

/// The folder of a run on this machine, as a fetch left it: the truth about the run. All of it came from a host, and is read within bounds.
///
/// A run that had not ended when it was fetched has no summary and no `records.jsonl`; then what it had published is read.
public struct RunFolder: Sendable {
    /// Absolute; of a run in a bundle the folder where it is for as long as this value lives.
    public let path: String
    /// Absolute; where the run is: its folder, or a bundle.
    public let origin: String
    /// What the run was asked to do, with what a resume has changed.
    public let spec: RunSpec
    /// How it ended; `nil` for a run that had not when it was fetched.
    public let summary: RunSummary?
    /// What ran the files; `nil` in runs of older releases, and where no worker came so far.
    public let engine: EngineIdentity?

    private let bundle: UnpackedBundle?

    /// - Parameter path: of the run's own folder, or of a bundle.
    /// - Throws: ``RemoteError`` `usage` where no run is there.
    public init(path origin: String) throws(RemoteError) {
        self.origin = origin
        bundle = Self.isFile(origin) ? try RunBundle.open(origin) : nil
        let path = bundle?.folder ?? origin
        self.path = path
        let written = try Self.decode(RunSpec.self, "spec.json", in: path)
        spec = Self.exists("resumed.json", in: path) ? try Self.decode(RunRevision.self, "resumed.json", in: path).applied(to: written) : written
        if let bundle, bundle.run != spec.id { throw RemoteError(.usage, "cannot read the bundle \(origin): its run says that it is another") }
        summary = Self.exists("summary.json", in: path) ? try Self.decode(RunSummary.self, "summary.json", in: path) : nil
        engine = try? Self.decode(EngineIdentity.self, "engine.json", in: path)
    }

    /// Names of the hosts that shared the run; empty where one host had it.
    public var sharedHosts: [String] { spec.context?.hosts ?? [] }

    /// What the last files were tested on: what a resume has brought, else what the run began with.
    var source: SourceState? { spec.resumedOn?.last ?? spec.source }

    /// Whether every file has a record, and the suite was the whole one: only such a run is the last one of anything.
    public var isFull: Bool {
        guard let summary, summary.isComplete, spec.mode == .drain || summary.iterations ?? 0 > 0 else { return false }
        return isWholeSuite
    }

    /// Whether the run was to run all that its configuration names. Runs of releases that did not say are taken for it unless they were filtered.
    public var isWholeSuite: Bool {
        spec.rounds == nil && spec.selection?.isPart != true && spec.context?.isWholeSuite ?? true
    }

    /// Files of the suite, blocked ones included: also those of which a run that had not ended has no record. `nil` where that is not known.
    public var total: Int? { summary?.total ?? manifestCount }

    /// The third word of the manifest's header, as docs/run-directory.md has it.
    private var manifestCount: Int? {
        let file = open("\(path)/manifest", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var header = [UInt8](repeating: 0, count: 24)
        guard header.withUnsafeMutableBytes({ DescriptorIO.readFully(file, into: $0, at: 0) }) == header.count, header.starts(with: "SLTMANI1".utf8) else { return nil }
        let count = header[16...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(exactly: count).flatMap { $0 <= 1 << 32 ? $0 : nil }
    }

    // MARK: records

    /// Goes through the records in the order of the files; those of a run that had not ended in the order of their numbers. What cannot be read is passed over.
    /// - Parameter body: `false` ends the walk.
    public func forEachRecord(_ body: (FileRecord) throws -> Bool) throws {
        try forEachLine { line in
            guard let record = try? JSONDecoder().decode(Untrusted<FileRecord>.self, from: line).checked() else { return true }
            return try body(record)
        }
    }

    /// The lines of the records, as they are.
    func forEachLine(_ body: (Data) throws -> Bool) throws {
        if Self.exists("records.jsonl", in: path) {
            return try RecordLines.forEach(path + "/records.jsonl") { _, line in try body(line) }
        }
        if isPruned { return try RecordLines.forEach(packed: path + "/" + Self.packedRecords) { _, line in try body(line) } }
        let known = Self.knownLines(in: path)
        for number in Set(Self.publishedNumbers(in: path)).union(known.keys).sorted() {
            if let line = known[number] {
                if try body(line) { continue } else { return }
            }
            // A result is the owner's line and the record's.
            var record: Data?
            try? RecordLines.forEach("\(path)/results/\(number / 1000)/\(number)") { index, line in
                if index == 1 { record = line }
                return index == 0
            }
            if let record, try !body(record) { return }
        }
    }

    /// The lines of files that were not run, because their verdicts were known; by number.
    private static func knownLines(in path: String) -> [Int: Data] {
        var lines: [Int: Data] = [:]
        guard exists("known.jsonl", in: path) else { return lines }
        try? RecordLines.forEach(path + "/known.jsonl") { _, line in
            if let head = RecordHead(line: Array(line)) { lines[head.id] = line }
            return true
        }
        return lines
    }

    private static func publishedNumbers(in path: String) -> [Int] {
        let names = { (folder: String) in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { Int($0) } }
        return names(path + "/results").sorted().flatMap { shard in names("\(path)/results/\(shard)").sorted() }
    }

    // MARK: rows

    /// Rows that explain failures of a file; none where there are none, or they cannot be read.
    /// - Parameter id: the file's, as in its record.
    public func rows(of id: Int) -> [FailureRows] {
        var found: [FailureRows] = []
        try? RecordLines.forEach("\(path)/rows/\(id)") { _, line in
            if let rows = try? JSONDecoder().decode(Untrusted<FailureRows>.self, from: line).checked() { found.append(rows) }
            return found.count < FileRecord.failuresKept
        }
        return found
    }

    // MARK: figures over time

    /// Goes through the samples, one a second.
    public func forEachSample(_ body: (FleetSample) throws -> Bool) throws {
        guard Self.exists("samples", in: path) else { return }
        try RecordLines.forEach(path + "/samples") { _, line in
            guard let sample = try? JSONDecoder().decode(Untrusted<FleetSample>.self, from: line).checked() else { return true }
            return try body(sample)
        }
    }

    // MARK: files

    /// The records of a run that was pruned.
    static let packedRecords = "records.jsonl.zst"

    /// Whether only the records are left: rows, logs, events and samples are gone.
    public var isPruned: Bool { !Self.exists("records.jsonl", in: path) && Self.exists(Self.packedRecords, in: path) }

    /// Whether all records are in one file, as those of a run that has ended.
    var hasRecords: Bool { Self.exists("records.jsonl", in: path) || isPruned }

    /// When its folder was changed last, in seconds since 1970.
    var modified: Double {
        var info = stat()
        return stat(path, &info) == 0 ? Double(info.st_mtim.tv_sec) : 0
    }

    private static func isFile(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    }

    /// The bytes of a file of the run; `nil` where there is none.
    func contents(of name: String) -> [UInt8]? {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        defer { close(folder) }
        return LocalFolder.contents(of: name, in: folder, limit: 64 << 20)
    }

    private static func exists(_ name: String, in path: String) -> Bool { access(path + "/" + name, F_OK) == 0 }

    private static func decode<Value: HostAnswer>(_ type: Value.Type, _ name: String, in path: String) throws(RemoteError) -> Value {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw RemoteError(.usage, "cannot read the run in \(path): \(FetchedFiles.reason(errno))") }
        defer { close(folder) }
        guard let bytes = LocalFolder.contents(of: name, in: folder, limit: 64 << 20) else {
            throw RemoteError(.usage, "cannot read the run in \(path): there is no \(name)")
        }
        do {
            return try JSONDecoder().decode(Untrusted<Value>.self, from: Data(bytes)).checked()
        } catch let fault as WireFault {
            throw RemoteError(.usage, "cannot read the run in \(path): \(fault.message)")
        } catch {
            throw RemoteError(.usage, "cannot read the run in \(path): \(name) is damaged")
        }
    }
}
