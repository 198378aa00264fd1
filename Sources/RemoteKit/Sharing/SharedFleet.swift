import AgentProtocol
import Fleet
import FoundationEssentials
import Platform

/// What is known of a run over several hosts while it is at work, and who runs which files: hosts ask it for work.
actor SharedFleet {
    /// A host of the run.
    struct Member {
        var name: String
        /// Cores times speed; `nil` as long as it is not known.
        var capacity: Double?
        var state = State.preparing
        /// Why it has no part in the run any more.
        var reason: RemoteError?
        /// The connection of the moment.
        var agent: AgentClient?

        enum State { case preparing, waiting, working, gone }
    }

    /// A run on a host, while this client knows of it.
    struct Share {
        var note: SharedRunNote.Share
        var status: RunStatus?
        var sample: HostSample?
        /// Records that were told of, in short, by the place of the file.
        var records: [Int: FileRecord] = [:]
        var hasEnded = false
        var isGivingBack = false
        /// Files that this client took from it.
        var moved = 0
        /// Where its results are on this machine.
        var folder: String?
    }

    private(set) var note: SharedRunNote
    private(set) var members: [Member]
    private(set) var shares: [Share] = []
    /// Files that nobody has: places in the note's.
    private var pool: [Int] = []
    private var placeOfKey: [UInt64: Int] = [:]
    private var placesOfName: [String: [Int]] = [:]
    private let signal = AsyncSignal()
    private let folder: SharedRunFolder
    private let tell: @Sendable (JobEvent) -> Void
    private var isDealt = false
    /// Somebody has asked for the end: nothing more is begun.
    private var isStopped = false
    private var firstReady: ContinuousClock.Instant?

    /// How long those that are ready wait for the others before the files are dealt; `nil` waits for all.
    private let patience: Duration?
    /// Seconds of work: less is not worth a move.
    private static let leastMoved = 1.5

    init(_ note: SharedRunNote, folder: SharedRunFolder, patience: Duration?, tell: @escaping @Sendable (JobEvent) -> Void) {
        self.note = note
        self.folder = folder
        self.patience = patience
        self.tell = tell
        members = note.hosts.map { Member(name: $0) }
        shares = note.shares.map { Share(note: $0, hasEnded: $0.isLost) }
        isDealt = !note.shares.isEmpty
        placeOfKey = Dictionary(note.files.indices.map { (note.files[$0].key, $0) }) { one, _ in one }
        placesOfName = Dictionary(grouping: note.files.indices) { note.files[$0].file }
        if isDealt {
            let owned = Set(note.shares.filter { !$0.isLost }.flatMap(\.files))
            pool = note.files.indices.filter { !owned.contains($0) }
        }
    }

    private func index() {
        placeOfKey = Dictionary(note.files.indices.map { (note.files[$0].key, $0) }) { one, _ in one }
        placesOfName = Dictionary(grouping: note.files.indices) { note.files[$0].file }
    }

    // MARK: hosts

    /// A host has the sources and what is built from them.
    /// - Parameter survey: what it would run, which the first one decides for all.
    func ready(_ host: Int, _ survey: [SuiteSurvey]) {
        if note.files.isEmpty {
            note.files = survey.flatMap(\.files)
            index()
            pool = Array(note.files.indices)
        }
        members[host].capacity = survey.first.map { Double($0.cores) * $0.speed }
        if firstReady == nil, let patience {
            Task { [signal] in
                try? await Task.sleep(for: patience)
                signal.notify()
            }
        }
        firstReady = firstReady ?? .now
        signal.notify()
    }

    /// The connection of the moment.
    func connected(_ host: Int, _ agent: AgentClient?) { members[host].agent = agent }

    /// A host has no part in the run any more: what it has not done goes to the others.
    func lost(_ host: Int, _ error: RemoteError) {
        guard members[host].state != .gone else { return }
        (members[host].state, members[host].reason, members[host].agent) = (.gone, error, nil)
        let name = members[host].name
        var moved = 0, runs: [String] = []
        for index in shares.indices where shares[index].note.host == name && !shares[index].hasEnded {
            let undone = shares[index].note.files.filter { shares[index].records[$0]?.outcome != .pass }
            pool += undone
            moved += undone.count
            runs.append(shares[index].note.run)
            shares[index].hasEnded = true
            shares[index].note.isLost = true
        }
        pool.sort()
        save()
        let others = members.contains { $0.state != .gone }
        let rest = runs.isEmpty || !others ? "" : "; \(Human.count(moved, "file")) of it \(moved == 1 ? "goes" : "go") to the other hosts, and run \(runs.joined(separator: ", ")) may go on there"
        tell(.warning("\(SafeText.line(name, limit: 200)) has no part in the run any more: \(error.message)\(rest)"))
        signal.notify()
    }

    // MARK: work

    /// Files for a host, as soon as there are some for it.
    /// - Returns: their places; `nil` when all is done.
    func next(_ host: Int) async throws -> [Int]? {
        members[host].state = .waiting
        signal.notify()
        while true {
            try Task.checkCancellation()
            let seen = signal.count
            guard members[host].state != .gone, !isStopped else {
                if members[host].state != .gone { members[host].state = .waiting }
                return nil
            }
            if isReadyToDeal {
                isDealt = true
                let taken = take(host)
                if !taken.isEmpty {
                    members[host].state = .working
                    return taken
                }
                if pool.isEmpty, shares.allSatisfy(\.hasEnded), !members.contains(where: { $0.state == .working || $0.state == .preparing }) {
                    signal.notify()
                    return nil
                }
                if try await relieve(host) { continue }
            }
            await signal.wait(after: seen)
        }
    }

    private var isReadyToDeal: Bool {
        if isDealt || !members.contains(where: { $0.state == .preparing }) { return true }
        guard let firstReady, let patience else { return false }
        return ContinuousClock.now - firstReady >= patience
    }

    /// What of the pool is for this host, beside the others that wait for work or are about to.
    private func take(_ host: Int) -> [Int] {
        guard !pool.isEmpty, let own = members[host].capacity else { return [] }
        let rivals = members.indices.filter { members[$0].state == .waiting || members[$0].state == .preparing }
        let parts = FileDeal.deal(pool.map { note.files[$0].isBlocked == true ? 0 : note.files[$0].expected }, among: rivals.map { members[$0].capacity ?? own })
        guard let mine = rivals.firstIndex(of: host) else { return [] }
        let places = parts[mine].map { pool[$0] }, taken = Set(places)
        pool.removeAll { taken.contains($0) }
        return places
    }

    /// Takes work from the host that has the most left.
    /// - Returns: whether there is something in the pool now.
    private func relieve(_ host: Int) async throws -> Bool {
        guard let own = members[host].capacity, let index = shares.indices.filter({ canGive($0) }).max(by: { secondsLeft($0) < secondsLeft($1) }),
              secondsLeft(index) > Self.leastMoved, let giver = members.firstIndex(where: { $0.name == shares[index].note.host }), let agent = members[giver].agent,
              let status = shares[index].status else { return false }
        let theirs = members[giver].capacity ?? own, run = shares[index].note.run
        let count = max(1, Int(Double(status.queued) * own / (own + theirs)))
        shares[index].isGivingBack = true
        defer { shares[index].isGivingBack = false }
        // Until the next status comes it has no more to give.
        shares[index].status?.queued = 0
        let keys = (try? await agent.giveBack(run: run, count: count)) ?? []
        let places = keys.compactMap { placeOfKey[$0] }, moved = Set(places).intersection(shares[index].note.files)
        guard !moved.isEmpty else { return false }
        guard !shares[index].note.isLost else { return true }
        shares[index].note.files.removeAll { moved.contains($0) }
        shares[index].moved += moved.count
        pool = (pool + moved).sorted()
        save()
        tell(.notice("\(Human.count(moved.count, "file")) moved from \(SafeText.line(members[giver].name, limit: 200)) to \(SafeText.line(members[host].name, limit: 200))"))
        signal.notify()
        return true
    }

    private func canGive(_ index: Int) -> Bool {
        let share = shares[index]
        return !share.hasEnded && !share.isGivingBack && share.status?.phase == .running && (share.status?.queued ?? 0) > 0 && share.status?.paused == nil
    }

    /// Of what nobody has claimed yet, by what its files took so far, or those at work are taking.
    private func secondsLeft(_ index: Int) -> Double {
        guard let status = shares[index].status else { return 0 }
        let mean = { (seconds: [Double]) in seconds.isEmpty ? 0 : seconds.reduce(0, +) / Double(seconds.count) }
        let done = mean(shares[index].records.values.filter { $0.worker != nil }.map(\.duration)), now = mean(status.workers.filter { $0.state == .running }.map(\.elapsed))
        return Double(status.queued) * max(done, now) / Double(max(1, status.workersWanted))
    }

    // MARK: shares

    /// A run was started for these files.
    /// - Returns: its number.
    func started(_ host: Int, _ places: [Int], _ status: RunStatus) -> Int {
        shares.append(Share(note: SharedRunNote.Share(host: members[host].name, run: status.id, files: places), status: status))
        members[host].state = .working
        save()
        return shares.count - 1
    }

    /// What could not be started goes back.
    func notStarted(_ places: [Int]) {
        pool = (pool + places).sorted()
        signal.notify()
    }

    /// Shares of this host that were not over when the client that began the run went away.
    func unfinished(_ host: Int) -> [Int] {
        let name = members[host].name, found = shares.indices.filter { shares[$0].note.host == name && !shares[$0].hasEnded && shares[$0].folder == nil }
        if !found.isEmpty { members[host].state = .working }
        return found
    }

    func heard(_ share: Int, _ event: JobEvent) {
        switch event {
        case .status(let status, let sample):
            (shares[share].status, shares[share].sample) = (status, sample)
            if status.phase == .stopping || status.stopRequested { isStopped = true }
            if !shares[share].isGivingBack { signal.notify() }
            tell(merged(at: sample.time))
        case .finished(let record):
            for place in placesOfName[record.file] ?? [] where shares[share].records[place] == nil {
                shares[share].records[place] = record
                break
            }
            tell(event)
        default: break
        }
    }

    /// A run has ended, and its results are here.
    func ended(_ share: Int, _ host: Int, _ result: JobResult) {
        shares[share].status = result.status
        shares[share].folder = result.folder
        shares[share].hasEnded = true
        if result.status.end == .stopped { isStopped = true }
        let untested = result.status.outcomes[.untested] ?? 0, given = result.status.givenBack ?? 0
        let hasFailed = result.status.phase == .interrupted || result.status.end == .failed
        if hasFailed, untested > given || result.status.phase == .interrupted {
            // What it could not run others may.
            let done = recorded(in: share)
            pool = (pool + shares[share].note.files.filter { !done.contains($0) }).sorted()
            shares[share].note.files.removeAll { !done.contains($0) }
            let error = RemoteError(.host, result.status.error ?? "its run was interrupted")
            save()
            lost(host, error)
        } else if result.status.end == .drained, given > shares[share].moved {
            // It has given files back, and the answer was lost, or the client that had asked.
            let done = recorded(in: share), missing = shares[share].note.files.filter { !done.contains($0) }
            pool = (pool + missing).sorted()
            shares[share].note.files.removeAll { !done.contains($0) }
            save()
        } else if result.status.end == .budget {
            // Its time is over, whatever the others have left.
            members[host].state = .gone
        }
        signal.notify()
    }

    /// Files with a record other than `untested` in the results of a share.
    private func recorded(in share: Int) -> Set<Int> {
        guard let folder = shares[share].folder.flatMap({ try? RunFolder(path: $0) }) else { return [] }
        var names: [String: Int] = [:]
        try? folder.forEachRecord { record in
            if record.outcome != .untested { names[record.file, default: 0] += 1 }
            return true
        }
        return Set(shares[share].note.files.filter { place in
            guard let left = names[note.files[place].file], left > 0 else { return false }
            names[note.files[place].file] = left - 1
            return true
        })
    }

    private func save() {
        note.shares = shares.map(\.note)
        do throws(RemoteError) { try note.write(in: folder.unfinished) } catch { tell(.warning(error.message)) }
    }

    /// Files that nobody ran, since no host is left.
    var orphans: [Int] { pool }

    // MARK: all of it

    /// Where the whole stands; `nil` where nothing was started.
    var status: RunStatus? {
        guard !shares.isEmpty, case .status(let status, _) = merged(at: 0) else { return nil }
        return status
    }

    /// The run as if one host had all.
    private func merged(at time: Double) -> JobEvent {
        let statuses = shares.compactMap(\.status)
        let live = shares.filter { !$0.hasEnded }
        var all = RunStatus(id: note.id, phase: live.contains { $0.status?.phase == .stopping } ? .stopping : .running, workspace: statuses.first?.workspace ?? "",
                            createdAt: note.createdAt, startedAt: statuses.compactMap(\.startedAt).min(), timeBudget: statuses.map(\.timeBudget).max() ?? 0,
                            timeLeft: live.compactMap { $0.status?.timeLeft }.max(), total: note.files.count, queued: 0, running: 0, outcomes: [:],
                            workersWanted: live.reduce(0) { $0 + ($1.status?.workersWanted ?? 0) })
        for share in shares {
            if share.note.isLost {
                for record in share.records.values where record.outcome == .pass { all.outcomes[.pass, default: 0] += 1 }
                continue
            }
            guard let status = share.status else { continue }
            for (outcome, count) in status.outcomes where outcome != .untested { all.outcomes[outcome, default: 0] += count }
            all.running += status.running
            all.tests += status.tests
            all.skippedRecords += status.skippedRecords
            all.restarts += status.restarts
            if status.flaky ?? 0 > 0 { all.flaky = (all.flaky ?? 0) + (status.flaky ?? 0) }
            if !share.hasEnded {
                all.workers += status.workers.map { worker in
                    var worker = worker
                    worker.slot += all.workers.count
                    return worker
                }
            }
        }
        all.queued = max(0, all.total - all.done - all.running)
        all.flakyRule = statuses.first?.flakyRule
        let samples = live.compactMap(\.sample)
        let sample = HostSample(time: time, cores: samples.flatMap(\.cores), load: [0, 1, 2].map { at in samples.reduce(0) { $0 + ($1.load.count > at ? $1.load[at] : 0) } },
                                memoryTotal: samples.reduce(0) { $0 &+ $1.memoryTotal }, memoryAvailable: samples.reduce(0) { $0 &+ $1.memoryAvailable },
                                processes: samples.reduce(0) { $0 &+ $1.processes })
        return .status(all, sample)
    }
}
