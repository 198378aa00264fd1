/// Linux constants that Swift does not see, because their C definitions are casts or need `_GNU_SOURCE`.
enum SystemConstant {
    /// `O_PATH` (fcntl.h; the same on all of Linux's architectures but alpha, parisc and sparc).
    static let path: Int32 = 0o10000000
    /// `UTIME_OMIT` (sys/stat.h).
    static let omitTime = (1 << 30) - 2
    /// `SEEK_DATA` and `SEEK_HOLE` (lseek(2)).
    static let seekData: Int32 = 3
    static let seekHole: Int32 = 4
}
