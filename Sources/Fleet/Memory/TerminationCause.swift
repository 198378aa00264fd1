import Glibc

/// Why a process ended that did not finish its file: the one judgement of a dead worker, of a fleet or of `slt-worker run`,
/// and of a program that ran a file.
package enum TerminationCause: Sendable, Equatable {
    /// Memory ended it.
    /// - Parameter isCertain: its cgroup leaves no doubt, so that another try would only do the same.
    case outOfMemory(isCertain: Bool)
    case crashed

    /// What is known of the process besides its status.
    package struct Evidence: Sendable {
        /// Bytes of memory that it and what it started may have; `nil` without a limit.
        package var limit: Int?
        /// What holds it to the limit.
        package var holder = MemoryLimit.Holder.addressSpace
        /// Its address space when it was last looked at, in bytes.
        package var virtualSize = 0
        /// How much of its address space it had without using it when it began, in bytes.
        package var base = 0
        /// The last that it printed.
        package var output: [UInt8] = []
        /// Whether it only ran the file, so that leaving with an exit code ends it like any signal.
        package var isProgram = false

        package init() {}
    }

    package init(_ status: TerminationStatus, _ evidence: Evidence) {
        let isGrouped = evidence.holder == .cgroup
        if isGrouped && status.signal == SIGKILL && status.memoryWasShort {
            self = .outOfMemory(isCertain: true)
        } else if TerminationCause.isNearLimit(status, isGrouped ? nil : evidence.limit, evidence) || TerminationCause.saysRefused(status, evidence) {
            self = .outOfMemory(isCertain: false)
        } else {
            self = .crashed
        }
    }

    package var isOutOfMemory: Bool { self != .crashed }

    /// Near its limit, or killed while the kernel was killing for want of memory.
    private static func isNearLimit(_ status: TerminationStatus, _ limit: Int?, _ evidence: Evidence) -> Bool {
        guard status.signal != 0 else { return false }
        if status.signal == SIGKILL && status.memoryWasShort { return true }
        guard let limit else { return false }
        return max(status.peak + evidence.base, evidence.virtualSize) >= limit / 10 * 9
    }

    /// An engine that ends its process because it was refused memory says so last. A worker that leaves, or is killed, has other reasons.
    private static func saysRefused(_ status: TerminationStatus, _ evidence: Evidence) -> Bool {
        guard evidence.isProgram || (status.signal != 0 && status.signal != SIGKILL) else { return false }
        return MemoryRefusal.isSaid(atEndOf: evidence.output)
    }
}
