extension SupervisorCore {
    /// What a supervisor is told. Times are monotonic nanoseconds.
    enum Event {
        case stopRequested(StopRequest, now: UInt64)
        /// - seconds: since the supervisor began.
        case timePassed(seconds: Double, now: UInt64, isComplete: Bool)
        case pauseRequested(Bool)
        case workersRequested(Int)
        /// What the run gets of the host's cores; nil where nothing limits it.
        case shareMeasured(WorkerShare?)
        /// Files that have run for a while, or use memory.
        case filesRunning([RunningFile])
        /// - resident: bytes of the workers that run a file, by pid.
        case memoryMeasured(available: Int, resident: [Int32: Int], now: UInt64)
        /// Everything else has been looked at.
        case turnEnded(Moment)
        /// The answer to ``Action/findClaims``.
        case claimsFound(FoundClaims)
        /// The answer to ``Action/findMissing``: positions that have neither a record nor, as far as is known, a claim.
        case recordsMissing([Int], haveResults: Bool)
        case workerStarted(WorkerProcess)
        case workerEnded(EndedWorker)
        /// The file of a worker has the record that ``Action/endFile(pid:_:_:)`` asked for, or another one.
        case fileEnded(pid: Int32, Outcome)
        case recordsArrived
        /// The run cannot go on.
        case broken(String, RunObstacle?)
        /// Whatever happens, no worker may stay.
        case abandoned
    }

    struct Moment {
        var now: UInt64
        /// Whether every file has its record; never of a soak run without a last round.
        var isComplete: Bool
        /// Files that nobody has claimed yet.
        var queued: Int
        /// Whether a worker still explains failures of a file that has its record.
        var isExplaining = false
    }

    /// A file under way.
    struct RunningFile {
        var pid: Int32
        /// How long it runs, and may run.
        var seconds: Double
        var timeout: Double
        /// Bytes of its worker with all that it started; `nil` when they were not measured.
        var resident: Int?
        /// Whether a cgroup holds the worker to its memory.
        var isHeld: Bool
    }

    /// Claims when the queue is empty.
    struct FoundClaims {
        var orphans: [ClaimState] = []
        var ownerless: [ClaimState] = []
        /// Those that may become orphans.
        var suspects = 0
        /// Those of the supervisor.
        var own = 0
        /// All of them.
        var count = 0
    }

    /// A worker that was reaped, and what it left.
    struct EndedWorker {
        var worker: WorkerProcess
        var status: TerminationStatus
        /// As its slot says.
        var state: Scoreboard.State
        var filesDone: Int
        var file: EndedFile?
        var evidence = TerminationCause.Evidence()
        /// What it wrote into its slot, and the last line of its log.
        var text = ""
        var lastLine: String?
        /// The run directory, if its file system has no room for another file.
        var fullDisk: String?
        var now: UInt64
    }

    /// The file that a dead worker was on.
    struct EndedFile: Equatable {
        var position: Int
        var name: String
        var generation: Int
        var tryNumber: Int
        /// 0 when it is not known.
        var line: Int
        /// Seconds.
        var duration: Double
        var worker: Int
        var hasRecord: Bool
        /// Whether the claim is the dead worker's, and the last one of its file.
        var isItsClaim: Bool
    }

    /// What a supervisor does next.
    enum Action: Equatable {
        case stopClaims
        case log(RunEvent.Kind, String)
        case logDeath(WorkerProcess, String)
        case countRestart
        /// Says why the run failed, where people look.
        case tell(String)
        case setWorkers(Int)
        case setShare(WorkerShare?)
        case pause(PauseReasons, Bool)
        /// Lets workers finish their file and leave.
        case dismiss([Int32])
        /// Ends workers and all that they started.
        case end([Int32])
        /// Publishes a record for the file that a worker is on; the worker's end is the next event.
        case endFile(pid: Int32, Outcome, String)
        /// Publishes a record for a dead worker's file.
        case publish(EndedFile, Outcome, String)
        /// Gives a dead worker's claim back.
        case free(position: Int, generation: Int)
        case vacate(slot: Int)
        /// Publishes that a file's workers were lost.
        case giveUp(ClaimState)
        /// Makes a claim that anyone may take.
        case putBack(position: Int, generation: Int)
        case findClaims
        case findMissing
        case start(slot: Int)
        case finish
        case stop(FleetError)
    }
}
