import CMalloc

/// The C library's heap, tuned for messages of a megabyte that many threads make and drop.
enum Heap {
    /// Keeps what is freed up to a bound, once and for the whole process: every message would otherwise get fresh
    /// pages from the kernel, which zeroes them one by one (about 4 % of the time of a large file's first sync).
    static let keepsMessages: Bool = {
        // Larger blocks still go back to the kernel at once.
        mallopt(M_MMAP_THRESHOLD, 4 << 20) == 1 && mallopt(M_TRIM_THRESHOLD, 32 << 20) == 1
    }()
}
