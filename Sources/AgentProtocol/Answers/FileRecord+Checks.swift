public import Fleet

extension FileRecord: HostAnswer {
    public func checked() -> FileRecord {
        var copy = self
        copy.id = Bounds.count(id)
        copy.file = Bounds.path(file)
        copy.tests = Bounds.count(tests)
        copy.skipped = Bounds.count(skipped)
        copy.errors = Bounds.count(errors)
        copy.attempt = Bounds.count(attempt)
        copy.worker = worker.map(Bounds.count)
        copy.message = message.map(Bounds.message)
        copy.failures = failures.prefix(FileRecord.failuresKept).map { $0.bounded() }
        copy.output = output.map(Bounds.block)
        copy.iteration = iteration.map(Bounds.count)
        copy.runs = runs.map { RunCounts(passed: Bounds.count($0.passed), failed: Bounds.count($0.failed)) }
        copy.flakyRecords = flakyRecords?.prefix(FileRecord.failuresKept).map {
            FlakyRecord(line: Bounds.count($0.line), failed: Bounds.count($0.failed), runs: Bounds.count($0.runs), identity: $0.identity?.bounded())
        }
        copy.stoppedAt = stoppedAt.map(Bounds.count)
        copy.consequences = consequences.map(Bounds.count)
        copy.cachedFrom = cachedFrom.map(Bounds.name)
        copy.notCached = notCached.map(Bounds.message)
        return copy
    }
}

extension RecordFailure {
    func bounded() -> RecordFailure {
        var copy = RecordFailure(line: Bounds.count(line), message: Bounds.message(message), sql: Bounds.block(sql), expected: Bounds.block(expected),
                                 actual: Bounds.block(actual))
        copy.kind = kind
        copy.recordLine = recordLine.map(Bounds.count)
        copy.identity = identity?.bounded()
        copy.causedBy = causedBy.map(Bounds.count)
        copy.ulps = ulps.map(Bounds.count)
        copy.script = script.map(Bounds.path)
        copy.isHashed = isHashed
        return copy
    }
}

extension RecordIdentity {
    func bounded() -> RecordIdentity { RecordIdentity(digest: Bounds.name(digest), occurrence: Bounds.count(occurrence)) }
}

extension FailureRows: HostAnswer {
    public func checked() -> FailureRows {
        var copy = self
        copy.recordLine = Bounds.count(recordLine)
        copy.script = script.map(Bounds.path)
        copy.identity = identity?.bounded()
        copy.columns = max(1, min(columns, Bounds.list))
        copy.expected = expected.map { $0.prefix(Bounds.list).map(Bounds.block) }
        copy.actual = actual.prefix(Bounds.list).map(Bounds.block)
        copy.skipped = skipped.map(Bounds.count)
        copy.expectedCount = expectedCount.map(Bounds.count)
        copy.actualCount = actualCount.map(Bounds.count)
        copy.provenBy = provenBy.map(Bounds.name)
        copy.unknown = unknown.map(Bounds.message)
        copy.ulps = ulps.map(Bounds.count)
        return copy
    }
}

extension EngineIdentity: HostAnswer {
    public func checked() -> EngineIdentity {
        var copy = EngineIdentity(name: Bounds.name(name))
        copy.version = version.map(Bounds.name)
        copy.digest = digest.map(Bounds.name)
        copy.libraries = libraries.map { $0.prefix(100).map { Library(path: Bounds.path($0.path), digest: $0.digest.map(Bounds.name)) } }
        copy.worker = worker.map(Bounds.name)
        copy.host = host.map(Bounds.name)
        copy.kernel = kernel.map(Bounds.name)
        copy.environment = environment.map(Bounds.name)
        return copy
    }
}

extension RunEvent: HostAnswer {
    public func checked() -> RunEvent {
        var copy = self
        copy.record = record?.checked()
        copy.worker = worker.map(Bounds.count)
        copy.message = message.map(Bounds.message)
        return copy
    }
}
