import Fleet
import FoundationEssentials
import GRDB
import Platform

/// What became of runs over time: a database that is made from the folders of fetched runs, and can always be made again.
///
/// Single-file, filtered and interrupted runs are kept, and never are the last run of anything: what is asked of the past is answered from
/// full runs of the same suite, see ``SuiteKey``.
public struct RunHistory: Sendable {
    /// Of the database; absolute.
    public let path: String
    /// Where the runs are.
    public let catalog: RunCatalog
    let file: HistoryFile

    /// - Parameters:
    ///   - path: by default `$XDG_DATA_HOME/slt-remote/history.sqlite`.
    ///   - patience: seconds that other programs which write are waited for.
    public init(path: String = Self.standardPath, catalog: RunCatalog = RunCatalog(), patience: Double = 10) {
        self.path = path
        self.catalog = catalog
        file = HistoryFile(path: path, patience: patience)
    }

    /// `$XDG_DATA_HOME/slt-remote/history.sqlite`, by default below `~/.local/share`.
    public static var standardPath: String { ResultsFolder.data(ProcessInfo.processInfo.environment) + "/history.sqlite" }

    /// Whether there is a database.
    public var exists: Bool { FileManager.default.fileExists(atPath: path) }

    // MARK: bringing runs in

    /// What an import came to.
    public struct Report: Sendable, Equatable {
        /// Names of runs.
        public var imported: [String] = []
        /// Runs that were in it already.
        public var known = 0
        /// Folders that could not be read, or had lines that could not, with why.
        public var problems: [String] = []
    }

    /// Takes in a run that was just fetched. Nothing that is wrong with the history fails a run.
    /// - Parameter folder: the run's own.
    /// - Returns: in one line what went wrong.
    public func note(_ folder: String) -> String? {
        do {
            let report = try bringIn([folder])
            return report.problems.first
        } catch let fault as HistoryFault {
            switch fault {
            case .missing, .damaged:
                do {
                    let made = try rebuild(with: [folder])
                    return fault == .missing ? nil : "the history was damaged, and was made again from \(Human.count(made.imported.count, "run"))"
                } catch {
                    return "the history is not kept: \(HistoryFault(error).words)"
                }
            default: return "the run is not in the history: \(fault.words)"
            }
        } catch {
            return "the run is not in the history: \(HistoryFault(error).words)"
        }
    }

    /// Takes in runs from any place.
    /// - Parameter paths: bundles, folders of runs, or folders that hold such, however deep.
    /// - Throws: ``RemoteError``.
    public func importRuns(_ paths: [String]) throws(RemoteError) -> Report {
        var report = Report(), folders: [String] = []
        for path in paths {
            // The history is made again from anywhere.
            let found = Self.runs(below: LocalPath.normalized(TypedPath.absolute(path)))
            if found.isEmpty { report.problems.append("\(SafeText.line(path, limit: 300)): no run is there") }
            folders += found
        }
        do {
            report.add(try exists ? bringIn(folders) : rebuild(with: folders))
            return report
        } catch {
            throw HistoryFault(error).error("add to", path)
        }
    }

    /// Folders of runs at a path or below it.
    static func runs(below path: String, depth: Int = 3) -> [String] {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if FileManager.default.fileExists(atPath: path + "/spec.json") || RunFolder.isBundle(path) { return [path] }
        guard depth > 0 else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { runs(below: "\(path)/\($0)", depth: depth - 1) }
    }

    /// Each run has a transaction of its own, so that clients wait for each other only briefly.
    private func bringIn(_ folders: [String]) throws -> Report {
        var report = Report()
        for folder in folders {
            guard let facts = Self.facts(folder, &report) else { continue }
            do {
                let outcome = try file.write { try RunImport($0).add(facts) }
                report.note(facts, outcome)
            } catch {
                throw HistoryFault(error)
            }
        }
        return report
    }

    private static func facts(_ folder: String, _ report: inout Report) -> RunFacts? {
        do {
            return RunFacts(try RunFolder(path: folder))
        } catch {
            report.problems.append(error.message)
            return nil
        }
    }

    // MARK: making it again

    /// Makes the database anew from the catalog, and from the folders elsewhere that the old one knows of.
    /// - Throws: ``RemoteError``, also where the results that the old one was made from are gone; then it stays.
    public func rebuild(progress: (Int, Int) -> Void = { _, _ in }) throws(RemoteError) -> Report {
        do {
            return try rebuild(with: [], progress: progress)
        } catch {
            throw HistoryFault(error).error("rebuild", path)
        }
    }

    private func rebuild(with others: [String], progress: (Int, Int) -> Void = { _, _ in }) throws -> Report {
        let before = try known { try file.read($0) }
        let places = catalog.places().map(\.path)
        if places.isEmpty, case let lost = before.keys.count(where: { $0.hasPrefix(catalog.root + "/") }), lost > 0 { throw HistoryFault.resultsGone(catalog.root, runs: lost) }
        var report = Report(), seen: Set<String> = []
        let folders = (places + (before.keys + others).sorted()).filter { seen.insert($0).inserted }
        try file.replace { queue in
            try Self.add(folders, to: queue, &report, progress)
        } latest: { queue in
            // Runs that were noted meanwhile are in the old one only.
            let noted = try known { try file.readUnlocked($0) }.filter { before[$0.key] != $0.value }
            try Self.add(noted.keys.sorted(), to: queue, &report) { _, _ in }
        }
        // What other clients have brought in meanwhile has gone with the old database.
        report.add(try bringIn(catalog.places().map(\.path).filter { seen.insert($0).inserted }))
        return report
    }

    private static func add(_ folders: [String], to queue: DatabaseQueue, _ report: inout Report, _ progress: (Int, Int) -> Void) throws {
        try queue.writeWithoutTransaction { database in
            let work = try RunImport(database)
            for (number, folder) in folders.enumerated() {
                progress(number, folders.count)
                guard let facts = facts(folder, &report) else { continue }
                var outcome = RunImport.Entry.known
                try database.inTransaction(.immediate) {
                    outcome = try work.add(facts)
                    return .commit
                }
                report.note(facts, outcome)
            }
            progress(folders.count, folders.count)
        }
    }

    /// What a database has of each run, by the run's folder. One that is not there or damaged has nothing; that of a newer release or of another program is left as it is, and
    /// one that is in use is not replaced unread.
    private func known(_ read: ((Database) throws -> [String: String]) throws -> [String: String]) throws -> [String: String] {
        do {
            return try read { database in
                let rows = try Row.fetchAll(database, sql: "SELECT folder, stamp FROM run")
                return Dictionary(rows.map { ($0[0] as String, $0[1] as String) }) { first, _ in first }
            }
        } catch {
            switch HistoryFault(error) {
            case .newer, .foreign, .locked: throw error
            default: return [:]
            }
        }
    }
}

extension RunHistory.Report {
    mutating func add(_ other: RunHistory.Report) {
        imported += other.imported
        known += other.known
        problems += other.problems
    }

    mutating func note(_ facts: RunFacts, _ outcome: RunImport.Entry) {
        switch outcome {
        case .known: known += 1
        case .imported(let damaged):
            imported.append(facts.spec.id)
            if damaged > 0 {
                problems.append("\(SafeText.line(facts.folder.origin, limit: 300)): \(Human.count(damaged, "line")) of the records cannot be read")
            }
        }
    }
}
