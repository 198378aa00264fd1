import Platform

/// Finds claims that nobody holds any more.
///
/// On this host that is known at once from the owner's pid and start time. A claim of another host, or of a process
/// that does not go on (stopped, or its machine cut off), ends with its lease: its heartbeat is older than the lease
/// *and* did not move while this process watched for half a lease. A clock that jumps thus takes no claim away.
struct Orphans {
    private let table: ClaimTable
    /// Seconds.
    private let lease: Double
    private var watched: [Int: (generation: Int, heartbeat: FileTime?, since: UInt64)] = [:]

    init(table: ClaimTable, lease: Double) {
        self.table = table
        self.lease = lease
    }

    struct Finding {
        /// Claims that can be taken over now.
        var orphans: [ClaimState] = []
        /// Claims whose heartbeat is too old, that may become orphans while they are watched.
        var suspects = 0
        /// Claims of this process.
        var own = 0
        /// Claims that do not say whose they are.
        var ownerless: [ClaimState] = []
        /// All of them.
        var claims = 0
    }

    mutating func find() throws(FleetError) -> Finding {
        let states = try table.list()
        var finding = Finding()
        finding.claims = states.count
        var stillWatched: [Int: (generation: Int, heartbeat: FileTime?, since: UInt64)] = [:]
        var now: FileTime?
        for state in states {
            if let owner = state.owner {
                if owner.isFree || owner.process.life == .dead {
                    finding.orphans.append(state)
                    continue
                }
                if owner.process == table.owner.process {
                    finding.own += 1
                    continue
                }
            } else {
                finding.ownerless.append(state)
            }
            let present: FileTime
            if let now { present = now } else { present = try table.fileSystemNow() }
            now = present
            // A beat that vanished belongs to a claim that was just removed.
            guard let beat = state.heartbeat, beat.age(at: present) > lease else { continue }
            let before = watched[state.id]
            let same = before?.generation == state.generation && before?.heartbeat == beat
            let since = same ? before?.since ?? Clock.monotonic : Clock.monotonic
            if Clock.seconds(since: since) >= lease / 2 {
                finding.orphans.append(state)
            } else {
                finding.suspects += 1
                stillWatched[state.id] = (state.generation, beat, since)
            }
        }
        watched = stillWatched
        return finding
    }
}
