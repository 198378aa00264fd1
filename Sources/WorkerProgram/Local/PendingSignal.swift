import Glibc
import Synchronization

/// Signals that end the program: they are noted, so that what has finished is told and nothing is left behind, and take
/// effect afterwards. A second one ends the program at once.
enum PendingSignal {
    private static let signal = Atomic<Int32>(0)
    private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGPIPE]

    static func watch() {
        for number in numbers where !isIgnored(number) {
            Glibc.signal(number) { number in
                if PendingSignal.signal.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
            }
        }
    }

    /// Whether whoever started this program wants it to go on, as nohup does.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        return sigaction(number, nil, &action) == 0 && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// As if this signal had come, where nobody listens any more.
    static func note(_ number: Int32) { signal.store(number, ordering: .relaxed) }

    static var isSet: Bool { signal.load(ordering: .relaxed) != 0 }

    /// Ends the program as the signal would have, if one has come: for a shell, with 128 and its number.
    static func pass() {
        let number = signal.load(ordering: .relaxed)
        guard number != 0 else { return }
        Glibc.signal(number, SIG_DFL)
        raise(number)
    }
}
