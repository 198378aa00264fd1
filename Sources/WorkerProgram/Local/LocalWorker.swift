import FoundationEssentials
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// The life of a forked worker: it reads the number of a file, runs it in a folder of its own, writes the result, and explains its failures.
struct LocalWorker {
    let work: FileWork
    let files: [String]
    /// What is run of each; see ``LocalPool/parts``.
    let parts: [ScriptPart?]
    let slot: Int
    let board: LocalBoard
    /// A folder that all workers share.
    let folder: String
    /// Descriptors.
    let requests: Int32
    let replies: Int32
    /// Bytes of address space, for engines that live in this process.
    let memory: Int?
    /// Whether results have the rows of failures.
    let tellsRows: Bool
    /// Says more about failures, where that is wanted.
    let explainer: LocalExplainer?

    func run() -> Never {
        if let memory, !ForkedProcess.limitMemory(memory) {
            perror("cannot limit the worker's memory")
            _exit(1)
        }
        var work = work
        let (board, slot) = (board, slot)
        work.engine = ObservedEngine(work.engine) { board.setDatabase(slot, $0) }
        while let index = readIndex(), files.indices.contains(index) {
            board.setRecord(slot, line: 0, record: 0)
            let done = inFolder { result(files[index], parts.indices.contains(index) ? parts[index] : nil, work) }
            board.setDatabase(slot, "")
            tell(done)
            // What its programs have left behind belongs to this process by now.
            while waitpid(-1, nil, WNOHANG) > 0 {}
        }
        _exit(0)
    }

    private func tell(_ result: FileResult) {
        // The failures of a part may still become others.
        if result.part != nil, explainer != nil { return reply(LocalReply(result: result, isLast: true)) }
        let hashed = (result.verdict?.rows ?? []).filter { $0.expected == nil }
        var told = result
        // Reports have texts; nobody else reads the rows.
        if !tellsRows { told.verdict?.rows = nil }
        guard let explainer, !hashed.isEmpty else { return reply(LocalReply(result: told, isLast: true)) }
        reply(LocalReply(result: told, isLast: false))
        reply(LocalReply(result: explainer.explained(told, hashed, path: work.path(of: result.file), scratch: ownFolder), isLast: true))
    }

    private func result(_ file: String, _ part: ScriptPart?, _ work: FileWork) -> FileResult {
        var result = work.result(of: file, part: part) { line, record in board.setRecord(slot, line: line, record: record) }
        // Of parts it is told from what they have found together.
        if memory != nil, part == nil { result.verdict?.markIfOutOfMemory() }
        return result
    }

    private var ownFolder: String { "\(folder)/\(slot)" }

    /// SQL and commands can name files: they belong to this file alone.
    private func inFolder(_ body: () -> FileResult) -> FileResult {
        let own = ownFolder
        mkdir(own, 0o700)
        if chdir(own) == 0 { setenv("TMPDIR", own, 1) }
        let result = body()
        _ = chdir("/")
        if rmdir(own) != 0 { try? FileManager.default.removeItem(atPath: own) }
        return result
    }

    private func readIndex() -> Int? {
        var index = 0
        return withUnsafeMutableBytes(of: &index) { DescriptorIO.readFully(requests, into: $0) == $0.count } ? index : nil
    }

    private func reply(_ reply: LocalReply) {
        guard let bytes = try? JSONEncoder().encode(reply) else { _exit(1) }
        var count = bytes.count
        let frame = withUnsafeBytes(of: &count) { Array($0) } + bytes
        guard DescriptorIO.writeAll(replies, frame) else { _exit(1) }
    }
}
