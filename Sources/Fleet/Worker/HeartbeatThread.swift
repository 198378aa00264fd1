import CFleet
import Glibc
import Synchronization

/// The worker's second thread: it keeps the claim's heartbeat and takes the signals while the first runs a file.
///
/// SIGTERM (also sent by the kernel when the supervisor dies) gives the claim back and ends the process at once;
/// SIGUSR1 lets the file finish and nothing more be claimed.
final class HeartbeatThread: Sendable {
    static let signals = [SIGTERM, SIGUSR1]
    /// The exit code of a worker that gave its claim back.
    static let gaveBack: Int32 = 75

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
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let result = pthread_create(&thread, nil, { box in
            if let box { Unmanaged<HeartbeatThread>.fromOpaque(box).takeRetainedValue().run() }
            return nil
        }, box.toOpaque())
        if result != 0 {
            box.release()
            throw .system("start a thread", result)
        }
        pthread_detach(thread)
    }

    private func run() {
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
        Descendants.end()
        _exit(HeartbeatThread.gaveBack)
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    func hold(_ claim: Claim?) { state.withLock { $0.claim = claim } }

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

/// Processes that a process has, directly.
enum Descendants {
    /// Children of all threads of this process, from `/proc/self/task/*/children`.
    static func ofThisProcess() -> [Int32] {
        let tasks = Path("/proc/self/task")
        var children: [Int32] = []
        for task in (try? tasks.names()) ?? [] {
            let text = (tasks / task / "children").kernelText() ?? []
            children += text.split(separator: 0x20).compactMap { decimal($0).flatMap { Int32(exactly: $0) } }
        }
        return children
    }

    /// Ends the children of this process with the groups they lead, and then the orphans that this brings up, as long
    /// as there are any, for about a second.
    static func end() {
        for _ in 0..<100 {
            let children = ofThisProcess()
            if children.isEmpty { return }
            for child in children {
                kill(-child, SIGKILL)
                kill(child, SIGKILL)
            }
            while waitpid(-1, nil, WNOHANG) > 0 {}
            if !ofThisProcess().isEmpty { pauseThread(0.01) }
        }
    }
}
