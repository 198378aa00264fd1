/// One of several parts of a script that are run by themselves and make up its verdict together.
///
/// The records of the script are cut into blocks. Each part runs what makes the database up to the end of its block, and tells of the records of
/// its own block only. Queries before that it leaves out where they provably change nothing.
package struct ScriptPart: Sendable, Equatable {
    /// The number of the last record of each block, from 1. The last block goes on to the end of the script, whatever stands here.
    package var blocks: [Int]
    /// Which block this is, from 0.
    package var index: Int

    package init(blocks: [Int], index: Int) {
        self.blocks = blocks
        self.index = index
    }

    /// All parts of a script.
    package static func all(_ blocks: [Int]) -> [ScriptPart] { blocks.indices.map { ScriptPart(blocks: blocks, index: $0) } }
}
