import Platform

/// What `squeue` says of a run's jobs.
struct SlurmQueue: Equatable {
    enum Answer: Equatable {
        case known(SlurmQueue)
        /// The controller does not answer: that means nothing for the jobs.
        case unknown(String)
    }

    struct Element: Equatable {
        /// `JOB_TASK`
        var name: String
        var state: String
        var host: String
        var reason: String
        var isWaiting: Bool { state == "PENDING" }
        /// Whether it is at work, or will be: what is none of the ends (JOB STATE CODES in squeue(1)).
        var isLive: Bool { !SlurmQueue.ends.contains(state) }
    }

    static let ends: Set<String> = ["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"]

    var elements: [Element] = []

    var waiting: [Element] { elements.filter(\.isWaiting) }
    var isOver: Bool { !elements.contains(where: \.isLive) }
    var reasons: [String] { Set(waiting.map { SlurmReason.words($0.reason) }).sorted() }

    /// Reads lines of `%i|%T|%N|%r`. Other lines are passed over.
    init(_ text: String) {
        elements = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map { String($0) }
            guard fields.count == 4, fields[0].utf8.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
            return Element(name: fields[0], state: fields[1], host: fields[2], reason: String(fields[3].filter { $0 != "(" && $0 != ")" }))
        }
    }

    /// Asks for the elements of jobs. A job that the controller has forgotten has ended.
    static func ask(_ jobs: [String]) throws(FleetError) -> Answer {
        var all = SlurmQueue("")
        // Together at first; one by one where one of them is forgotten, which is an error for all.
        guard !jobs.isEmpty else { return .known(all) }
        let together = try list(["-j", jobs.joined(separator: ",")])
        if together.isGood { return .known(SlurmQueue(together.output)) }
        guard isForgotten(together) else { return .unknown(together.complaint) }
        for job in jobs where jobs.count > 1 {
            let answer = try list(["-j", job])
            guard answer.isGood || isForgotten(answer) else { return .unknown(answer.complaint) }
            all.elements += SlurmQueue(answer.output).elements
        }
        return .known(all)
    }

    /// The job of that name, if the controller knows one.
    static func job(named name: String) throws(FleetError) -> (answers: Bool, job: String?) {
        let answer = try list(["--name", name, "--me"])
        return (answer.isGood, SlurmQueue(answer.output).elements.last.map { String($0.name.prefix { $0 != "_" }) })
    }

    private static func list(_ words: [String]) throws(FleetError) -> SlurmTool.Answer {
        try SlurmTool.run(["squeue", "-h", "-r", "-t", "all", "-o", "%i|%T|%N|%r"] + words)
            ?? SlurmTool.Answer(code: nil, output: "", errors: "there is no squeue on \(HostName.own)\n")
    }

    private static func isForgotten(_ answer: SlurmTool.Answer) -> Bool { answer.errors.contains("Invalid job id") }
}
