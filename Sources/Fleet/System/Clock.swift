import Glibc

/// The two clocks a run uses: one for people and files, one that never jumps.
enum Clock {
    /// Seconds since 1970.
    static var now: Double { seconds(CLOCK_REALTIME) }

    /// Nanoseconds since the machine started; the same in all its processes.
    static var monotonic: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Seconds on the monotonic clock since `start`, 0 when that lies ahead.
    static func seconds(since start: UInt64) -> Double {
        let now = monotonic
        return now > start ? Double(now - start) / 1e9 : 0
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension timespec {
    init(seconds: Double) {
        let bounded = min(max(seconds, 0), 1e9)
        self.init(tv_sec: Int(bounded), tv_nsec: Int((bounded - bounded.rounded(.down)) * 1e9))
    }
}

/// Waits without a Swift task, for code that owns its thread.
func pauseThread(_ seconds: Double) {
    var wanted = timespec(seconds: seconds)
    var left = timespec()
    while nanosleep(&wanted, &left) != 0 && errno == EINTR { wanted = left }
}
