import Glibc
import Platform
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
        leave()
    }

    private static func leave() -> Never {
        farewell()
        Terminal.shared.restore()
        _exit(RemoteKit.ExitCode.interrupted.rawValue)
    }

    // MARK: the signal

    /// Written to by the handler, which may do nothing else.
    nonisolated(unsafe) private static var pipeEnds: (reading: Int32, writing: Int32) = (-1, -1)

    /// How long a second Ctrl-C still belongs to the first.
    private static let patience = Duration.seconds(2)
    /// Milliseconds after which SIGTERM ends the program, whatever it waits for: it is not sent twice.
    private static let terminationPatience: Int32 = 5000

    /// How long the work may take to end in order, in milliseconds.
    private static let endOfPatience: Int32 = 30_000

    private static func listen() {
        guard pipeEnds.reading < 0, let ends = DescriptorIO.pipe() else { return }
        pipeEnds = ends
        do { try SystemThread.start { Interruption.wait() } } catch { return }
        // A handler, not SIG_IGN: programs that are started inherit what is ignored.
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Interruption.pipeEnds.writing, &byte, 1)
            }
        }
    }

    private static func wait() {
        var last: ContinuousClock.Instant?
        var byte: UInt8 = 0
        while true {
            var waiting = pollfd(fd: pipeEnds.reading, events: Int16(POLLIN), revents: 0)
            // Where the work does not end, because no thread or memory can be had for it, the program does.
            if poll(&waiting, 1, last == nil ? -1 : endOfPatience) == 0 { interrupted(isFirst: false) }
            guard read(pipeEnds.reading, &byte, 1) > 0 else { continue }
            let now = ContinuousClock.now
            interrupted(isFirst: last.map { now - $0 > patience } ?? true)
            last = now
            guard Int32(byte) == SIGTERM else { continue }
            var more = pollfd(fd: pipeEnds.reading, events: Int16(POLLIN), revents: 0)
            if poll(&more, 1, terminationPatience) == 0 { leave() }
        }
    }
}
