import Glibc
import Platform

/// The jobs of a run under the eyes of its supervisor: submits, looks, and ends them.
struct SlurmJobs {
    let directory: RunDirectory
    let slurm: SlurmSpec
    let executable: Path
    private(set) var jobs: ClusterJobs
    private(set) var queue = SlurmQueue("")
    /// When Slurm answered last, in seconds since 1970.
    private(set) var answeredAt: Double?
    private(set) var silence: String?
    private var asked: UInt64 = 0
    private var layout: RunLayout { directory.layout }

    init(_ directory: RunDirectory, _ slurm: SlurmSpec, executable: Path) throws(FleetError) {
        self.directory = directory
        self.slurm = slurm
        self.executable = executable
        jobs = try ClusterJobs.read(directory.layout) ?? ClusterJobs()
    }

    /// What keeps the run from being handed over, told before it is.
    func preflight() throws(FleetError) {
        _ = try SlurmLimits.elementsOfArray()
        if !slurm.arguments.contains(where: { $0.hasPrefix("--time") || $0.hasPrefix("-t") }) { try SlurmLimits.checkTime(minutes: minutes, slurm.arguments) }
        try SlurmProbe.check(directory, slurm)
    }

    /// Nobody works for the run now: what was submitted before is over.
    mutating func begin() throws(FleetError) {
        jobs.begin()
        try layout.nodes.makeFolder()
    }

    /// The time limit of a job: the budget, the grace, and the lead of the signal before its end.
    private var minutes: Int { Int(((directory.spec.timeBudget + directory.spec.graceSeconds + 30) / 60).rounded(.up)) + 3 }

    // MARK: submitting

    /// Hands so many workers to the cluster.
    mutating func submit(workers: Int) throws(FleetError) {
        let most = try SlurmLimits.elementsOfArray() * slurm.cores
        var left = workers
        while left > 0 {
            let some = min(left, most)
            let array = ClusterJobs.Submission(first: jobs.next, count: slurm.elements(workers: some), workers: some)
            jobs.arrays.append(array)
            left -= some
        }
        try jobs.write(layout)
        do {
            try submitNoted()
        } catch {
            // What was not taken is nowhere.
            jobs.arrays.removeAll { $0.job == nil }
            if jobs.present.isEmpty { layout.jobs.unlink() } else { try? jobs.write(layout) }
            throw error
        }
    }

    /// Submits what is noted and has no job. One that a crash has left is looked for by its name first.
    mutating func submitNoted(lookingFirst: Bool = false) throws(FleetError) {
        for index in jobs.arrays.indices where jobs.arrays[index].job == nil && jobs.arrays[index].isOver != true {
            if lookingFirst {
                let found = try SlurmQueue.job(named: name(jobs.arrays[index]))
                guard found.answers else { continue }
                jobs.arrays[index].job = found.job
            }
            if jobs.arrays[index].job == nil { jobs.arrays[index].job = try submit(jobs.arrays[index]) }
            try jobs.write(layout)
        }
        asked = 0
    }

    var isAllSubmitted: Bool { !jobs.present.contains { $0.job == nil } }

    private func name(_ array: ClusterJobs.Submission) -> String { "slt-\(directory.spec.id)" + (array.first == 0 ? "" : "-\(array.first)") }

    private func submit(_ array: ClusterJobs.Submission) throws(FleetError) -> String {
        // Of a name with % Slurm would make something else.
        let log = (layout.logs / "element-").text.replacing("%", with: "%%") + "%A-%a.log"
        let words = ["sbatch", "--parsable", "--job-name=\(name(array))", "--array=0-\(array.count - 1)", "--ntasks=1", "--cpus-per-task=\(slurm.cores)", "--time=\(minutes)",
                     "--requeue", "--open-mode=append", "--signal=B:USR1@120", "--export=NONE", "--chdir=/", "--output=\(log)"]
        let answer = try SlurmTool.ask(words + slurm.arguments, input: script(array), within: 60)
        guard answer.isGood else { throw Self.refused(answer) }
        let job = Self.number(answer.output)
        guard !job.isEmpty else { throw FleetError(.startFailed, "cannot hand the run to Slurm: sbatch did not say the job's number") }
        return job
    }

    /// `exec`, so that signals reach the supervisor.
    private func script(_ array: ClusterJobs.Submission) -> String {
        let words = [executable.text, "supervise", layout.root.text, "--first-element", "\(array.first)", "--array-workers", "\(array.workers)"]
        return "#!/bin/sh\nexec " + words.map(ShellWord.quoted).joined(separator: " ") + "\n"
    }

    /// `123` or, of one cluster among several, `123;name`.
    static func number(_ text: String) -> String { String(text.prefix { ("0"..."9").contains($0) }) }

    static func refused(_ answer: SlurmTool.Answer) -> FleetError {
        FleetError(.invalid, "cannot hand the run to Slurm: sbatch says: \(answer.complaint); check slurm.arguments, the number of workers and the time of the run")
    }

    // MARK: looking

    /// Asks Slurm, unless it was asked a moment ago.
    /// - Parameter pause: seconds between two questions.
    /// - Returns: whether it was asked.
    mutating func look(pause: Double) throws(FleetError) -> Bool {
        guard asked == 0 || Clock.seconds(since: asked) >= pause else { return false }
        asked = Clock.monotonic
        switch try SlurmQueue.ask(jobs.jobs) {
        case .known(let now):
            queue = now
            answeredAt = Clock.now
            silence = nil
        case .unknown(let words): silence = words
        }
        var status = ClusterStatus(jobs: jobs.jobs, waiting: queue.waiting.count, reasons: queue.reasons, askedAt: answeredAt)
        status.silence = silence
        try layout.cluster.replace(with: JSON.encode(status))
        return true
    }

    /// Whether Slurm has said just now that none of the jobs is left.
    var isOver: Bool { isAllSubmitted && silence == nil && answeredAt != nil && queue.isOver }

    // MARK: ending

    /// Those that have not begun need not begin any more.
    func cancelWaiting() { cancel(["--state=PENDING"]) }
    /// Asks the supervisors to look at what is wanted of them, also where their file system is slow to tell.
    func wake() { cancel(["-b", "-s", "USR1"]) }
    func cancelAll() { cancel([]) }

    /// Ends elements that wait, by their numbers in the run.
    func cancelWaiting(elements: [Int]) {
        for array in jobs.present {
            let tasks = elements.filter { $0 >= array.first && $0 < array.first + array.count }.map { "\($0 - array.first)" }
            guard !tasks.isEmpty, let job = array.job else { continue }
            _ = try? SlurmTool.ask(["scancel", "--state=PENDING", "\(job)_[\(tasks.joined(separator: ","))]"])
        }
    }

    private func cancel(_ words: [String]) {
        guard !jobs.jobs.isEmpty else { return }
        _ = try? SlurmTool.ask(["scancel"] + words + jobs.jobs)
    }
}
