/// How much of a file's failures stands in a page. A run with a thousand failed files has to stay a page that opens at once.
struct FailureDepth {
    /// Records of the file.
    let blocks: Int
    /// Lines of a comparison.
    let lines: Int
    /// Characters of a statement, of a value and of an output.
    let statement: Int
    let value: Int
    let output: Int
    /// Consequences of a record.
    let consequences: Int

    /// From all to the title alone.
    static let all = [
        FailureDepth(blocks: 100, lines: 80, statement: 4000, value: 400, output: 16_000, consequences: 100),
        FailureDepth(blocks: 25, lines: 40, statement: 1500, value: 120, output: 4000, consequences: 20),
        FailureDepth(blocks: 6, lines: 20, statement: 700, value: 60, output: 1000, consequences: 5),
        FailureDepth(blocks: 1, lines: 10, statement: 300, value: 40, output: 300, consequences: 1),
        FailureDepth(blocks: 0, lines: 0, statement: 0, value: 0, output: 0, consequences: 0),
    ]
}
