import Glibc
import RemoteKit
import Synchronization

/// Ctrl-C: the first one ends the work in order, a second one within two seconds ends the program at once.
/// Either way what runs on the host goes on, and the user is told how to come back.
enum Interruption {
    private struct State {
        var work: (@Sendable () -> Void)?
        var farewell: String?
    }

    private static let state = Mutex(State())

    /// Said when the program is interrupted from now on; `nil` says nothing.
    static func leaveWord(_ text: String?) { state.withLock { $0.farewell = text } }

    /// Runs `body` as a task that Ctrl-C and SIGTERM cancel.
    /// - Throws: ``Leave`` with code 130 when interrupted, else what `body` throws.
    static func watching<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        listen()
        let task = Task { try await body() }
        state.withLock { $0.work = { task.cancel() } }
        defer { state.withLock { $0.work = nil } }
        do {
            return try await task.value
        } catch {
            guard task.isCancelled else { throw error }
            farewell()
            throw Leave(.interrupted)
        }
    }

    private static func farewell() {
        let text = state.withLock { state in
            defer { state.farewell = nil }
            return state.farewell
        }
        Terminal.shared.endProgress()
        if let text { Terminal.shared.say(text) }
    }

    private static func interrupted(isFirst: Bool) {
        let cancel = state.withLock { $0.work }
        if isFirst, let cancel {
            cancel()
            return
        }
        farewell()
        Terminal.shared.restore()
        _exit(RemoteKit.ExitCode.interrupted.rawValue)
    }

    // MARK: the signal

    /// Written to by the handler, which may do nothing else.
    nonisolated(unsafe) private static var pipeEnds: (read: Int32, write: Int32) = (-1, -1)

    /// How long a second Ctrl-C still belongs to the first.
    private static let patience = Duration.seconds(2)

    private static func listen() {
        guard pipeEnds.read < 0 else { return }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipeEnds = (ends[0], ends[1])
        var thread = pthread_t()
        guard pthread_create(&thread, nil, { _ in
            Interruption.wait()
            return nil
        }, nil) == 0 else { return }
        pthread_detach(thread)
        // A handler, not SIG_IGN: programs that are started inherit what is ignored.
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                var byte: UInt8 = 1
                _ = write(Interruption.pipeEnds.write, &byte, 1)
            }
        }
    }

    private static func wait() {
        var last: ContinuousClock.Instant?
        var byte: UInt8 = 0
        while read(pipeEnds.read, &byte, 1) != 0 {
            let now = ContinuousClock.now
            interrupted(isFirst: last.map { now - $0 > patience } ?? true)
            last = now
        }
    }
}
