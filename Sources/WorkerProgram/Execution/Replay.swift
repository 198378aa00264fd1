import Fleet
import Glibc
import Platform
import SQLLogicTest

/// A run of the beginning of a script on a SQLite, in a process of its own that ends when its time is over, when the run does, and with this one.
struct Replay {
    /// What is known afterwards.
    struct Finding {
        /// By the record's line.
        var rows: [Int: ReplayedRows] = [:]
        /// `sqlite 3.40.1`; empty where it did not come that far.
        var engine = ""
        /// Why no more was found.
        var reason = ""
    }

    /// What `skipif` and `onlyif` call the engine under test.
    let engine: String
    /// A shared library in place of the SQLite in this program.
    let library: String?
    /// Whether the script may reach for what is outside of its database.
    var allowsSystem = true
    /// Seconds that one statement may take, as on the engine under test; nil without a limit.
    var recordTimeout: Double?
    /// Where it starts: a folder of its own.
    let folder: [UInt8]
    /// Bytes that it may have; nil without a limit.
    let memory: Int?
    /// Seconds that it may take.
    let patience: Double
    /// Whether nothing is waited for any more.
    let isCancelled: () -> Bool

    /// Bytes that are read of one answer; the other end sends less.
    private static let answerLimit = 4 << 20
    /// Milliseconds between two looks at whether the run goes on.
    private static let interval: Int32 = 20

    /// - Parameter lines: of the headers of the records whose rows are sought.
    func run(_ script: String, lines: [Int]) -> Finding {
        var finding = Finding(reason: "the replay could not be started")
        guard let pipe = DescriptorIO.pipe() else { return finding }
        let file = open(script, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        let pid = file < 0 ? nil : try? program(lines, input: file, output: pipe.writing).start()
        close(pipe.writing)
        if file >= 0 { close(file) }
        if let pid {
            listen(pipe.reading, &finding)
            kill(pid, SIGKILL)
            _ = ProcessTermination.wait(for: pid)
        }
        close(pipe.reading)
        return finding
    }

    private func program(_ lines: [Int], input: Int32, output: Int32) -> ChildProcess {
        let arguments = [OwnProgram.path, "replay", "\(getpid())", lines.map(String.init).joined(separator: ","), engine, "\(Int(patience) + 1)",
                         "\(memory ?? 0)", library ?? ""] + (allowsSystem ? [] : ["--confined"]) + (recordTimeout.map { ["--record-limit", "\($0)"] } ?? [])
        // Of the worker's variables it gets those that a program needs to run at all: the engine's are secret, and nothing here needs them.
        let environment = ChildProcess.environment(changing: [("TMPDIR", folder)]) { name in !Self.variables.contains(name) }
        // Within the worker's group, with which it is ended.
        return ChildProcess(arguments, environment: environment, group: .own, directory: folder,
                            descriptors: [(0, .descriptor(input)), (1, .descriptor(output)), (2, .null)])
    }

    private static let variables: Set<String> = ["PATH", "HOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SLT_RUN_DIRECTORY"]

    private func listen(_ descriptor: Int32, _ finding: inout Finding) {
        let began = Clock.monotonic
        var pending: [UInt8] = []
        while true {
            if isCancelled() { return finding.reason = "the run was to end" }
            if Clock.seconds(since: began) >= patience { return finding.reason = "the replay took too long" }
            guard DescriptorIO.isReadable(descriptor, within: Self.interval) else { continue }
            guard let chunk = DescriptorIO.read(descriptor, limit: 1 << 20), !chunk.isEmpty, pending.count < Self.answerLimit else {
                return finding.reason = "the replay ended before its time"
            }
            pending += chunk
            var rest = pending[...]
            while let isLast = take(&rest, &finding) { if isLast { return } }
            pending = Array(rest)
        }
    }

    /// Takes one answer.
    /// - Returns: whether it was the last one; nil where none is whole.
    private func take(_ bytes: inout ArraySlice<UInt8>, _ finding: inout Finding) -> Bool? {
        if let rows = ReplayedRows.taken(from: &bytes) {
            finding.rows[rows.line] = rows
            return false
        }
        guard let end = bytes.firstIndex(of: 0x0A), !bytes.starts(with: "rows ".utf8) else { return nil }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        bytes = bytes[(end + 1)...]
        if line == "end" {
            finding.reason = "\(finding.engine)'s rows do not have this hash either"
            return true
        }
        if line.hasPrefix("error ") {
            finding.reason = String(line.dropFirst(6))
            return true
        }
        finding.engine = line
        return false
    }
}
