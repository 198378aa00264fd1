import Glibc
import Platform

/// A running line of bash in a process group of its own, with pipes to its standard input and output where asked for.
/// The group is killed with the last reference.
final class ShellCommand {
    /// bash could not be started; the message says why.
    struct Failure: Error { var message: String }

    /// Writes to the command's standard input; -1 when there is no pipe.
    private(set) var input: Int32 = -1
    /// Reads from its standard output; -1 when there is no pipe.
    let output: Int32
    private let pid: pid_t
    private var termination: ProcessTermination?

    /// - Parameters:
    ///   - line: for `bash -c`.
    ///   - wantsInput: whether standard input is a pipe; `/dev/null` if not.
    ///   - wantsOutput: whether standard output is a pipe; `/dev/null` if not. Standard error is this process's.
    init(_ line: [UInt8], input wantsInput: Bool = false, output wantsOutput: Bool = false) throws(Failure) {
        let toChild = wantsInput ? DescriptorIO.pipe() : (-1, -1)
        let fromChild = toChild == nil ? nil : wantsOutput ? DescriptorIO.pipe() : (-1, -1)
        guard let toChild, let fromChild else {
            let reason = ErrorText.of()
            Self.close([toChild?.reading ?? -1, toChild?.writing ?? -1])
            throw Failure(message: "cannot make a pipe: \(reason)")
        }
        defer { Self.close([toChild.reading, fromChild.writing]) }
        let child = ChildProcess(["bash", "-c"].map { Array($0.utf8) } + [line], descriptors: [
            (to: 0, from: wantsInput ? .descriptor(toChild.reading) : .null), (to: 1, from: wantsOutput ? .descriptor(fromChild.writing) : .null),
        ])
        do throws(ChildProcess.Failure) {
            pid = try child.start()
        } catch {
            Self.close([toChild.writing, fromChild.reading])
            throw Failure(message: "cannot start bash: \(error.text)")
        }
        input = toChild.writing
        output = fromChild.reading
    }

    deinit {
        Self.close([input, output])
        guard termination == nil else { return }
        kill(-pid, SIGKILL)
        _ = wait()
    }

    private static func close(_ descriptors: [Int32]) {
        for descriptor in descriptors where descriptor >= 0 { Glibc.close(descriptor) }
    }

    func closeInput() {
        Self.close([input])
        input = -1
    }

    /// Writes all of `bytes`; false when the process reads no more.
    func write(_ bytes: [UInt8]) -> Bool {
        // A pipe without a reader raises SIGPIPE. What that does is for the program to say, not for this module.
        var (pipe, before) = (sigset_t(), sigset_t())
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        if DescriptorIO.writeAll(input, bytes) { return true }
        var none = timespec()
        _ = sigtimedwait(&pipe, nil, &none)
        return false
    }

    /// What there is to read, up to 64 KB; empty at the end.
    func read() -> [UInt8] { DescriptorIO.read(output, limit: 65536) ?? [] }

    /// Everything up to the end of output, of which no more than `limit` bytes are kept.
    func readAll(limit: Int) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = read()
            if bytes.isEmpty { return all }
            if all.count < limit { all += bytes.prefix(limit - all.count) }
        }
    }

    /// Ends the command and all that is in its process group. Another thread may call it, as long as nobody has waited for the end.
    func end() { kill(-pid, SIGKILL) }

    /// Waits for the end.
    /// - Returns: nil where the system does not say how it ended.
    func wait() -> ProcessTermination? {
        if termination == nil { termination = ProcessTermination.wait(for: pid) }
        return termination
    }

    /// Waits up to `seconds` for the end by itself.
    /// - Returns: nil while it runs.
    func wait(seconds: Double) -> ProcessTermination? {
        let end = Clock.monotonicSeconds + seconds
        while termination == nil, Clock.monotonicSeconds < end {
            termination = ProcessTermination.poll(pid)
            if termination == nil { Clock.pauseThread(0.001) }
        }
        return termination
    }
}

extension ProcessTermination {
    /// That of the program that the shell ran, where the shell says by its exit code that a signal ended it.
    var unwrapped: ProcessTermination {
        guard case .exited(let code) = self, code > 128, code <= 128 + 64 else { return self }
        return .signaled(code - 128)
    }

    /// For a message: `exit code 3` or `SIGKILL`.
    var shown: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): SignalName.of(signal)
        }
    }
}
