public import Fleet
import AgentProtocol
import FoundationEssentials

extension RunFolder {
    /// The run judged by what was known when it started.
    /// - Returns: `nil` for a run that was started without a list of known failures.
    /// - Throws: ``RemoteError`` `results` where the list or the records cannot be read.
    public func judgement() throws(RemoteError) -> Judgement? { try knownFailures().map { list throws(RemoteError) in try judgement(by: list) } }

    /// The run judged by a list that may be another than its own.
    public func judgement(by list: KnownFailures) throws(RemoteError) -> Judgement {
        var judge = Judge(list, day: day, stopsAtFailure: spec.engine.dialect == "rs"), outcomes: [Outcome: Int] = [:], count = 0
        do {
            try forEachLine { line in
                let bytes = Array(line)
                count += 1
                if let head = RecordHead(line: bytes), head.outcome == .pass, !RecordLine.mayBeFlaky(bytes), let name = head.fileName {
                    outcomes[.pass, default: 0] += 1
                    judge.add(passed: name)
                } else if let record = try? JSONDecoder().decode(Untrusted<FileRecord>.self, from: line).checked() {
                    outcomes[record.outcome, default: 0] += 1
                    judge.add(record)
                }
                return true
            }
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(spec.id) in \(path): \(error)")
        }
        // A run that had not ended has files without a record.
        var judgement = judge.end(outcomes: outcomes, total: total ?? count + 1, obstacle: summary?.obstacle)
        if spec.flaky == .fail, summary?.flaky ?? 0 > 0 { judgement.exitCode = .testsFailed }
        return judgement
    }

    /// What was known to fail when the run started; `nil` where nothing was.
    func knownFailures() throws(RemoteError) -> KnownFailures? {
        guard let bytes = contents(of: "known-failures.json") else { return nil }
        do {
            return try JSONDecoder().decode(Untrusted<KnownFailures>.self, from: Data(bytes)).checked()
        } catch {
            throw RemoteError(.results, "cannot judge run \(spec.id): known-failures.json in \(path) is damaged")
        }
    }

    /// The day on which the run was made.
    private var day: String { CalendarDay.of(run: spec.id) ?? CalendarDay.of(summary?.startedAt ?? 0) }
}
