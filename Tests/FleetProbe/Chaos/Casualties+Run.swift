import Fleet
import FoundationEssentials
import Glibc
import TestSupport

/// What must hold of a run that has ended, whatever was killed on the way.
extension Casualties {
    private struct Line: Decodable {
        var id: Int
        var outcome: Outcome
    }

    /// Each file has one record, none came twice, counts and records agree, and nothing temporary is left.
    mutating func examine(_ directory: RunDirectory, expecting expected: [Outcome: Int]) throws {
        let id = directory.spec.id
        guard let summary = try directory.summary() else { return check(false, "run \(id) did not end") }
        check(summary.error == nil, "run \(id): \(summary.error ?? "")")
        check(summary.outcomes == expected, "run \(id): \(summary.outcomes) instead of \(expected)")
        let data = try Data(contentsOf: URL(filePath: directory.path + "/records.jsonl"))
        let lines = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Line.self, from: $0) }
        check(lines.map(\.id) == Array(0..<summary.total), "run \(id): records.jsonl has \(lines.count) records for \(summary.total) files")
        check(lines.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 } == summary.outcomes, "run \(id): the records are not what the summary says")
        let status = try directory.status()
        check(status.outcomes == summary.outcomes, "run \(id): the status says \(status.outcomes)")
        try examineEvents(directory, summary)
        try examineFolders(directory)
    }

    private mutating func examineEvents(_ directory: RunDirectory, _ summary: RunSummary) throws {
        var follower = RunFollower(directory), finished: [String] = [], seen: Set<Int> = []
        while case let events = try follower.next(), !events.isEmpty {
            finished += events.compactMap { event in event.record.map { "\($0.id)/\($0.iteration ?? 1)" } }
            seen.formUnion(events.compactMap { $0.record?.id })
        }
        check(Set(finished).count == finished.count, "\(finished.count - Set(finished).count) records came twice")
        check(seen == Set(0..<summary.total), "events lack records")
        records += finished.count
    }

    private mutating func examineFolders(_ directory: RunDirectory) throws {
        // A run of which nothing is left to do has none of these.
        for name in ["claims", "tmp", "work", "parts"] where FileManager.default.fileExists(atPath: "\(directory.path)/\(name)") {
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/\(name)")
            // A soak run ends in the middle of a round: the claims of its last files were given back.
            check(left.isEmpty || (name == "claims" && directory.spec.mode == .soak), "\(name) still holds \(left)")
        }
    }

    /// No process names `place` any more, after a moment for those that are about to leave.
    mutating func examineProcesses(_ place: String, state: String) throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while !processes(naming: place).isEmpty && ContinuousClock.now < deadline { usleep(5000) }
        let left = processes(naming: place).map { commandLine($0).joined(separator: " ") }
        check(left.isEmpty, "processes are left: \(left)")
        check(try Leftovers.find(state: state).isEmpty, "processes of runs are left")
    }
}
