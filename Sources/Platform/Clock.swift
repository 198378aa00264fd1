package import Glibc

/// Two clocks: one for people and files, one that never jumps.
package enum Clock {
    /// Seconds since 1970.
    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Nanoseconds since 1970.
    package static var nanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }

    /// Nanoseconds since the machine started, without the time it slept; the same in all its processes.
    package static var monotonic: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Seconds of ``monotonic``.
    package static var monotonicSeconds: Double { Double(monotonic) / 1e9 }

    /// Where ``monotonic`` will be after `duration`.
    package static func after(_ duration: Duration) -> UInt64 {
        let (sum, isPast) = monotonic.addingReportingOverflow(duration.inNanoseconds)
        return isPast ? .max : sum
    }

    /// Seconds of the monotonic clock since `start`, 0 when that lies ahead.
    package static func seconds(since start: UInt64) -> Double {
        let now = monotonic
        return now > start ? Double(now - start) / 1e9 : 0
    }

    /// Seconds of CPU that this thread has used.
    package static var threadCPU: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Waits without a Swift task, for code that owns its thread.
    package static func pauseThread(_ seconds: Double) {
        var wanted = timespec(seconds: seconds)
        var left = timespec()
        while nanosleep(&wanted, &left) != 0 && errno == EINTR { wanted = left }
    }
}

extension timespec {
    /// A duration from 0 to 1e9 seconds; others are brought to the nearer end.
    package init(seconds: Double) {
        let bounded = min(max(seconds, 0), 1e9)
        self.init(tv_sec: Int(bounded), tv_nsec: Int((bounded - bounded.rounded(.down)) * 1e9))
    }
}

extension Duration {
    /// As a number of seconds.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// As a number of nanoseconds: 0 for a negative one, `UInt64.max` for one that does not fit.
    package var inNanoseconds: UInt64 {
        let parts = components
        guard parts.seconds >= 0, parts.attoseconds >= 0 else { return 0 }
        let (whole, isTooLong) = UInt64(parts.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isPast) = whole.addingReportingOverflow(UInt64(parts.attoseconds) / 1_000_000_000)
        return isTooLong || isPast ? .max : sum
    }
}
