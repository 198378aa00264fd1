/// What is said of the record that ends a file.
extension DuckRun {
    @inline(never)
    func wrong(_ record: DuckRecord, _ message: String, _ category: FailureCategory = .script) -> Ending {
        var failure = record.place.failure(.script, message)
        failure.category = category
        return .failed(failure)
    }

    @inline(never)
    func failure(_ kind: ScriptFailure.Kind, _ record: DuckRecord, _ sql: String, _ message: String, _ category: FailureCategory? = nil,
                 expected: String = "", actual: String = "") -> Ending {
        var finding = FailureFinding(recordLine: record.place.line, category: category ?? kind.category)
        return failure(kind, record, sql, message, &finding, expected: expected, actual: actual)
    }

    @inline(never)
    func failure(_ kind: ScriptFailure.Kind, _ record: DuckRecord, _ sql: String, _ message: String, _ finding: inout FailureFinding,
                 expected: String, actual: String) -> Ending {
        func cut(_ text: String) -> String { Array(text.utf8).withUnsafeBufferPointer { ScriptFailure.cut($0) } }
        var failure = record.place.failure(kind, message).with(notices: notices)
        (failure.sql, failure.expected, failure.actual) = (cut(sql), cut(expected), cut(actual))
        finding.complete(&failure)
        return .failed(failure)
    }

    /// A record that was ended has failed, also where it must or may fail.
    @inline(never)
    func timeout(_ message: String, _ interruption: Interruption, _ record: DuckRecord, _ sql: String) -> Ending {
        let ending = failure(.timeout, record, sql, message)
        if interruption.lostDatabase, case .failed(let failure) = ending { return .lost(failure) }
        return ending
    }

    // MARK: Results

    /// What kind of difference there is between a result and the one that the record has.
    /// - Parameter hash: `N values hashing to DIGEST`, if that is what the record has.
    mutating func judge(_ mismatch: ResultMismatch, hash: String? = nil, types: String, _ record: DuckRecord) -> FailureFinding {
        var finding = FailureFinding(recordLine: record.place.line, category: .wrongRows)
        if let hash {
            var table = ResultTable()
            var sorter = ResultSorter()
            table.columns = mismatch.columns
            for value in mismatch.actual { Array(value.utf8).withUnsafeBufferPointer { table.append(formatted: $0) } }
            finding.isHashed = true
            finding.category = Array(hash.utf8).withUnsafeBufferPointer { HashProof.category(of: $0, table, mismatch.sortMode, &sorter) }
        } else {
            (finding.category, finding.ulps) = mismatch.judged
        }
        guard options.keepsRows else { return finding }
        var kept = RecordRows(mismatch, finding, types: types, hash: hash)
        kept.script = record.place.file
        verdict.rows = [kept]
        return finding
    }

    // MARK: Identity

    /// The failure with the key of its record, whose text is that of the script: the rounds of a loop are one record.
    mutating func identified(_ failure: ScriptFailure, in nodes: [DuckNode]) -> ScriptFailure {
        var (keys, places) = (RecordKeys(), [DuckPlace]())
        Self.read(nodes, &keys, &places)
        func isPlace(_ place: DuckPlace) -> Bool { place.line == failure.recordLine && place.file == failure.file }
        // A script that is included twice is there twice.
        guard let index = places.firstIndex(where: { isPlace($0) && $0.mainLine == lastLine }) ?? places.firstIndex(where: isPlace) else { return failure }
        var failure = failure
        failure.identity = keys.key(of: index)
        verdict.rows?[0].identity = failure.identity
        return failure
    }

    private static func read(_ nodes: [DuckNode], _ keys: inout RecordKeys, _ places: inout [DuckPlace]) {
        for node in nodes {
            switch node {
            case .loop(let loop): read(loop.body, &keys, &places)
            case .record(let record):
                places.append(record.place)
                if record.sql.isEmpty { keys.add(nil) } else { Array(record.sql.utf8).withUnsafeBufferPointer { keys.add($0) } }
            }
        }
    }
}
