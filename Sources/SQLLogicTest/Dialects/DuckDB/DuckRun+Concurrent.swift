import Platform
import Synchronization

/// `concurrentloop` and `concurrentforeach`: rounds that run at the same time, each on connections of its own.
extension DuckRun {
    /// The most rounds that run at once.
    private static let mostAtOnce = 16

    /// Shared by all threads: the rounds that are left, and the outcome of the others. A round is made when a thread is free for it,
    /// for there may be a million.
    private final class Work: @unchecked Sendable {
        private let loop: DuckLoop
        /// What each round begins as.
        private let template: DuckRun
        private let next = Atomic<Int>(0)
        private let outcome = Mutex(Outcome())

        struct Outcome {
            var tests = 0
            var skipped = 0
            var labels: [String: [UInt8]] = [:]
            /// The first round, in their order, that ended the file.
            var ending: (round: Int, ending: Ending)?
            /// The rows of the record at which it did.
            var rows: [RecordRows]?
        }

        init(_ loop: DuckLoop, _ template: DuckRun) {
            self.loop = loop
            self.template = template
        }

        var result: Outcome { outcome.withLock { $0 } }

        /// Performs rounds until none is left.
        func perform() {
            let rows = ResultTable.boxed()
            while case let round = next.add(1, ordering: .relaxed).oldValue, round < loop.rounds.count {
                var run = template
                run.rows = rows
                run.bind(loop.names, loop.values(inRound: round))
                do throws(Ending) {
                    try run.run(loop.body)
                    add(run)
                } catch {
                    add(run, round, error)
                }
            }
        }

        private func add(_ run: DuckRun, _ round: Int = 0, _ ending: Ending? = nil) {
            outcome.withLock { outcome in
                outcome.tests += run.verdict.tests
                outcome.skipped += run.verdict.skipped
                outcome.labels.merge(run.labels) { known, _ in known }
                guard let ending, outcome.ending.map({ round < $0.round }) ?? true else { return }
                if case .nextRound = ending { return }
                outcome.ending = (round, ending)
                outcome.rows = run.verdict.rows
            }
        }
    }

    mutating func runConcurrently(_ loop: DuckLoop) throws(Ending) {
        guard !isRound else { throw .failed(loop.place.failure(.script, "a concurrent loop cannot stand in another one")) }
        guard engine.allowsThreads else { throw .unsupported("\(loop.place.shown): \(loop.directive) is not supported by this engine") }
        progress?(loop.place.mainLine, number)
        lastLine = loop.place.mainLine
        // Made here, so that the threads need not agree on who makes it.
        _ = try? testFolder.path()
        let work = Work(loop, template(for: loop))
        let threads = (0..<min(Self.mostAtOnce, loop.rounds.count)).compactMap { _ in try? SystemThread.joinable { work.perform() } }
        if threads.isEmpty { work.perform() }
        for thread in threads { thread.join() }
        let result = work.result
        verdict.tests += result.tests
        verdict.skipped += result.skipped
        labels.merge(result.labels) { known, _ in known }
        guard let (_, ending) = result.ending else { return }
        verdict.rows = result.rows
        throw ending
    }

    private func template(for loop: DuckLoop) -> DuckRun {
        var run = self
        run.isRound = true
        run.progress = nil
        run.connections = [:]
        run.verdict = FileVerdict()
        run.loopNames += loop.names
        return run
    }
}
