import Glibc
import Platform

/// Looks which runs of a state folder are live, and what of the host's cores is this run's.
struct ShareWatch {
    private let own: RunDirectory
    private let state: Path
    private let cores: Int
    /// Whether the budget also holds for a run that is alone.
    private let isFixed: Bool
    private var last: UInt64 = 0
    /// Runs that had ended when they were looked at last: one may only come back by being resumed.
    private var ended: Set<String> = []
    private var looks = 0

    /// Seconds between two looks.
    private static let pause = 1.0
    /// After so many looks those that had ended are looked at again.
    private static let looksPerRound = 5

    init(_ directory: RunDirectory) {
        own = directory
        state = directory.layout.root.parent
        isFixed = directory.spec.coreBudget != nil
        cores = directory.spec.coreBudget ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Whether it is time for another look.
    var isDue: Bool { last == 0 || Clock.seconds(since: last) >= Self.pause }

    /// - Parameter wanted: workers of this run.
    /// - Returns: nil where nothing limits the run.
    mutating func look(wanted: Int) -> WorkerShare? {
        last = Clock.monotonic
        looks += 1
        if looks % Self.looksPerRound == 0 { ended = [] }
        var demands = [CoreBudget.Demand(id: own.spec.id, workers: wanted)]
        for id in names where id != own.spec.id && !ended.contains(id) {
            if let demand = self.demand(of: id) { demands.append(demand) } else { ended.insert(id) }
        }
        guard isFixed || demands.count > 1 else { return nil }
        return WorkerShare(workers: CoreBudget.share(of: own.spec.id, among: demands, cores: cores), runs: demands.count, cores: cores)
    }

    private var names: [String] { ((try? state.names()) ?? []).map { String(decoding: $0, as: UTF8.self) }.filter { RunSpec.isValid(id: $0) } }

    /// - Returns: nil of a run that is not live.
    private func demand(of id: String) -> CoreBudget.Demand? {
        let layout = RunLayout(root: state / id)
        guard let lock = File(ifPossible: layout.supervisorLock, O_RDONLY), (try? lock.isLockedElsewhere()) == true,
              let board = File(ifPossible: layout.scoreboard, O_RDONLY), let header = try? board.read(256, at: 0), header.count == 256 else { return nil }
        // A state folder may be shared by several hosts.
        guard let pid = Int32(exactly: header.word(Scoreboard.Header.supervisorPid.rawValue)),
              ProcessIdentity.isAlive(pid: pid, startTime: header.word(Scoreboard.Header.supervisorStart.rawValue)) else { return nil }
        let demand = header.word(Scoreboard.Header.demand.rawValue)
        // One of an older release says only what it was asked for.
        return CoreBudget.Demand(id: id, workers: max(1, Int(clamping: demand > 0 ? demand : header.word(Scoreboard.Header.workersWanted.rawValue))))
    }
}
