/// What a hash tells of a result that does not hash to it.
enum HashProof {
    /// - Parameters:
    ///   - hash: `N values hashing to DIGEST`, as the script has it.
    ///   - rows: the result, sorted as `mode` says.
    /// - Returns: `rowOrder` where the same rows in another order have that hash, `formatting` where the result itself has it and was to be
    ///   written row by row, else `wrongRows`.
    static func category(of hash: UnsafeBufferPointer<UInt8>, _ rows: borrowing ResultTable, _ mode: SortMode,
                         _ sorter: inout ResultSorter) -> FailureCategory {
        guard let digest = ResultDigest.named(in: hash), ASCII.leadingInteger(hash) == rows.count else { return .wrongRows }
        if digest == ResultDigest.of(rows.bytes) { return .formatting }
        guard mode == .nosort, rows.count > rows.columns else { return .wrongRows }
        var sorted = ResultTable()
        sorter.sort(rows, by: .rowsort, into: &sorted)
        if digest == ResultDigest.of(sorted.bytes) || isReverse(sorted, digest) || isReverse(rows, digest) { return .rowOrder }
        return .wrongRows
    }

    private static func isReverse(_ rows: borrowing ResultTable, _ digest: [UInt8]) -> Bool {
        var reversed = ResultTable()
        let width = max(rows.columns, 1)
        for start in stride(from: rows.count - width, through: 0, by: -width) {
            for index in start..<(start + width) { reversed.append(formatted: rows.value(index)) }
        }
        return digest == ResultDigest.of(reversed.bytes)
    }
}
