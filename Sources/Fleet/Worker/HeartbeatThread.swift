import Glibc
import Platform
import Synchronization

/// The worker's second thread: it keeps the claim's heartbeat and takes the signals while the first runs a file.
///
/// SIGTERM (also sent by the kernel when the supervisor dies) gives the claim back and ends the process at once;
/// SIGUSR1 lets the file finish and nothing more be claimed.
final class HeartbeatThread: Sendable {
    static let signals = [SIGTERM, SIGUSR1]

    private struct State {
        var claim: Claim?
        var isDraining = false
    }

    private let state = Mutex(State())
    private let interval: Double

    /// Call before any other thread is started, so that all of them block the signals.
    init(lease: Double) {
        interval = max(0.05, lease / 4)
        Signals.block(HeartbeatThread.signals)
    }

    func start() throws(FleetError) {
        do {
            try SystemThread.start { self.run() }
        } catch {
            throw .system("start a thread", error.number)
        }
    }

    private func run() -> Never {
        while true {
            let signal = Signals.wait(for: HeartbeatThread.signals, seconds: interval)
            state.withLock { state in
                switch signal {
                case SIGTERM: leave(state)
                case SIGUSR1: state.isDraining = true
                default: state.claim?.beat()
                }
            }
        }
    }

    private func leave(_ state: State) -> Never {
        state.claim?.release()
        ChildProcesses.end()
        _exit(WorkerExit.gaveBack)
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    func hold(_ claim: Claim?) { state.withLock { $0.claim = claim } }

    /// Gives the claim back.
    func release() {
        state.withLock { state in
            state.claim?.release()
            state.claim = nil
        }
    }

    /// Publishing is over before a signal can give the claim back.
    func publishing(_ body: () throws(FleetError) -> Void) throws(FleetError) {
        var failure: FleetError?
        state.withLock { state in
            do throws(FleetError) {
                try body()
            } catch {
                // Nothing came of this try; it is nobody's fault but the disk's.
                state.claim?.release()
                failure = error
            }
            state.claim = nil
        }
        if let failure { throw failure }
    }
}
