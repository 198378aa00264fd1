import FoundationEssentials
import Fleet
import Glibc
import SQLLogicTest

extension ScriptExecutor: PartExecutor {
    func divide(_ task: FileTask, into parts: Int, expecting seconds: Double) -> (any DividedFile)? {
        guard let path = String(validating: task.path, as: UTF8.self) else { return nil }
        let beginning = notes?.begin(path)
        guard let script = try? Script(path: path) else { return nil }
        // Smaller ones are dealt more evenly, and a worker goes on from one to the next without beginning anew.
        let plan = PartPlan.make(script, count: parts * Self.blocksOfPart, options: runner.options, engine: engine, expecting: seconds, workers: parts)
        guard case .parts(let blocks) = plan else { return nil }
        let merge = PartMerge(script, options: runner.options, engine: engine.name)
        return DividedScript(blocks: blocks, merge: merge) { execution in
            guard let notes, let beginning, execution.outcome == .pass else { return nil }
            return notes.note(path, id: task.id, tests: execution.tests, skipped: execution.skipped, since: beginning)
        }
    }

    private static let blocksOfPart = 4

    func execute(_ task: FileTask, blocks: [Int], _ pass: PartPass) throws(EngineUnavailable) {
        let progress = task.progress
        _ = engine.consumeLoss()
        var isLost = false
        let run = BlockRun(blocks: blocks, turn: { BlockTurn(pass.turn($0)) }) { _, verdict, report in
            // What came after a connection was lost says nothing of the file.
            if engine.consumeLoss() { isLost = true }
            if !isLost, let found = try? FoundPart(verdict: verdict, report: report).encoded { pass.deliver(found, isLast: verdict.stopReason != .endOfFile) }
        }
        do {
            guard try enterFolder(of: task) else { return }
            defer { chdir("/") }
            let file = try ScriptFile(task.path)
            try runner.run(Script(path: file.path), run, on: engine) { line, record in progress.at(line: line, record: record) }
        } catch {
            // A run of the whole file comes upon the same, and tells of it.
        }
    }
}

/// What was found in a part, on its way to whoever puts the file together.
private struct FoundPart: Codable {
    var verdict: FileVerdict
    var report: PartReport

    var encoded: [UInt8] { get throws { Array(try JSONEncoder().encode(self)) } }
}

private struct DividedScript: DividedFile {
    let blocks: [Int]
    let merge: PartMerge
    /// Why the verdict cannot be kept for later runs.
    let note: (FileExecution) -> String?

    func merged(_ parts: [[UInt8]]) -> FileExecution? {
        var merge = merge
        for part in parts {
            guard let found = try? JSONDecoder().decode(FoundPart.self, from: Data(part)) else { return nil }
            merge.add(found.verdict, found.report)
        }
        if merge.isDivided { return nil }
        var execution = FileExecution(merge.whole())
        execution.notCached = note(execution)
        return execution
    }
}

extension BlockTurn {
    fileprivate init(_ turn: PartTurn) {
        self = switch turn {
        case .own: .own
        case .others: .others
        case .over: .over
        }
    }
}
