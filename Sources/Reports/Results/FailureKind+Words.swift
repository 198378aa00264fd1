public import Fleet
import Platform

extension FailureKind {
    /// In a report's words.
    public var words: String {
        switch self {
        case .wrongRows: "wrong rows"
        case .rowOrder: "same rows in another order"
        case .formatting: "differs only in formatting"
        case .columns: "wrong columns"
        case .unexpectedError: "unexpected error"
        case .unexpectedSuccess: "unexpected success"
        case .wrongError: "wrong error"
        case .timeout: "took longer than a record may"
        case .script: "error in the script"
        case .other: "failed otherwise"
        }
    }

    /// What somebody can do who sees this kind; `nil` where only the engine can be wrong.
    public var hint: String? {
        switch self {
        case .rowOrder: "add rowsort to the record, or ORDER BY to the query"
        case .formatting: "the values are equal and written in another way"
        case .columns: "the query returns another number of columns, or other types"
        case .script: "the script cannot be read here, or does what this run does not allow; mend it"
        case .wrongRows, .unexpectedError, .unexpectedSuccess, .wrongError, .timeout, .other: nil
        }
    }

    /// Whether the words say all that a message would.
    var isOfRows: Bool {
        switch self {
        case .wrongRows, .rowOrder, .formatting, .columns: true
        case .unexpectedError, .unexpectedSuccess, .wrongError, .timeout, .script, .other: false
        }
    }

    /// `12 wrong rows, 3 same rows in another order; and 40 consequences of those`
    ///
    /// - Returns: `nil` where no kind is known, as of runs of older releases.
    static func words(in files: [ReportedFile]) -> String? {
        let kinds = counts(in: files), consequences = files.reduce(0) { $0 &+ $1.consequences }
        guard consequences > 0 || kinds.keys.contains(where: { $0 != .other }) else { return nil }
        let words = allCases.compactMap { kind in kinds[kind].map { "\(Human.count($0)) \(kind.words)" } }
        return words.joined(separator: ", ") + (consequences > 0 ? (words.isEmpty ? "" : "; and ") + Human.count(consequences, "consequence") + " of those" : "")
    }

    /// Failed records of files by kind, without consequences; those that were kept.
    static func counts(in files: [ReportedFile]) -> [FailureKind: Int] {
        files.reduce(into: [:]) { kinds, file in
            guard file.record.outcome == .fail else { return }
            for block in file.blocks where block.failure.causedBy == nil { kinds[block.kind, default: 0] += 1 }
        }
    }
}
