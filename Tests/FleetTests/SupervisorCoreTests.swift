import Glibc
import Platform
import Testing
@testable import Fleet

/// The supervisor's decisions, without a process and without a disk.
struct SupervisorCoreTests {
    typealias Core = SupervisorCore

    private static let second: UInt64 = 1_000_000_000

    private func core(workers: Int = 2, _ change: (inout Core.Rules) -> Void = { _ in }) -> Core {
        var rules = Core.Rules()
        change(&rules)
        return Core(rules, workers: workers, floor: MemoryFloor(1 << 30))
    }

    private func moment(_ seconds: UInt64, isComplete: Bool = false, queued: Int = 5) -> Core.Event {
        .turnEnded(Core.Moment(now: seconds * Self.second, isComplete: isComplete, queued: queued))
    }

    /// A core whose slots have workers with the pids 100, 101 and so on.
    private func staffed(_ count: Int = 2, _ change: (inout Core.Rules) -> Void = { _ in }) -> Core {
        var core = core(workers: count, change)
        for slot in 0..<count { _ = core.handle(.workerStarted(WorkerProcess(slot: slot, pid: 100 + Int32(slot)))) }
        return core
    }

    private func reap(_ core: inout Core, _ pid: Int32, _ how: ProcessTermination, memoryWasShort: Bool = false, now: UInt64 = 9 * second,
                      _ change: (inout Core.EndedWorker) -> Void = { _ in }) throws -> [Core.Action] {
        let reaped = core.reaped(pid)
        let worker = try #require(reaped)
        var ended = Core.EndedWorker(worker: worker, status: TerminationStatus(how, memoryWasShort: memoryWasShort), state: .running,
                                     filesDone: 1, now: now)
        change(&ended)
        return core.handle(.workerEnded(ended))
    }

    private static func file(tryNumber: Int = 1, hasRecord: Bool = false, isItsClaim: Bool = true) -> Core.EndedFile {
        Core.EndedFile(position: 7, name: "a.test", generation: 3, tryNumber: tryNumber, line: 12, duration: 1, worker: 0,
                       hasRecord: hasRecord, isItsClaim: isItsClaim)
    }

    // MARK: phases

    @Test("workers are started where there is work and room, each slot once")
    func starts() {
        var core = core(workers: 3)
        #expect(core.handle(moment(1)) == [.start(slot: 0), .start(slot: 1), .start(slot: 2)])
        _ = core.handle(.workerStarted(WorkerProcess(slot: 1, pid: 5)))
        #expect(core.handle(moment(2)) == [.start(slot: 0), .start(slot: 2)])
    }

    @Test("a complete run ends at once, or when those that linger are ended")
    func completes() {
        var idle = core()
        #expect(idle.handle(moment(1, isComplete: true)) == [.finish])
        var busy = staffed()
        #expect(busy.handle(moment(1, isComplete: true)).isEmpty)
        #expect(busy.handle(moment(3, isComplete: true)) == [.end([100, 101])])
        #expect(busy.workers[100]?.ending == .runOver)
    }

    @Test("a stop lets files in flight end, until the grace is over")
    func drains() {
        var core = staffed { $0.grace = 5 * Self.second }
        #expect(core.handle(.stopRequested(.graceful, now: Self.second)) == [.stopClaims, .log(.stopRequested, "a stop was asked for")])
        #expect(core.phase == .draining(.stopped, deadline: 6 * Self.second))
        #expect(core.handle(.stopRequested(.graceful, now: 2 * Self.second)).isEmpty)
        #expect(core.handle(moment(5)).isEmpty)
        #expect(core.handle(moment(6)).isEmpty)
        #expect(core.phase == .ending(.stopped))
        #expect(core.handle(moment(7)) == [.end([100, 101])])
        _ = core.reaped(100)
        _ = core.reaped(101)
        #expect(core.handle(moment(8)) == [.finish])
    }

    @Test("an immediate stop ends a run that runs or drains, once")
    func stops() {
        for first in [StopRequest.graceful, .now] {
            var core = staffed()
            _ = core.handle(.stopRequested(first, now: 0))
            let actions = core.handle(.stopRequested(.now, now: 0))
            #expect(actions == (first == .now ? [] : [.stopClaims, .log(.stopRequested, "an immediate stop was asked for")]))
            #expect(core.phase == .ending(.stopped))
        }
    }

    @Test("the budget ends a run that is not complete", arguments: [(9.0, false, false), (10, true, false), (10, false, true)])
    func budget(seconds: Double, isComplete: Bool, isOver: Bool) {
        var core = staffed { $0.timeBudget = 10 }
        let actions = core.handle(.timePassed(seconds: seconds, now: 0, isComplete: isComplete))
        #expect(actions == (isOver ? [.stopClaims, .log(.budgetOver, "the time budget of 10 s is over")] : []))
    }

    @Test("the first reason why a run cannot go on is the one that is told")
    func fails() {
        var core = staffed()
        #expect(core.handle(.broken("no room", .disk)) == [.tell("no room"), .stopClaims])
        #expect(core.handle(.broken("something else", nil)) == [.stopClaims])
        #expect(core.failure == "no room")
        #expect(core.obstacle == .disk)
        #expect(core.phase == .ending(.failed))
    }

    @Test("a run that has every record is drained, whatever was asked for meanwhile, unless it failed")
    func ends() {
        var core = staffed()
        #expect(core.end(isComplete: false) == .drained)
        _ = core.handle(.timePassed(seconds: 1e9, now: 0, isComplete: false))
        #expect(core.end(isComplete: false) == .budget)
        #expect(core.end(isComplete: true) == .drained)
        _ = core.handle(.broken("no room", nil))
        #expect(core.end(isComplete: true) == .failed)
    }

    // MARK: size and pause

    @Test("a live run grows and shrinks: surplus workers finish their file and leave, and are told once")
    func resizes() {
        var core = staffed(3)
        #expect(core.handle(.workersRequested(1)) == [.log(.resized, "1 worker instead of 3"), .setWorkers(1), .dismiss([101, 102])])
        #expect(core.handle(.workersRequested(1)).isEmpty)
        #expect(core.handle(.workersRequested(0)).isEmpty)
        #expect(core.handle(.workersRequested(5000)).isEmpty)
        #expect(core.wanted == 1)
        #expect(core.handle(moment(1)).isEmpty)
    }

    @Test("a run keeps no more workers than its share of the cores, tells who shares them, and grows again")
    func shares() {
        var core = staffed(4)
        let half = WorkerShare(workers: 2, runs: 2, cores: 4), third = WorkerShare(workers: 1, runs: 2, cores: 4)
        #expect(core.handle(.shareMeasured(half)) == [.log(.resized, "2 of 4 workers: 2 runs share 4 cores"), .setShare(half), .dismiss([102, 103])])
        #expect(core.handle(.shareMeasured(half)).isEmpty)
        // How much others have left to do is no news.
        #expect(core.handle(.shareMeasured(third)) == [.setShare(third), .dismiss([101])])
        for pid in [101, 102, 103] as [Int32] { _ = core.reaped(pid) }
        #expect(core.handle(moment(1)).isEmpty)
        #expect(core.handle(.shareMeasured(nil)) == [.log(.resized, "4 workers: no other run shares the cores"), .setShare(nil)])
        #expect(core.handle(moment(2)) == [.start(slot: 1), .start(slot: 2), .start(slot: 3)])
        #expect(core.wanted == 4)
    }

    @Test("a share that is more than was asked for changes nothing, and is no news")
    func largeShare() {
        var core = staffed(2)
        let share = WorkerShare(workers: 8, runs: 2, cores: 16)
        #expect(core.handle(.shareMeasured(share)) == [.setShare(share)])
        #expect(core.handle(.workersRequested(9)) == [.log(.resized, "9 workers instead of 2"), .setWorkers(9)])
        #expect(core.allowed == 8)
    }

    @Test("a pause that was asked for and one for want of memory do not undo each other")
    func pauses() {
        var core = staffed()
        #expect(core.handle(.pauseRequested(true)) == [.pause(.asked, true)])
        #expect(core.handle(.memoryMeasured(available: 2 << 30, resident: [:], now: 1)) == [.pause(.memory, false)])
        #expect(core.handle(.memoryMeasured(available: 1 << 20, resident: [:], now: 1)) == [.pause(.memory, true)])
        #expect(core.handle(.pauseRequested(false)) == [.pause(.asked, false)])
    }

    @Test("below the floor of free memory the largest worker is ended")
    func floor() {
        var core = staffed()
        let actions = core.handle(.memoryMeasured(available: 64 << 20, resident: [100: 100 << 20, 101: 300 << 20], now: 1))
        let why = "out of memory: the host had 64 MiB left, and this was the largest worker with 300 MiB"
        #expect(actions == [.pause(.memory, true), .endFile(pid: 101, .outOfMemory, why)])
        #expect(core.handle(.fileEnded(pid: 101, .outOfMemory)) == [.end([101])])
        #expect(core.workers[101]?.ending == .memory)
    }

    // MARK: limits

    @Test("files are ended at their time and at their memory, and by nobody who is ended already")
    func limits() {
        var core = staffed(3) { $0.memoryLimit = 100 << 20 }
        _ = core.handle(.fileEnded(pid: 102, .timeout))
        let files = [
            Core.RunningFile(pid: 100, seconds: 5, timeout: 5, isHeld: false),
            Core.RunningFile(pid: 100, seconds: 1, timeout: 5, resident: 200 << 20, isHeld: true),
            Core.RunningFile(pid: 101, seconds: 4, timeout: 5, resident: 200 << 20, isHeld: false),
            Core.RunningFile(pid: 101, seconds: 4, timeout: 5, resident: 100 << 20, isHeld: false),
            Core.RunningFile(pid: 102, seconds: 9, timeout: 0.5, isHeld: false),
        ]
        #expect(core.handle(.filesRunning(files)) == [
            .endFile(pid: 100, .timeout, "not finished after 5 s"),
            .endFile(pid: 101, .outOfMemory, "out of memory: 200 MiB resident, 100 MiB allowed"),
        ])
    }

    // MARK: deaths

    @Test("a file whose worker died is tried again, and recorded when its tries are used up")
    func crashes() throws {
        var core = staffed()
        let retried = try reap(&core, 100, .signaled(SIGSEGV)) { $0.file = Self.file() }
        #expect(retried == [.vacate(slot: 0), .countRestart, .logDeath(WorkerProcess(slot: 0, pid: 100), "killed by SIGSEGV on a.test:12")])
        let last = try reap(&core, 101, .signaled(SIGSEGV)) { $0.file = Self.file(tryNumber: 2) }
        #expect(last.first == .publish(Self.file(tryNumber: 2), .crashed, "killed by SIGSEGV"))
        #expect(last.dropFirst().first == .vacate(slot: 1))
    }

    @Test("nothing is said of a file that has a record, or that somebody else answers for",
          arguments: [file(tryNumber: 9, hasRecord: true), file(tryNumber: 9, isItsClaim: false)])
    func answered(file: Core.EndedFile) throws {
        var core = staffed()
        #expect(try reap(&core, 100, .signaled(SIGKILL)) { $0.file = file }.first == .vacate(slot: 0))
    }

    @Test("a worker that the supervisor ended gives its claim back", arguments: [Outcome.timeout, .outOfMemory])
    func ended(outcome: Outcome) throws {
        var core = staffed()
        _ = core.handle(.fileEnded(pid: 100, outcome))
        let actions = try reap(&core, 100, .signaled(SIGKILL)) { $0.file = Self.file(tryNumber: 9) }
        #expect(actions.prefix(3) == [.free(position: 7, generation: 3), .vacate(slot: 0), .countRestart])
    }

    @Test("a worker that left, or gave its claim back, is charged with no file")
    func leaves() throws {
        var core = staffed()
        #expect(try reap(&core, 100, .exited(0)) { $0.state = .left } == [.vacate(slot: 0)])
        let actions = try reap(&core, 101, .exited(WorkerExit.gaveBack)) { $0.file = Self.file(tryNumber: 9) }
        #expect(actions.first == .vacate(slot: 1))
    }

    @Test("memory that ended a worker is named, and a cgroup leaves no doubt", arguments: [
        (MemoryLimit.Holder.cgroup, 1, true, Outcome?.some(.outOfMemory), "out of memory: ended by the kernel at its limit of 64 MiB"),
        (.cgroup, 1, false, nil, ""),
        (.cgroup, 2, false, .crashed, "killed by SIGKILL"),
        (.addressSpace, 1, true, nil, ""),
        (.addressSpace, 2, true, .outOfMemory, "out of memory: killed by SIGKILL"),
    ])
    func memory(holder: MemoryLimit.Holder, tryNumber: Int, wasShort: Bool, outcome: Outcome?, why: String) throws {
        var core = staffed { $0.memoryLimit = 64 << 20 }
        let actions = try reap(&core, 100, .signaled(SIGKILL), memoryWasShort: wasShort) { ended in
            ended.file = Self.file(tryNumber: tryNumber)
            ended.evidence.holder = holder
            ended.evidence.limit = 64 << 20
        }
        #expect(actions.first == outcome.map { .publish(Self.file(tryNumber: tryNumber), $0, why) } ?? .vacate(slot: 0))
    }

    @Test("an engine that cannot be used ends the run with the worker's words")
    func engine() throws {
        var core = staffed()
        let actions = try reap(&core, 100, .exited(WorkerExit.noEngine)) { $0.text = "cannot load libpq" }
        #expect(actions == [.vacate(slot: 0), .tell("cannot load libpq"), .stopClaims])
        #expect(core.obstacle == .engine)
    }

    @Test("workers that do not come to a file end the run, after pauses that grow; a record starts the count anew")
    func failedStarts() throws {
        var core = staffed(6)
        for pid in Int32(100)..<104 {
            #expect(!(try reap(&core, pid, .exited(1)) { $0.filesDone = 0 }.contains(.stopClaims)))
        }
        #expect(core.nextStart == 9 * Self.second + 800_000_000)
        var other = core
        _ = other.handle(.recordsArrived)
        #expect(other.failedStarts == 0)
        _ = try reap(&core, 104, .exited(1)) { ended in
            ended.filesDone = 0
            ended.lastLine = "no such library"
        }
        #expect(core.failure == "cannot keep workers alive: 5 in a row ended before they had run a file, the last one left with exit code 1: no such library")
        #expect(core.phase == .ending(.failed))
    }

    // MARK: claims that nobody holds

    private func claim(_ id: Int, held: Int) -> ClaimState { ClaimState(id: id, generation: held, owner: nil, heldBefore: held, heartbeat: nil) }

    @Test("with an empty queue workers are started for the claims that they can take over, and the others are given up")
    func orphans() {
        var core = core(workers: 4)
        #expect(core.handle(moment(1, queued: 0)) == [.findClaims])
        let found = Core.FoundClaims(orphans: [claim(1, held: 1), claim(2, held: 2)], count: 2)
        #expect(core.handle(.claimsFound(found)) == [.giveUp(claim(2, held: 2)), .start(slot: 0)])
    }

    @Test("claims without an owner are put back when no worker is left that could hold them")
    func ownerless() {
        var core = core(workers: 1)
        _ = core.handle(moment(1, queued: 0))
        let found = Core.FoundClaims(ownerless: [claim(4, held: 0)], count: 1)
        #expect(core.handle(.claimsFound(found)) == [.putBack(position: 4, generation: 1), .start(slot: 0)])
        var busy = staffed(1)
        _ = busy.handle(.workersRequested(2))
        _ = busy.handle(moment(1, queued: 0))
        #expect(busy.handle(.claimsFound(found)).isEmpty)
    }

    @Test("files without claim and record are put back once; the second time the run ends with an error")
    func lost() {
        var core = core(workers: 1)
        _ = core.handle(moment(1, queued: 0))
        #expect(core.handle(.claimsFound(Core.FoundClaims())) == [.findMissing])
        #expect(core.handle(.recordsMissing([3, 4], haveResults: false)) == [.putBack(position: 3, generation: 1), .putBack(position: 4, generation: 1)])
        #expect(core.handle(.recordsMissing([3], haveResults: false)).contains { if case .stop(let error) = $0 { error.code == .accounting } else { false } })
    }

    @Test("what another host holds is waited for")
    func elsewhere() {
        var core = core(workers: 1)
        _ = core.handle(moment(1, queued: 0))
        #expect(core.handle(.claimsFound(Core.FoundClaims(count: 1))).isEmpty)
    }
}
