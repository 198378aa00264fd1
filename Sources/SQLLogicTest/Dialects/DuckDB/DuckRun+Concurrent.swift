import Synchronization

/// `concurrentloop` and `concurrentforeach`: rounds that run at the same time, each on connections of its own.
extension DuckRun {
    /// The most rounds that run at once.
    private static let mostAtOnce = 16

    /// One round, used by one thread.
    private final class Round: @unchecked Sendable {
        var run: DuckRun
        var ending: Ending?

        init(_ run: DuckRun) { self.run = run }

        func perform(_ body: [DuckNode]) {
            do throws(Ending) {
                try run.run(body)
            } catch {
                if case .nextRound = error { return }
                ending = error
            }
            run.connections = [:]
        }
    }

    /// The rounds and what each runs, for all threads.
    private final class Work: @unchecked Sendable {
        let rounds: [Round]
        let body: [DuckNode]
        let next = Atomic<Int>(0)

        init(_ rounds: [Round], _ body: [DuckNode]) {
            self.rounds = rounds
            self.body = body
        }
    }

    mutating func runConcurrently(_ loop: DuckLoop) throws(Ending) {
        guard !isRound else { throw .failed(Failure(kind: .script, line: loop.line, message: "a concurrent loop cannot stand in another one")) }
        guard engine.allowsThreads else { throw .unsupported("line \(loop.line): \(loop.directive) is not supported by this engine") }
        // Made once, not by each.
        _ = try? testFolder.path()
        let work = Work(loop.values.map { round(loop.names, $0) }, loop.body)
        WorkerThreads.start(min(Self.mostAtOnce, work.rounds.count)) {
            while case let index = work.next.add(1, ordering: .relaxed).oldValue, index < work.rounds.count {
                work.rounds[index].perform(work.body)
            }
        }.join()
        for round in work.rounds {
            verdict.tests += round.run.verdict.tests
            verdict.skipped += round.run.verdict.skipped
            labels.merge(round.run.labels) { known, _ in known }
        }
        if let ending = work.rounds.lazy.compactMap(\.ending).first { throw ending }
    }

    private func round(_ names: [String], _ values: [String]) -> Round {
        var run = self
        run.isRound = true
        run.progress = nil
        run.connections = [:]
        run.rows = ResultTable.boxed()
        run.verdict = FileVerdict()
        run.bind(names, values)
        return Round(run)
    }
}
