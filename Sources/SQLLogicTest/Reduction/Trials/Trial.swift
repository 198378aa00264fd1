import Platform

/// Runs a candidate, for what becomes of its last record. For a process of its own: the engine under test may end it.
package struct Trial: ~Copyable {
    /// What is known of one record before the last one.
    package struct Step: Sendable, Codable {
        /// Whether it did what it must on the engine, and on the reference.
        package var holds: Bool
        package var holdsOnReference: Bool
        /// Whether it is seen to have changed nothing.
        package var isIdle: Bool
        /// How the engine's program ended in it, if it did.
        package var ended: FailureSignature?
    }

    /// What the last record gave.
    package struct End: Sendable, Codable {
        package var engine: RecordOutcome
        /// Nil without a reference.
        package var reference: RecordOutcome?
        /// Whether the reference's answer hangs on the order in which it reads rows.
        package var isUnordered = false
    }

    private let connections: TrialConnections
    /// To the engine under test, with a limit where there is one: the thread that watches is this process's own.
    private let engine: any EngineConnection
    private var sql = ByteBuffer()
    private var rows = ResultTable()
    private var sorted = ResultTable()
    private var sorter = ResultSorter()

    private let options: RunOptions

    /// - Parameters:
    ///   - allowsSystem: whether SQL may reach for what is outside of its database.
    ///   - limit: how long a statement may take on the engine under test.
    /// - Throws: ``SQLLogicTestError`` where its statements cannot be ended.
    package init(_ connections: TrialConnections, allowsSystem: Bool = true, limit: RecordLimit? = nil) throws(SQLLogicTestError) {
        self.connections = connections
        engine = if let limit { try LimitedConnection(connections.engine, of: connections.database, limit) } else { connections.engine }
        var options = RunOptions()
        options.allowsSystem = allowsSystem
        self.options = options
    }

    /// Runs the records before the last one that are not in the databases yet.
    /// - Parameters:
    ///   - onRecord: takes the index of each record before it is run.
    /// - Returns: the index of the first one that does not do what it must; nil if there is none.
    package mutating func prepare(_ records: ArraySlice<ReductionRecord>, onRecord: (Int) -> Void) -> Int? {
        for index in records.indices {
            onRecord(index)
            let step = step(records[index])
            if !step.holds || !step.holdsOnReference { return index }
        }
        return nil
    }

    /// What each of these records does, whatever it does.
    package mutating func steps(_ records: ArraySlice<ReductionRecord>, onRecord: (Int) -> Void) -> [Step] {
        records.indices.map { index in
            onRecord(index)
            let before = isChange(records[index]) ? changes() : nil
            var step = step(records[index])
            if let before { step.isIdle = before == changes() }
            return step
        }
    }

    private mutating func step(_ record: ReductionRecord) -> Step {
        read(record)
        var step = Step(holds: true, holdsOnReference: true, isIdle: false)
        switch record.kind {
        case .succeeds, .fails:
            let wantsSuccess = record.kind == .succeeds
            if let reference = connections.reference { step.holdsOnReference = outcome(record, on: reference).isRefused != wantsSuccess }
            let given = outcome(record, on: engine)
            step.holds = given.isRefused != wantsSuccess
            step.note(given)
        case .query:
            let right = connections.reference.map { outcome(record, on: $0) }
            let given = outcome(record, on: engine)
            step.holds = right.map { Self.agree(given, $0) } ?? !given.isRefused
            step.note(given)
        }
        return step
    }

    private static func agree(_ left: RecordOutcome, _ right: RecordOutcome) -> Bool {
        if case .rows(let left) = left, case .rows(let right) = right { return left.isSame(as: right) }
        return left.isRefused == right.isRefused
    }

    /// Runs the last record, on the reference first: the engine may end this process.
    package mutating func end(_ record: ReductionRecord) -> End {
        read(record)
        let right = connections.reference.map { outcome(record, on: $0) }
        let isUnordered = isUnordered(record, right)
        read(record)
        return End(engine: outcome(record, on: engine), reference: right, isUnordered: isUnordered)
    }

    /// Asks the reference again with its rows read the other way round.
    private mutating func isUnordered(_ record: ReductionRecord, _ right: RecordOutcome?) -> Bool {
        guard let reference = connections.reference, case .rows(let rows)? = right, rows.count > 0, case .query = record.kind, isPlainSelect(record) else { return false }
        guard set("PRAGMA reverse_unordered_selects=1", on: reference) else { return false }
        defer { _ = set("PRAGMA reverse_unordered_selects=0", on: reference) }
        read(record)
        guard case .rows(let other) = outcome(record, on: reference) else { return true }
        return !other.isSame(as: rows)
    }

    private mutating func set(_ text: StaticString, on connection: any EngineConnection) -> Bool {
        sql.removeAll()
        sql.append(text)
        sql.terminate()
        defer { sql.removeAll() }
        return connection.execute(sql.bytes) == nil
    }

    private mutating func read(_ record: ReductionRecord) {
        sql.removeAll()
        record.sql.withUnsafeBufferPointer { if let start = $0.baseAddress { sql.append(start, $0.count) } }
        sql.terminate()
    }

    private mutating func outcome(_ record: ReductionRecord, on connection: any EngineConnection) -> RecordOutcome {
        let given = answer(record, on: connection)
        // A program that has ended has refused nothing.
        guard given.isRefused, given != .ended(.timeout) else { return given }
        let base: any EngineConnection = if let limited = connection as? LimitedConnection { limited.base } else { connection }
        guard let end = (base as? ExternalConnection)?.termination else { return given }
        switch end {
        case .signaled(let signal): return .ended(.crashed(signal))
        case .exited(let code): return .ended(.exit(code))
        }
    }

    private mutating func answer(_ record: ReductionRecord, on connection: any EngineConnection) -> RecordOutcome {
        if let refusal = options.refusal(of: sql.bytes) { return .refused(message: refusal, sqlState: nil) }
        guard case .query(let types, let sortMode) = record.kind else {
            return connection.execute(sql.bytes).map(Self.refused) ?? .complete
        }
        rows.removeAll()
        let result = types.withUnsafeBufferPointer { connection.query(sql.bytes, types: $0, into: &rows) }
        switch result {
        case .failed(let failure): return Self.refused(failure)
        case .columnCount(let count): return .columns(count)
        case .rows:
            if sortMode != .nosort, rows.count > 1 {
                sorter.sort(rows, by: sortMode, into: &sorted)
                swap(&rows, &sorted)
            }
            return .rows(ResultRows(rows, sortMode))
        }
    }

    private static func refused(_ failure: EngineFailure) -> RecordOutcome {
        failure.interruption == nil ? .refused(message: failure.message, sqlState: failure.sqlState) : .ended(.timeout)
    }

    /// Whether it can be run twice and change nothing.
    private func isPlainSelect(_ record: ReductionRecord) -> Bool {
        record.sql.withUnsafeBufferPointer { sql in
            SQLToken.all(in: sql).first.map { ["select", "values", "with"].contains($0.text) } ?? false && !SQLWords.names(["insert", "update", "delete", "replace"], in: sql)
        }
    }

    // MARK: Records that change nothing

    private func isChange(_ record: ReductionRecord) -> Bool {
        guard record.kind == .succeeds, connections.reference != nil else { return false }
        let word = record.sql.drop { ASCII.isSpace($0) }.prefix { ASCII.lowercased($0) >= 0x61 && ASCII.lowercased($0) <= 0x7A }.map(ASCII.lowercased)
        return ["insert", "update", "delete", "replace"].contains(String(decoding: word, as: UTF8.self))
    }

    /// Rows that the reference's connection has changed so far; nil where it does not say.
    private mutating func changes() -> [String]? {
        guard let reference = connections.reference else { return nil }
        sql.removeAll()
        sql.append("SELECT total_changes()")
        sql.terminate()
        rows.removeAll()
        guard [UInt8(ascii: "I")].withUnsafeBufferPointer({ reference.query(sql.bytes, types: $0, into: &rows) }) == .rows else { return nil }
        return rows.values(limit: 64)
    }
}

extension Trial.Step {
    /// Takes note of an engine whose program has ended: such a record never holds.
    fileprivate mutating func note(_ given: RecordOutcome) {
        guard case .ended(let how) = given else { return }
        (holds, ended) = (false, how)
    }
}
