extension RunSpec {
    /// Ids are names of folders and go through shells: letters, digits, `.`, `_` and `-`, not a dot first.
    public static func isValid(id: String) -> Bool {
        let first = id.utf8.first
        return !id.isEmpty && id.utf8.count <= 128 && first != UInt8(ascii: ".") && first != UInt8(ascii: "-") && id.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || [0x2E, 0x5F, 0x2D].contains($0)
        }
    }

    func check() throws(FleetError) {
        func invalid(_ why: String) -> FleetError { FleetError(.invalid, "cannot use the run's specification: \(why)") }
        guard RunSpec.isValid(id: id) else { throw invalid("'\(id)' is not a name for a run") }
        guard workers >= 1, workers < Scoreboard.largest else { throw invalid("workers must be 1 to \(Scoreboard.largest - 1)") }
        guard coreBudget ?? 1 >= 1 else { throw invalid("there must be a core or more") }
        guard timeBudget > 0, timeBudget.isFinite else { throw invalid("the time budget must be above 0 s") }
        guard fileTimeout > 0, fileTimeout.isFinite else { throw invalid("the file time-out must be above 0 s") }
        guard attempts >= 1, attempts <= 1000 else { throw invalid("attempts must be 1 to 1000") }
        guard (lease ?? 30) > 0, (lease ?? 30).isFinite, (grace ?? 5) >= 0, (grace ?? 5).isFinite else {
            throw invalid("lease and grace must not be negative")
        }
        guard retries ?? 0 >= 0, retries ?? 0 <= 1000 else { throw invalid("retries must be 0 to 1000") }
        guard retriesTotal ?? 0 >= 0 else { throw invalid("the number of all retries must not be negative") }
        guard rounds ?? 1 >= 1, rounds == nil || mode == .soak else { throw invalid("rounds must be 1 or more, and are for soak runs") }
        guard cached == nil || mode == .drain else { throw invalid("verdicts of earlier runs are not for soak runs") }
        guard memoryFloor ?? 0 >= 0 else { throw invalid("the floor of free memory must not be negative") }
        guard (recordTimeout ?? 1) > 0, (recordTimeout ?? 1).isFinite else { throw invalid("the time-out of a record must be above 0 s") }
        for rule in fileTimeouts ?? [] {
            guard rule.seconds > 0, rule.seconds.isFinite else { throw invalid("the time-out of '\(rule.files)' must be above 0 s") }
            _ = try Glob(rule.files)
        }
        for group in groups ?? [] {
            guard !group.files.isEmpty, (1...FileGroup.mostSeats).contains(group.max) else { throw invalid("a group needs files, and a maximum from 1 to \(FileGroup.mostSeats)") }
            for text in group.files { _ = try Glob(text) }
        }
        if let slurm {
            guard (1...SlurmSpec.mostCores).contains(slurm.cores) else { throw invalid("slurm.cores must be 1 to \(SlurmSpec.mostCores)") }
            guard !slurm.arguments.contains(where: { $0.isEmpty || $0.utf8.contains(0) }) else { throw invalid("slurm.arguments holds an empty word") }
        }
        guard memoryLimit ?? 1 > 0 else { throw invalid("the memory limit must be above 0 bytes") }
        guard workspace.utf8.first == UInt8(ascii: "/"), !workspace.utf8.contains(0) else { throw invalid("the workspace must be an absolute path") }
        guard engine.kind != .command || !(engine.command.first ?? "").isEmpty else { throw invalid("engine.command names no program") }
        let strings = engine.command + engine.environment.map { "\($0.key)=\($0.value)" }
        guard !strings.contains(where: { $0.utf8.contains(0) }) else { throw invalid("engine.command holds a NUL") }
    }

    var leaseSeconds: Double { lease ?? 30 }
    var graceSeconds: Double { grace ?? 5 }
}
