import Glibc
import Platform
import Synchronization

/// A ProxyCommand: a shell child whose standard input and output are one end of a socket pair.
final class ProxyProcess: Sendable {
    /// Our end; whoever uses it closes it.
    let descriptor: Int32
    /// `nil` once it was reaped.
    private let pid: Mutex<pid_t?>

    /// - Throws: ``SSHError`` of code `unreachable`.
    init(command: String) throws(SSHError) {
        func failed(_ why: String) -> SSHError { SSHError(.unreachable, "cannot start the proxy command: \(why)") }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { throw failed(ErrorText.of(errno)) }
        defer { close(ends[1]) }
        _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
        descriptor = ends[0]
        do throws(ChildProcess.Failure) {
            // A group of its own, so that all of it can be ended and Ctrl-C does not reach it.
            let shell = ChildProcess(["/bin/sh", "-c", "exec " + command], group: .new,
                                     descriptors: [(0, .descriptor(ends[1])), (1, .descriptor(ends[1]))])
            pid = Mutex(try shell.start())
        } catch {
            close(ends[0])
            throw failed(error.text)
        }
    }

    /// How long it may take to end when it is asked to, in looks of 2 ms each.
    private static let patience = 50

    /// Ends the child and reaps it; blocks for a tenth of a second at most.
    func end() {
        let child = pid.withLock { pid in
            defer { pid = nil }
            return pid
        }
        guard let child else { return }
        kill(-child, SIGTERM)
        for _ in 0 ..< Self.patience {
            if ProcessTermination.poll(child) != nil { return }
            Clock.pauseThread(0.002)
        }
        kill(-child, SIGKILL)
        _ = ProcessTermination.wait(for: child)
    }
}
