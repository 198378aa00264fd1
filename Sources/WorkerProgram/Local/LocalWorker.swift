import FoundationEssentials
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// The life of a forked worker: it reads the number of a file, runs it in a folder of its own, and writes the result.
struct LocalWorker {
    let work: FileWork
    let files: [String]
    let slot: Int
    let board: LocalBoard
    /// A folder that all workers share.
    let folder: String
    /// Descriptors.
    let requests: Int32
    let replies: Int32
    /// Bytes of address space, for engines that live in this process.
    let memory: Int?

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
            reply(inFolder { result(files[index], work) })
            board.setDatabase(slot, "")
            // What its programs have left behind belongs to this process by now.
            while waitpid(-1, nil, WNOHANG) > 0 {}
        }
        _exit(0)
    }

    private func result(_ file: String, _ work: FileWork) -> FileResult {
        var result = work.result(of: file) { line, record in board.setRecord(slot, line: line, record: record) }
        if memory != nil { result.verdict?.markIfOutOfMemory() }
        return result
    }

    /// SQL and commands can name files: they belong to this file alone.
    private func inFolder(_ body: () -> FileResult) -> FileResult {
        let own = "\(folder)/\(slot)"
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

    private func reply(_ result: FileResult) {
        guard let bytes = try? JSONEncoder().encode(result) else { _exit(1) }
        var count = bytes.count
        let frame = withUnsafeBytes(of: &count) { Array($0) } + bytes
        guard DescriptorIO.writeAll(replies, frame) else { _exit(1) }
    }
}
