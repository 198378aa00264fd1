import Glibc

extension Attributes {
    /// The same with the present time.
    var arrivingNow: Attributes {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Attributes(mode: mode, seconds: Int64(now.tv_sec), nanoseconds: UInt32(now.tv_nsec))
    }

    /// For futimens and utimensat: no change of the access time, then this modification time.
    var times: [timespec] {
        [timespec(tv_sec: 0, tv_nsec: Int(SystemConstant.omitTime)), timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))]
    }
}
