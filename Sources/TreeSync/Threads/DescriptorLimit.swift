import Glibc

/// How many files this process may have open. The usual soft limit of 1,024 is for programs that use select(2).
enum DescriptorLimit {
    /// The limit, after an attempt to raise it as far as the hard limit allows, though not so far that programs
    /// started later would suffer from it.
    static let raised: Int = {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        if limit.rlim_cur < most {
            var wanted = limit
            wanted.rlim_cur = min(most, limit.rlim_max)
            if setrlimit(resource, &wanted) == 0 { limit = wanted }
        }
        return Int(clamping: limit.rlim_cur)
    }()

    private static let most: rlim_t = 8192
}
