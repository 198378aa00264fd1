public import Fleet

extension KnownFailures: HostAnswer {
    public func checked() -> KnownFailures {
        var copy = self
        copy.failures = failures.prefix(KnownFailures.most).map { $0.bounded() }
        copy.keptOut = keptOut.prefix(KnownFailures.most).map { PinnedFiles(files: Bounds.path($0.files), outcome: $0.outcome, reason: $0.reason.map(Bounds.message)) }
        copy.pinned = Array(pinned.prefix(Outcome.allCases.count))
        return copy
    }
}

extension KnownFailure {
    func bounded() -> KnownFailure {
        KnownFailure(file: Bounds.path(file), outcome: outcome, record: record?.bounded(), kind: kind, reason: reason.map(Bounds.message), issue: issue.map(Bounds.message),
                     expires: expires.map(Bounds.name))
    }
}
