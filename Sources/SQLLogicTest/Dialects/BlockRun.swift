/// What a run does with a block of a script.
package enum BlockTurn: Sendable {
    /// It runs it and tells of it.
    case own
    /// Another run does. Only what makes the database is run.
    case others
    /// Nothing of it and behind it is needed.
    case over
}

/// A run of some blocks of a script, from the beginning up to the last one that is wanted.
package struct BlockRun {
    /// The number of the last record of each block, from 1. The last block goes on to the end of the script, whatever stands here.
    let blocks: [Int]
    /// Asked when a block begins.
    let turn: (Int) -> BlockTurn
    /// Takes what was found in a block, once it is through.
    let deliver: (Int, FileVerdict, PartReport) -> Void

    package init(blocks: [Int], turn: @escaping (Int) -> BlockTurn, deliver: @escaping (Int, FileVerdict, PartReport) -> Void) {
        self.blocks = blocks
        self.turn = turn
        self.deliver = deliver
    }

    /// The number of the last record of a block.
    func end(of block: Int) -> Int { block == blocks.count - 1 ? .max : blocks[block] }
}
