import Fleet

/// What is different in one file that is in both runs.
struct FileComparison {
    let file: String
    let before: ComparedRun.File
    let after: ComparedRun.File
    let earlier: ComparedRun
    let later: ComparedRun

    private typealias Change = RunComparison.Change

    func add(to found: inout RunComparison) {
        let failed = before.outcome.isFailure, fails = after.outcome.isFailure
        switch (before.outcome, after.outcome) {
        case (_, let now) where !fails && now != .pass:
            if failed || before.outcome == .pass { found.noLongerRun.append(.whole(file, before, after, of: after)) }
        case (let then, _) where !failed && then != .pass:
            if fails { found.failingUnseen.append(.whole(file, before, after, of: after)) }
        case (.pass, .pass): break
        case (.pass, _): addBroken(to: &found)
        case (_, .pass) where after.isFlaky: found.flaky.append(.whole(file, before, after, of: before))
        case (_, .pass): found.fixed.append(.whole(file, before, after, of: before))
        default: addFailing(to: &found)
        }
    }

    // MARK: passed, fails

    private func addBroken(to found: inout RunComparison) {
        let roots = after.outcome == .fail ? after.record.map { FailingRecord.list($0).roots } ?? [] : []
        guard !roots.isEmpty else {
            let change = Change.whole(file, before, after, of: after)
            if isFlakyAsAWhole { found.flaky.append(change) } else { found.newlyFailing.append(change) }
            return
        }
        for root in roots where isFlaky(root) { found.flaky.append(Change(file, root, before, after)) }
        let broken = roots.filter { !isFlaky($0) }
        guard let first = broken.first else { return }
        var change = Change(file, first, before, after)
        if broken.count > 1 { change.further = broken.count - 1 }
        found.newlyFailing.append(change)
    }

    private var isFlakyAsAWhole: Bool { before.isFlaky || after.isFlaky }

    /// Whether it is known, from either run, that the record holds at one time and not at another.
    private func isFlaky(_ record: FailingRecord) -> Bool {
        guard isFlakyAsAWhole else { return false }
        let known = [before, after].filter(\.isFlaky).flatMap { $0.record?.flakyRecords ?? [] }
        // Which records of a flaky file are, is not always known.
        return known.isEmpty || known.contains { $0.identity == record.identity || $0.identity == nil && $0.line == record.line }
    }

    // MARK: failed, fails

    private func addFailing(to found: inout RunComparison) {
        guard let old = before.record, let new = after.record else { return }
        if before.outcome == .fail, after.outcome == .fail, !old.failures.isEmpty, !new.failures.isEmpty { return addRecords(old, new, to: &found) }
        let change = Change.whole(file, before, after, of: after)
        guard before.outcome == after.outcome else {
            if isFlakyAsAWhole { found.flaky.append(change) } else if endsEarlier(old, new) { found.newlyFailing.append(change) } else { found.failingOtherwise.append(change) }
            return
        }
        // How long it took, and how much memory, stands in the message.
        let isSame = after.outcome == .timeout || after.outcome == .outOfMemory || old.message == new.message
        if isSame { found.stillFailing.append(change) } else { found.failingOtherwise.append(change) }
    }

    /// Whether the file now ends, of a crash or the like, where it went on before.
    private func endsEarlier(_ old: FileRecord, _ new: FileRecord) -> Bool {
        guard old.outcome == .fail, !old.failures.isEmpty, let end = new.stoppedAt else { return false }
        return old.knownUntil(stopsAtFailure: earlier.stopsAtFailure).map { end <= $0 } ?? true
    }

    private func addRecords(_ old: FileRecord, _ new: FileRecord, to found: inout RunComparison) {
        let isExact = (old.failures + new.failures).allSatisfy { $0.identity != nil || $0.sql.isEmpty }
        let (oldRoots, oldFollowers) = FailingRecord.list(old, fromText: !isExact)
        let (newRoots, newFollowers) = FailingRecord.list(new, fromText: !isExact)
        let failed = Dictionary((oldRoots + oldFollowers).map { ($0.identity, $0) }) { first, _ in first }
        let fails = Set((newRoots + newFollowers).map(\.identity))
        let known = old.knownUntil(stopsAtFailure: earlier.stopsAtFailure), knownNow = new.knownUntil(stopsAtFailure: later.stopsAtFailure)
        for record in newRoots {
            let change = Change(file, record, before, after)
            if let then = failed[record.identity] {
                if isSame(then, record) { found.stillFailing.append(change) } else { found.failingOtherwise.append(change) }
            } else if isFlaky(record) {
                found.flaky.append(change)
            } else if !record.isWithin(known) {
                found.failingUnseen.append(change)
            } else {
                found.newlyFailing.append(change)
            }
        }
        for record in oldRoots where !fails.contains(record.identity) && record.isWithin(knownNow) {
            let change = Change(file, record, before, after)
            if isFlaky(record) { found.flaky.append(change) } else { found.fixed.append(change) }
        }
    }

    /// Kinds are compared where both runs have them.
    private func isSame(_ then: FailingRecord, _ now: FailingRecord) -> Bool {
        if let old = then.first.kind, let new = now.first.kind, old != new { return false }
        return then.failures.map { [$0.message, $0.actual] } == now.failures.map { [$0.message, $0.actual] }
    }
}
