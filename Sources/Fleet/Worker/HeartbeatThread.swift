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
        var claims: [Claim] = []
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
                default: for claim in state.claims { claim.beat() }
                }
            }
        }
    }

    private func leave(_ state: State) -> Never {
        for claim in state.claims { claim.release() }
        ChildProcesses.end()
        _exit(WorkerExit.gaveBack)
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    func hold(_ claim: Claim?) { state.withLock { $0.claims = claim.map { [$0] } ?? [] } }

    /// Holds one more.
    func add(_ claim: Claim) { state.withLock { $0.claims.append(claim) } }

    /// Gives one of them back.
    func giveBack(_ claim: Claim) {
        state.withLock { state in
            state.claims.removeAll { $0 === claim }
            claim.release()
        }
    }

    /// Ends one of them with its result, before a signal can give it back.
    func finishing(_ claim: Claim, _ body: () throws(FleetError) -> Void) throws(FleetError) {
        var failure: FleetError?
        state.withLock { state in
            do throws(FleetError) {
                try body()
            } catch {
                claim.release()
                failure = error
            }
            state.claims.removeAll { $0 === claim }
        }
        if let failure { throw failure }
    }

    /// Gives back all that it holds.
    func release() {
        state.withLock { state in
            for claim in state.claims { claim.release() }
            state.claims = []
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
                for claim in state.claims { claim.release() }
                failure = error
            }
            state.claims = []
        }
        if let failure { throw failure }
    }
}
