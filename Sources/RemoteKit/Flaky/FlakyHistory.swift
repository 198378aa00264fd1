import AgentProtocol
import Fleet
import FoundationEssentials

/// What the runs that were fetched to this machine say of flaky records: the folders themselves are read, which are the truth.
public struct FlakyHistory: Sendable {
    /// What was found.
    public let findings: [FlakyFinding]
    /// Runs of the project that were read, the latest ones.
    public let runs: Int
    /// Those that cannot be compared with any other, because something of their conditions is not known.
    public let incomparable: Int
    /// What was not known of the latest of them, in words.
    public let unknown: [String]

    /// Runs that are read at most: what an older one proves is history.
    public static let runsRead = 200

    /// - Parameters:
    ///   - project: only runs of this one.
    ///   - files: only files that one of these globs matches; empty for all.
    /// - Throws: ``RemoteError`` `usage` for a glob that cannot be read.
    public init(_ catalog: RunCatalog, project: String, files: [String] = []) throws(RemoteError) {
        var globs: [Glob] = []
        for text in files {
            do { globs.append(try Glob(text)) } catch { throw RemoteError(.usage, error.message) }
        }
        let folders = Self.folders(catalog, project)
        var search = FlakySearch()
        var incomparable = 0, unknown: [String] = []
        for folder in folders {
            let run = FlakySearch.Run(folder)
            if !run.conditions.areKnown {
                incomparable += 1
                unknown = run.conditions.unknown
            }
            // Rounds on several sources prove nothing.
            if run.isSoak, !(folder.spec.resumedOn ?? []).isEmpty { continue }
            search.begin(run)
            // What cannot be read says nothing; a report of that run would tell.
            try? folder.forEachLine { line in
                Self.take(line, globs, into: &search)
                return true
            }
        }
        findings = search.findings()
        runs = folders.count
        self.incomparable = incomparable
        self.unknown = unknown
    }

    init(findings: [FlakyFinding], runs: Int, incomparable: Int, unknown: [String]) {
        self.findings = findings
        self.runs = runs
        self.incomparable = incomparable
        self.unknown = unknown
    }

    /// The latest ones, oldest first.
    private static func folders(_ catalog: RunCatalog, _ project: String) -> [RunFolder] {
        var found: [RunFolder] = []
        for place in catalog.places().reversed() where found.count < runsRead {
            if let folder = try? RunFolder(path: place.path), folder.project == project { found.append(folder) }
        }
        return found.reversed()
    }

    /// Most lines are of files that passed, and need no decoding.
    private static func take(_ line: Data, _ globs: [Glob], into search: inout FlakySearch) {
        let bytes = Array(line)
        if let head = RecordHead(line: bytes), head.outcome == .pass, bytes.suffix(plainEnd.count).elementsEqual(plainEnd), let name = head.fileName {
            if matches(name, globs) { search.addPass(name) }
            return
        }
        guard let record = try? JSONDecoder().decode(Untrusted<FileRecord>.self, from: line).checked(), matches(record.file, globs) else { return }
        // What was not run proves nothing.
        if record.cachedFrom != nil { return }
        search.add(record)
    }

    private static let plainEnd = Array(#""failures":[]}"#.utf8)

    private static func matches(_ name: String, _ globs: [Glob]) -> Bool { globs.isEmpty || globs.contains { $0.matches(Array(name.utf8)) } }
}

extension FlakySearch.Run {
    init(_ folder: RunFolder) {
        let spec = folder.spec
        self.init(id: spec.id, startedAt: folder.summary?.startedAt ?? 0, conditions: RunConditions(spec, folder.engine), isSoak: spec.mode == .soak)
    }
}
