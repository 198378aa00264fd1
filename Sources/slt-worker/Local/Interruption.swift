import Glibc
import Synchronization

/// Signals that end the program: they are noted, so that nothing is left behind, and take effect afterwards.
enum Interruption {
    private static let signal = Atomic<Int32>(0)

    static func watch() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
            Glibc.signal(number) { number in Interruption.signal.store(number, ordering: .relaxed) }
        }
    }

    static var hasCome: Bool { signal.load(ordering: .relaxed) != 0 }

    /// Ends the program as the signal would have, if one has come.
    static func pass() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { Glibc.signal(number, SIG_DFL) }
        let number = signal.load(ordering: .relaxed)
        if number != 0 { raise(number) }
    }
}
