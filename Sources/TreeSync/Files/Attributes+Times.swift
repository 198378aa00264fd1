import Glibc

extension Attributes {
    /// For futimens and utimensat: no change of the access time, then this modification time.
    var times: [timespec] {
        [timespec(tv_sec: 0, tv_nsec: Int(SystemConstant.omitTime)), timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))]
    }
}
