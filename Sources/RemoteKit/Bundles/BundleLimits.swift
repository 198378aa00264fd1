/// How much a bundle, or a file that is packed by itself, may hold. Whoever passes one on is not trusted: a small file can say that it is a large one.
struct BundleLimits: Sendable {
    /// Files and folders: those of a run that was cut off have one for each file of the suite.
    var entries = 1 << 20
    /// Bytes of all files together.
    var bytes = 16 << 30
    /// How many times larger than the bundle its files may be, beyond the first ``freeBytes``.
    var ratio = 1000
    /// Bytes that any bundle may hold.
    var freeBytes = 64 << 20
    /// The most bytes that a file of `size` bytes may hold.
    func most(of size: Int) -> Int {
        let (large, isTooLarge) = size.multipliedReportingOverflow(by: ratio)
        return isTooLarge || large > bytes - freeBytes ? bytes : freeBytes + large
    }

    /// Those of records that are packed by themselves: they repeat more than a bundle does, as where each file ends with the same output.
    static let records = BundleLimits(ratio: 10_000)

    /// Names in a path.
    static let depth = 5
    static let name = 100
}
