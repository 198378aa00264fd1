import Fleet
import FoundationEssentials

/// A toy file that begins with `parted` can be run in parts, each of which is a line.
extension ToyExecutor: PartExecutor {
    func divide(_ task: FileTask, into parts: Int, expecting seconds: Double) -> (any DividedFile)? {
        let lines = lines(of: task)
        return lines.first == "parted" ? PartedToy(blocks: Array(1...lines.count)) : nil
    }

    func execute(_ task: FileTask, blocks: [Int], _ pass: PartPass) throws(EngineUnavailable) {
        for (index, line) in lines(of: task).enumerated() {
            task.progress.at(line: index + 1, record: index + 1)
            switch pass.turn(index) {
            case .own: pass.deliver(Array(run(line, at: index + 1, task).utf8))
            case .others: continue
            case .over: return
            }
        }
    }

    private func lines(of task: FileTask) -> [String] {
        (FileManager.default.contents(atPath: task.pathText) ?? Data()).split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// - Returns: the name of the outcome.
    private func run(_ line: String, at number: Int, _ task: FileTask) -> String {
        let words = line.split(separator: " ").map(String.init)
        wait(words, task)
        return words.first == "fail" ? "fail \(number)" : "pass"
    }
}

private struct PartedToy: DividedFile {
    let blocks: [Int]

    func merged(_ parts: [[UInt8]]) -> FileExecution? {
        let found = parts.map { String(decoding: $0, as: UTF8.self) }
        guard let line = found.firstIndex(where: { $0.hasPrefix("fail") }) else { return FileExecution(outcome: .pass, tests: parts.count) }
        // What it says of itself has to be what this part was.
        guard found[line] == "fail \(line + 1)" else { return FileExecution(outcome: .crashed, message: "the parts are in disorder") }
        let failure = RecordFailure(line: line + 1, message: "wrong result", sql: "SELECT 1", expected: "1", actual: "2")
        return FileExecution(outcome: .fail, tests: line + 1, errors: 1, failures: [failure], message: "1 record failed")
    }
}
