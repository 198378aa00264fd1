import Glibc

/// An mtime, in nanoseconds of the file system's clock.
struct FileTime: Sendable, Equatable {
    var nanoseconds: Int

    init(_ time: timespec) {
        nanoseconds = time.tv_sec.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ time.tv_nsec
    }

    /// Seconds from this beat to `now`; negative when the clock went back.
    func age(at now: FileTime) -> Double { Double(now.nanoseconds &- nanoseconds) / 1e9 }
}
