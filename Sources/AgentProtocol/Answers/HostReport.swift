public import Fleet
public import Wire

/// The host at one moment, with the run that was asked for if there is one.
public struct HostReport: Codable, Sendable, Equatable {
    /// The host's own name for itself.
    public var hostName: String
    /// The run that was asked for; without a name, the live one or the latest.
    public var run: RunStatus?
    /// The mode of that run.
    public var mode: RunMode?
    /// The machine at this moment.
    public var sample: HostSample
    /// Live runs of other projects; without a run of this one also the latest that has ended.
    public var elsewhere: [RunNote]?
    /// Runs that wait for the same workspace, in their order, and those that waited on the host and could not be started in the last day.
    public var waiting: [WaitingRun]?
    /// Records of the files of ``run`` that failed so far, the latest last, each with its first failure; some of them when there are many.
    public var failing: [FileRecord]?

    /// Each parameter is the property of the same name.
    public init(hostName: String, run: RunStatus?, mode: RunMode?, sample: HostSample) {
        self.hostName = hostName
        self.run = run
        self.mode = mode
        self.sample = sample
    }
}

extension HostReport: HostAnswer {
    public func checked() throws(WireFault) -> HostReport {
        var copy = self
        copy.hostName = Bounds.name(hostName)
        copy.run = try run?.checked()
        copy.sample = sample.checked()
        var notes: [RunNote] = []
        for note in elsewhere?.prefix(Bounds.list) ?? [] { notes.append(try note.checked()) }
        copy.elsewhere = elsewhere == nil ? nil : notes
        var waits: [WaitingRun] = []
        for run in waiting?.prefix(Bounds.list) ?? [] { waits.append(try run.checked()) }
        copy.waiting = waiting == nil ? nil : waits
        copy.failing = failing?.suffix(FailingFiles.kept).map { $0.checked() }
        return copy
    }

    public var answeredRun: String? { run?.id }
}

extension RunNote: HostAnswer {
    public func checked() throws(WireFault) -> RunNote {
        guard RunSpec.isValid(id: id) else { throw WireFault(.malformed, "the host sent a run with an impossible name: '\(Bounds.name(id))'") }
        return RunNote(id: id, project: Bounds.name(project), startedBy: Bounds.name(startedBy), isLive: isLive)
    }
}
