import Glibc
import Platform

/// Sets of signals.
package enum Signals {
    static func set(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// Blocks `signals` in this thread and those it starts.
    package static func block(_ signals: [Int32]) {
        var set = set(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The next of `signals` (which are blocked) that arrives within `seconds`, or `nil`.
    package static func wait(for signals: [Int32], seconds: Double) -> Int32? {
        var set = set(signals)
        var time = timespec(seconds: seconds)
        let signal = sigtimedwait(&set, nil, &time)
        return signal > 0 ? signal : nil
    }
}
