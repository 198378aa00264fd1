/// Which record of a file is meant, as well as its failures say.
public enum RecordReference: Hashable, Sendable {
    case identity(RecordIdentity)
    /// Where it begins, or where its first wrong line is; the same record only while the file stays as it is.
    case line(Int)

    /// `nil` for a line.
    public var identity: RecordIdentity? { if case .identity(let identity) = self { identity } else { nil } }
}

extension RecordFailure {
    /// Of its record.
    public var key: RecordReference { identity.map { .identity($0) } ?? .line(startLine) }

    /// Where its record begins, as far as that is known.
    public var startLine: Int { recordLine ?? line }

    /// Whether the record itself did not hold: a consequence of another failure proves nothing, nor does a process that ended.
    public var isProof: Bool { causedBy == nil && kind != .other }

    /// From which line on the records that are not listed say nothing; `nil` where all that are not listed have held.
    /// - Parameters:
    ///   - failures: those of one run of a file.
    ///   - errors: how many there were, also those that are not listed.
    ///   - stoppedAt: as in ``FileRecord``.
    public static func firstUnknownLine(_ failures: [RecordFailure], errors: Int, stoppedAt: Int?) -> Int? {
        let last = failures.map(\.startLine).max() ?? 0
        // Older releases, and programs for one file, do not say how far they came behind the last failure.
        let saysHowFar = failures.isEmpty || failures.contains { $0.recordLine != nil }
        let listed = saysHowFar && errors <= failures.count ? nil : last + 1
        return [stoppedAt, listed].compactMap(\.self).min()
    }
}

extension FlakyRecord {
    /// Which record it is.
    public var key: RecordReference { identity.map { .identity($0) } ?? .line(line) }
}
