import Fleet
import FoundationEssentials

/// Compares the records that arrived with what the run says of itself: `discovered = Σ outcomes`.
struct RecordCheck {
    let folder: String
    let status: RunStatus

    private struct Line: Decodable {
        var id: Int
        var outcome: Outcome
    }

    /// - Throws: ``RemoteError`` of code `results`.
    func run() throws(RemoteError) {
        let path = folder + "/records.jsonl"
        let outcomes: [Outcome: Int]
        let total: Int
        do {
            (outcomes, total) = try count(path)
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(status.id) in \(path): \(error)")
        }
        guard total == status.total, outcomes == status.outcomes.filter({ $0.value > 0 }) else {
            throw RemoteError(.results, "the results of run \(status.id) do not add up: \(total) records came for \(status.total) files; see \(path), and keep the run directory on the host")
        }
    }

    /// Records are in the order of their files, one each; what comes after one that is not is not looked at.
    private func count(_ path: String) throws -> ([Outcome: Int], Int) {
        let decoder = JSONDecoder()
        var outcomes: [Outcome: Int] = [:]
        var seen = 0
        try RecordLines.forEach(path) { number, line in
            let record = try decoder.decode(Line.self, from: line)
            guard record.id == number else { return false }
            outcomes[record.outcome, default: 0] += 1
            seen += 1
            return seen <= status.total
        }
        return (outcomes, seen)
    }
}
