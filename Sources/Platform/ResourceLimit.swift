import Glibc

/// What this process may have of the system, getrlimit(2).
package enum ResourceLimit {
    /// Files that may be open at once, after an attempt to raise the soft limit to `wanted`, as far as the hard one allows.
    /// - Returns: the limit and what it was before.
    package static func openFiles(raisedTo wanted: Int) -> (now: Int, before: Int) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return (256, 256) }
        let before = Int(clamping: limit.rlim_cur)
        if before < wanted {
            var higher = limit
            higher.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
            if setrlimit(resource, &higher) == 0 { limit = higher }
        }
        return (Int(clamping: limit.rlim_cur), before)
    }

    /// Processes and threads of this user, RLIMIT_NPROC, after an attempt to raise the soft limit to the hard one; `nil` where there is none.
    package static var processesRaised: Int? {
        var limit = rlimit()
        let resource = __rlimit_resource_t(__RLIMIT_NPROC.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            var higher = limit
            higher.rlim_cur = limit.rlim_max
            if setrlimit(resource, &higher) == 0 { limit = higher }
        }
        return limit.rlim_cur == .max ? nil : Int(clamping: limit.rlim_cur)
    }

    /// Something that a process may be given less of.
    package enum Resource: Sendable {
        case cpuSeconds, fileBytes, coreBytes

        fileprivate var number: __rlimit_resource_t {
            switch self {
            case .cpuSeconds: __rlimit_resource_t(RLIMIT_CPU.rawValue)
            case .fileBytes: __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            case .coreBytes: __rlimit_resource_t(RLIMIT_CORE.rawValue)
            }
        }
    }

    /// This process and what it starts have no more than that, for good; less where they have less already.
    package static func lower(_ resource: Resource, to wanted: Int) {
        var limit = rlimit()
        guard getrlimit(resource.number, &limit) == 0 else { return }
        limit.rlim_max = min(limit.rlim_max, rlim_t(max(0, wanted)))
        limit.rlim_cur = min(limit.rlim_cur, limit.rlim_max)
        _ = setrlimit(resource.number, &limit)
    }

    /// Cores that are online; at least 1.
    package static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
