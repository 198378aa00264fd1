/// Whole records.
extension Reducer {
    /// Leaves out, at once, all statements that have nothing to do with the tables of the last record.
    mutating func slice() {
        let sliced = best.sliced
        if sliced.records.count < best.records.count { take(sliced) }
    }

    /// Leaves out statements until each one that is left is needed.
    mutating func removeStatements() {
        guard best.records.count > 1 else { return }
        let start = best
        // All transactions, or none.
        let transactions = start.records.indices.filter { Self.isTransaction(start.records[$0]) }
        if transactions.count > 1 { take(start.without { transactions.contains($0) }) }
        let records = best
        removeItems(weights: records.records.dropLast().map(\.weight)) { gone in records.without { gone.contains($0) } }
    }

    private static func isTransaction(_ record: ReductionRecord) -> Bool {
        record.sql.withUnsafeBufferPointer { sql in
            guard let word = SQLToken.all(in: sql).first?.text else { return false }
            return ["begin", "start", "commit", "end", "rollback", "savepoint", "release", "abort"].contains(word)
        }
    }
}

extension ReductionCandidate {
    /// Without the records that have nothing to do with the tables of the last one, as far as their words tell.
    package var sliced: ReductionCandidate {
        let needed = needed
        return without { !needed.contains($0) }
    }

    /// The records that may change what the last one gives, as far as their words tell.
    private var needed: Set<Int> {
        let objects = records.map { record in record.sql.withUnsafeBufferPointer { StatementObjects($0) } }
        guard let last = records.indices.last else { return [] }
        var needed: Set<Int> = [last]
        var names = objects[last].relations.union(objects[last].words)
        // From the end: what a record needs is made before it. Again as long as something new is named, as by a trigger.
        var before = -1
        while before != names.count {
            before = names.count
            for index in objects.indices.reversed() where !needed.contains(index) {
                let targets = objects[index].targets
                // Settings, transactions and what else has no target.
                guard targets.isEmpty || targets.contains(where: { names.contains($0.name) || $0 == StatementObjects.transaction }) else { continue }
                if targets.isEmpty, records[index].isQuery { continue }
                needed.insert(index)
                names.formUnion(objects[index].relations)
                names.formUnion(targets.map(\.name))
            }
        }
        return needed
    }
}
