import Fleet
import Synchronization

/// Gives runs on a cluster another supervisor on this host, where the former one was killed.
final class Revival: Sendable {
    private let last = Mutex<ContinuousClock.Instant?>(nil)
    /// Between two tries of a conversation: one that dies at once is not started again and again.
    private static let pause = Duration.seconds(5)

    /// Does nothing for a run that is looked after. Whoever asks for a run is told what is known all the same.
    func revive(_ directory: RunDirectory, state: String, executable: String, login: HeldLogin) async {
        guard directory.isLeft, isDue() else { return }
        let variables = await login.known()
        // Its sources stay as they are, as they did before.
        let lock = (try? WorkspaceLock(folder: RealPath.of(directory.spec.workspace), state: state, purpose: nil)) ?? nil
        // Another agent may have been faster.
        _ = try? Supervisor.launch(runDirectory: directory, executable: executable, environment: variables, lock: lock)
    }

    private func isDue() -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            if let before = last, now - before < Self.pause { return false }
            last = now
            return true
        }
    }
}
