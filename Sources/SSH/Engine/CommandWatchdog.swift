import Logging
import Platform

/// Watches over a command: the host has to open a channel, to start the login shell, and then the command has to do what is known of it.
/// The user is told what is waited for, and after the limit the wait ends.
struct CommandWatchdog {
    enum Phase: Equatable {
        case opening, requesting, silent
        /// So many bytes were taken.
        case taking(Int)
        case ending

        var text: String {
            switch self {
            case .opening: "the host has not opened a channel for a command"
            case .requesting: "the host has not started the command's login shell"
            case .silent: "the login shell, or a forced command in its place, has said nothing"
            case .taking: "the command there has taken no input"
            case .ending: "the command there has not ended"
            }
        }

        var remedy: String {
            switch self {
            case .opening, .requesting: "check the host's load and what its sshd does at a login (PAM), or raise ConnectTimeout"
            case .taking, .ending: "check the host's load and its disk"
            case .silent: "check the login shell's start-up files and a ForceCommand on the host, or raise ConnectTimeout"
            }
        }
    }

    private let target: String
    private let limit: Duration
    private let noticeAfter: Duration
    let manner: SSHManner
    private let logger: Logger
    private var since: (phase: Phase, time: UInt64)?
    private var last = Clock.monotonic
    private var isNoticed = false
    /// There are several turns in this time, in nanoseconds.
    private static let pause: UInt64 = 3_000_000_000

    /// - Parameter limit: of one phase.
    init(target: String, limit: Duration, noticeAfter: Duration, manner: SSHManner, logger: Logger) {
        self.target = target
        self.limit = limit
        self.noticeAfter = noticeAfter
        self.manner = manner
        self.logger = logger
    }

    /// - Parameter phase: what is waited for.
    /// - Returns: why to give up.
    mutating func check(_ phase: Phase, now: UInt64 = Clock.monotonic) -> SSHError? {
        defer { last = now }
        // A process that was stopped looks before it judges.
        if now - last > Self.pause { since?.time += now - last }
        guard let since, since.phase == phase else {
            since = (phase, now)
            return nil
        }
        let waited = now - since.time
        if waited >= limit.inNanoseconds {
            return SSHError(.timedOut, "cannot go on with \(target): \(phase.text) for \(Human.seconds(limit)) s", remedy: phase.remedy, isRetryable: true)
        }
        if !isNoticed, waited >= noticeAfter.inNanoseconds {
            isNoticed = true
            logger.warning("still waiting for \(target): \(phase.text) for \(Human.seconds(noticeAfter)) s; giving up after \(Human.seconds(limit)) s")
        }
        return nil
    }
}
