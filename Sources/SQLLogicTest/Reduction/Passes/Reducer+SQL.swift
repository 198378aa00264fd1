/// Parts of records.
extension Reducer {
    private func candidate(_ start: ReductionCandidate, _ index: Int, _ sql: SQLPieces) -> ReductionCandidate {
        var copy = start
        copy.records[index].sql = sql.sql
        return copy
    }

    // MARK: Rows

    /// Leaves out rows of `INSERT`.
    mutating func removeRows() {
        let start = best
        let inserts = start.records.indices.compactMap { index in InsertedRows(SQLPieces(start.records[index].sql)).map { (index: index, rows: $0) } }
        let rows = inserts.flatMap { insert in insert.rows.rows.indices.map { (record: insert.index, row: $0) } }
        guard rows.count > inserts.count else { return }
        let weights = inserts.flatMap { insert in insert.rows.rows.map(\.count) }
        let parsed = Dictionary(uniqueKeysWithValues: inserts.map { ($0.index, $0.rows) })
        removeItems(weights: weights) { gone in
            var copy = start
            var kept: [Int: [Int]] = [:]
            for item in rows.indices where !gone.contains(item) { kept[rows[item].record, default: []].append(rows[item].row) }
            var emptied: Set<Int> = []
            for (index, insert) in parsed {
                guard let left = kept[index] else {
                    if index < start.records.count - 1 { emptied.insert(index) } else { return nil }
                    continue
                }
                if left.count < insert.rows.count, let sql = insert.keeping(left) { copy.records[index].sql = sql.sql }
            }
            return copy.without { emptied.contains($0) }
        }
    }

    /// Makes one `INSERT` of two neighbours.
    mutating func joinInserts() {
        for index in stride(from: best.records.count - 2, to: 0, by: -1) where !judge.isOver && index < best.records.count - 1 {
            guard let one = InsertedRows(SQLPieces(best.records[index - 1].sql)), let other = InsertedRows(SQLPieces(best.records[index].sql)),
                  let joined = one.joined(with: other) else { continue }
            var copy = best
            copy.records[index - 1].sql = joined.sql
            copy.records.remove(at: index)
            take(copy)
        }
    }

    // MARK: Columns

    /// Leaves out columns of tables, with their values, and of the result.
    mutating func removeColumns() {
        removeResultColumns()
        let tables = best.records.compactMap { TableDefinition(SQLPieces($0.sql)) }.map { ($0.table, $0.columns.count) }
        for (table, count) in tables where !judge.isOver {
            let start = best
            var gone: Set<Int> = []
            let columns = (0..<count).reversed().map { [$0] }
            removeChunks(columns, &gone) { Self.without($0, of: table, in: start, letters: false) }
            // The letter of a column of `*` goes with it.
            guard gone.count < count, best.records.last?.sql.contains(UInt8(ascii: "*")) == true else { continue }
            let rest = best, left = count - gone.count
            gone = []
            removeChunks((0..<left).reversed().map { [$0] }, &gone) { Self.without($0, of: table, in: rest, letters: true) }
        }
    }

    /// - Returns: nil where one of the columns cannot go.
    private static func without(_ columns: Set<Int>, of table: String, in start: ReductionCandidate, letters: Bool) -> ReductionCandidate? {
        var candidate: ReductionCandidate? = start
        // From the end: the others keep their numbers.
        for column in columns.sorted(by: >) {
            candidate = candidate.flatMap { without(column, of: table, in: $0) }
            if letters { candidate = candidate.flatMap { withoutLetter(column, $0) } }
        }
        return candidate
    }

    /// - Returns: nil where the last record has no such letter, or no other.
    private static func withoutLetter(_ column: Int, _ candidate: ReductionCandidate) -> ReductionCandidate? {
        guard var last = candidate.records.last, case .query(var types, let sortMode) = last.kind, types.count > 1, types.indices.contains(column) else { return nil }
        types.remove(at: column)
        last.kind = .query(types: types, sortMode: sortMode)
        return ReductionCandidate(candidate.records.dropLast() + [last])
    }

    private static func without(_ column: Int, of table: String, in candidate: ReductionCandidate) -> ReductionCandidate? {
        var copy = candidate
        for index in copy.records.indices {
            let sql = SQLPieces(copy.records[index].sql)
            if let definition = TableDefinition(sql), definition.table == table {
                guard let smaller = definition.withoutColumn(column) else { return nil }
                copy.records[index].sql = smaller.sql
            } else if let insert = InsertedRows(sql), insert.table == table {
                let names = insert.columns.map { SQLPieces.name(sql[$0.lowerBound]) }
                let definition = candidate.records.lazy.compactMap { TableDefinition(SQLPieces($0.sql)) }.first { $0.table == table }
                guard let place = names.isEmpty ? column : definition.flatMap({ $0.columns.indices.contains(column) ? names.firstIndex(of: $0.columns[column]) : nil }) else { continue }
                guard let smaller = insert.withoutColumn(place) else { return nil }
                copy.records[index].sql = smaller.sql
            }
        }
        return copy
    }

    private mutating func removeResultColumns() {
        guard let last = best.records.last, case .query(let types, _) = last.kind, types.count > 1 else { return }
        let start = best
        var gone: Set<Int> = []
        removeChunks(types.indices.reversed().map { [$0] }, &gone) { columns in
            columns.sorted(by: >).reduce(start) { (candidate: ReductionCandidate?, column) in candidate.flatMap { Self.withoutResultColumn(column, $0) } }
        }
    }

    /// - Returns: nil where the last record has no such column, or no other.
    private static func withoutResultColumn(_ column: Int, _ candidate: ReductionCandidate) -> ReductionCandidate? {
        guard var record = candidate.records.last, case .query(var types, let sortMode) = record.kind, types.count > 1, types.indices.contains(column),
              let lists = SelectLists(SQLPieces(record.sql), columns: types.count) else { return nil }
        types.remove(at: column)
        record.kind = .query(types: types, sortMode: sortMode)
        record.sql = lists.without(column).sql
        return ReductionCandidate(candidate.records.dropLast() + [record])
    }

    // MARK: Pieces of SQL

    /// Leaves out and replaces pieces of each statement, the failing one first.
    mutating func editSQL() {
        for index in best.records.indices.reversed() {
            // The databases as they are before the failing statement serve all its tries.
            if index == best.records.count - 1 { judge.keep(best.records.dropLast()) }
            let plain = candidate(best, index, SQLPieces(best.records[index].sql))
            if plain.records[index].sql != best.records[index].sql { take(plain) }
            while editAll(index), !judge.isOver {}
        }
    }

    /// Tries each edit of a statement once, those that leave out the most first.
    /// - Returns: whether anything could go.
    private mutating func editAll(_ index: Int) -> Bool {
        var most = Int.max
        var isSmaller = false
        while let saved = editOnce(index, savingAtMost: most) {
            // What is larger has been tried, beside what has gone since.
            most = saved
            isSmaller = true
        }
        return isSmaller
    }

    /// - Returns: the bytes that the last edit has saved that could be made; nil if none could.
    private mutating func editOnce(_ index: Int, savingAtMost most: Int) -> Int? {
        let sql = SQLPieces(best.records[index].sql)
        let size = best.records[index].sql.count
        var batch: [(edit: SQLEdits.Edit, sql: SQLPieces)] = []
        for edit in SQLEdits.all(of: sql) where !judge.isOver {
            let edited = sql.replacing(edit.range, by: edit.replacement)
            let left = edited.sql.count
            guard left < size, most == .max || size - most <= left, judge.isPlausible(edited.sql) else { continue }
            batch.append((edit, edited))
            guard batch.count == judge.width else { continue }
            if let saved = make(batch, index, sql) { return saved }
            batch = []
        }
        return batch.isEmpty ? nil : make(batch, index, sql)
    }

    /// Makes those edits of a statement, of some that are judged side by side, that can be made together.
    /// - Returns: the bytes that the last one of them saves alone; nil if none can be made.
    private mutating func make(_ batch: [(edit: SQLEdits.Edit, sql: SQLPieces)], _ index: Int, _ sql: SQLPieces) -> Int? {
        let start = best
        let candidates = batch.map { candidate(start, index, $0.sql) }
        let judged = judgeAll(candidates)
        guard let first = judged.firstIndex(of: true) else { return nil }
        var apart: [(edit: SQLEdits.Edit, sql: SQLPieces)] = []
        for (one, isSame) in zip(batch, judged) where isSame && !apart.contains(where: { $0.edit.range.overlaps(one.edit.range) }) { apart.append(one) }
        var together: [(chosen: [Int], candidate: ReductionCandidate)] = []
        for chosen in Self.choices(of: apart.count) {
            // From the end: what is before a range stays where it is.
            let edits = chosen.map { apart[$0].edit }.sorted { $0.range.lowerBound > $1.range.lowerBound }
            let edited = edits.reduce(sql) { $0.replacing($1.range, by: $1.replacement) }
            if judge.isPlausible(edited.sql) { together.append((chosen, candidate(start, index, edited))) }
        }
        let taken = takeMost(of: together, else: candidates[first])
        return start.records[index].sql.count - (taken.map { apart[$0].sql.sql.count }.max() ?? 0)
    }
}
