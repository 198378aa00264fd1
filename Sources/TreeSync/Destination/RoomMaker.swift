import Platform

/// Makes room on a disk that is full: what the plan has decided to delete goes at once then, rather than at the end. Nothing else
/// goes: no file that is to be replaced, and nothing before it is clear that so much may be deleted. Where it would not be enough
/// for what is still to come, all stays: a sync that fails for want of room deletes nothing.
final class RoomMaker: Sendable {
    private struct State {
        /// `nil` until the plan is complete.
        var deletions: [PlannedDeletion]?
        /// What became of each.
        var outcomes: [Errno?]?
        var letGo: (@Sendable () -> Void)?
        /// When that was done, in nanoseconds of the monotonic clock.
        var madeAt: UInt64 = 0
    }

    private let monitor = Monitor(State())
    private let outstanding: @Sendable () -> UInt64

    /// - Parameter outstanding: the bytes that are still to come, but for those of files that are being written.
    init(outstanding: @escaping @Sendable () -> UInt64 = { 0 }) { self.outstanding = outstanding }

    /// The plan is complete and may be carried out.
    /// - Parameter letGo: closes what is open without need: a file that is deleted keeps its place on the disk until then.
    func allow(_ deletions: [PlannedDeletion], lettingGo letGo: (@Sendable () -> Void)? = nil) {
        monitor.withLock { ($0.deletions, $0.letGo) = (deletions, letGo) }
    }

    /// Whether all that may go has gone.
    var isUsedUp: Bool { monitor.withLock { $0.outcomes != nil } }

    /// Deletes, unless that is done.
    /// - Parameters:
    ///   - bytes: what is lacking for the file in question.
    ///   - free: what the disk has left.
    ///   - gain: what goes with a path, in bytes.
    ///   - delete: carries one deletion out.
    /// - Returns: whether it is worth trying again.
    func make(for bytes: UInt64, free: UInt64, gain: (TreePath) -> UInt64, delete: (PlannedDeletion) throws(Errno) -> Void) -> Bool {
        let wanted = bytes &+ outstanding()
        return monitor.withLock { state in
            if state.outcomes != nil { return true }
            guard let deletions = state.deletions, !deletions.isEmpty else { return false }
            guard deletions.reduce(free, { $0 &+ gain($1.path) }) >= wanted else { return false }
            state.letGo?()
            state.outcomes = deletions.map { deletion in
                do throws(Errno) { try delete(deletion) } catch { return error }
                return nil
            }
            state.madeAt = Clock.monotonic
            return true
        }
    }

    /// Seconds after the deletions in which the disk may still get what they free.
    private static let settling = 5.0

    /// Whether what was deleted may not all be free yet.
    var mayGrow: Bool { monitor.withLock { $0.outcomes != nil && Clock.seconds(since: $0.madeAt) < Self.settling } }

    /// Of the deletion with this number in the plan; `nil` where it is still to be made.
    func outcome(_ index: Int) -> Result<Void, Errno>? {
        monitor.withLock { state in
            guard let outcomes = state.outcomes, outcomes.indices.contains(index) else { return nil }
            return outcomes[index].map { .failure($0) } ?? .success(())
        }
    }
}
