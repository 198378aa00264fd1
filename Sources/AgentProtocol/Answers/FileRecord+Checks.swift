public import Fleet

extension FileRecord: HostAnswer {
    public func checked() -> FileRecord {
        var copy = self
        copy.id = Bounds.tally(id)
        copy.file = Bounds.path(file)
        copy.tests = Bounds.tally(tests)
        copy.skipped = Bounds.tally(skipped)
        copy.errors = Bounds.tally(errors)
        copy.attempt = Bounds.tally(attempt)
        copy.worker = worker.map(Bounds.tally)
        copy.message = message.map(Bounds.message)
        copy.failures = failures.prefix(FileRecord.failuresKept).map { $0.bounded() }
        copy.output = output.map(Bounds.block)
        copy.iteration = iteration.map(Bounds.tally)
        copy.runs = runs.map { RunCounts(passed: Bounds.tally($0.passed), failed: Bounds.tally($0.failed)) }
        copy.flakyRecords = flakyRecords?.prefix(FileRecord.failuresKept).map {
            FlakyRecord(line: Bounds.tally($0.line), failed: Bounds.tally($0.failed), runs: Bounds.tally($0.runs), identity: $0.identity?.bounded())
        }
        copy.stoppedAt = stoppedAt.map(Bounds.tally)
        copy.consequences = consequences.map(Bounds.tally)
        copy.cachedFrom = cachedFrom.map(Bounds.name)
        copy.notCached = notCached.map(Bounds.message)
        copy.database = database?.bounded()
        copy.host = host.map(Bounds.name)
        copy.parts = parts.map { FileParts(count: Bounds.tally($0.count), workers: Bounds.tally($0.workers), seconds: Bounds.seconds($0.seconds)) }
        return copy
    }
}

extension RecordFailure {
    func bounded() -> RecordFailure {
        var copy = RecordFailure(line: Bounds.tally(line), message: Bounds.message(message), sql: Bounds.block(sql), expected: Bounds.block(expected),
                                 actual: Bounds.block(actual))
        copy.kind = kind
        copy.recordLine = recordLine.map(Bounds.tally)
        copy.identity = identity?.bounded()
        copy.causedBy = causedBy.map(Bounds.tally)
        copy.ulps = ulps.map(Bounds.tally)
        copy.script = script.map(Bounds.path)
        copy.isHashed = isHashed
        return copy
    }
}

extension RecordIdentity {
    func bounded() -> RecordIdentity { RecordIdentity(digest: Bounds.name(digest), occurrence: Bounds.tally(occurrence)) }
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
