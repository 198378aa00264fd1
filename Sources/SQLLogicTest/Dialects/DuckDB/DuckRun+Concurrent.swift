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
            // Held while it runs: there may be a million rounds.
            let others = run.rows
            run.rows = ResultTable.boxed()
            defer { (run.rows, run.connections) = (others, [:]) }
            do throws(Ending) {
                try run.run(body)
            } catch {
                if case .nextRound = error { return }
                ending = error
            }
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
        guard !isRound else { throw .failed(loop.place.failure(.script, "a concurrent loop cannot stand in another one")) }
        guard engine.allowsThreads else { throw .unsupported("\(loop.place.shown): \(loop.directive) is not supported by this engine") }
        progress?(loop.place.mainLine, number)
        // Made once, not by each.
        _ = try? testFolder.path()
        let work = Work(loop.rounds.map { round(loop.names, loop.values(inRound: $0)) }, loop.body)
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
        run.verdict = FileVerdict()
        run.bind(names, values)
        return Round(run)
    }
}
