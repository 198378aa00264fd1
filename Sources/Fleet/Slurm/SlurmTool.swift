import Glibc
import Platform

/// One call of a program of Slurm's (`sbatch`, `squeue`, …), which the calling thread waits for.
enum SlurmTool {
    struct Answer {
        /// `nil` where it did not end in time.
        var code: Int32?
        var output: String
        var errors: String

        var isGood: Bool { code == 0 }
        /// The first line of what it complained of, for people.
        var complaint: String {
            let line = (errors.isEmpty ? output : errors).split(separator: "\n").first.map(String.init) ?? ""
            let words = line.hasPrefix("sbatch: error: ") ? String(line.dropFirst(15)) : line
            return code == nil && words.isEmpty ? "it does not answer" : words.isEmpty ? "exit code \(code ?? 0)" : SafeText.line(words, limit: 300)
        }
    }

    /// The most that is kept of an answer: `squeue` of an array of 10,000 has a megabyte.
    private static let longest = 64 << 20

    /// - Parameters:
    ///   - words: the program, looked up in PATH, and its arguments. No shell sees them.
    ///   - input: for its standard input; less than a pipe holds.
    ///   - seconds: after which it is ended.
    /// - Returns: nil where there is no such program.
    static func run(_ words: [String], input: String = "", within seconds: Double = 20) throws(FleetError) -> Answer? {
        guard let feed = DescriptorIO.pipe(), let output = DescriptorIO.pipe(), let errors = DescriptorIO.pipe() else { throw .system("make a pipe") }
        defer { for end in [output.reading, errors.reading] { close(end) } }
        _ = DescriptorIO.writeAll(feed.writing, Array(input.utf8))
        close(feed.writing)
        let program = ChildProcess(words, directory: Array("/".utf8), descriptors: [
            (0, .descriptor(feed.reading)), (1, .descriptor(output.writing)), (2, .descriptor(errors.writing)),
        ])
        let pid: pid_t
        do {
            defer { for end in [feed.reading, output.writing, errors.writing] { close(end) } }
            pid = try program.start()
        } catch {
            if error.number == ENOENT { return nil }
            throw FleetError(.startFailed, "cannot start \(words[0]): \(error.text)")
        }
        let deadline = Clock.after(.seconds(seconds))
        var texts: [[UInt8]] = [[], []], open = [output.reading, errors.reading]
        while open.contains(where: { $0 >= 0 }), Clock.monotonic < deadline {
            var wanted = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let left = min(1000, Int32((deadline - min(deadline, Clock.monotonic)) / 1_000_000) + 1)
            guard poll(&wanted, 2, left) > 0 else { continue }
            for index in 0..<2 where wanted[index].revents != 0 {
                let bytes = DescriptorIO.read(open[index], limit: 64 << 10) ?? []
                if bytes.isEmpty { open[index] = -1 } else if texts[index].count < longest { texts[index] += bytes }
            }
        }
        let isLate = open.contains { $0 >= 0 }
        if isLate { kill(-pid, SIGKILL) }
        let end = ProcessTermination.wait(for: pid)
        var code: Int32? = 1
        if case .exited(let number)? = end { code = number }
        return Answer(code: isLate ? nil : code, output: String(decoding: texts[0], as: UTF8.self), errors: String(decoding: texts[1], as: UTF8.self))
    }

    /// The same where there must be such a program.
    static func ask(_ words: [String], input: String = "", within seconds: Double = 20) throws(FleetError) -> Answer {
        if let answer = try run(words, input: input, within: seconds) { return answer }
        throw FleetError(.invalid, "cannot use Slurm: there is no '\(words[0])' on \(HostName.own); name a login node of the cluster as host, or run with launcher 'local'")
    }
}
