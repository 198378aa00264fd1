import Platform

/// What a worker does with a part of a file when it comes to it.
package enum PartTurn: Sendable {
    /// It runs it.
    case own
    /// Another one does, or has.
    case others
    /// No part from here on is left.
    case over
}

/// Runs files in parts: each part by one worker, on a database of the worker's own.
package protocol PartExecutor: FileExecutor {
    /// Reads a file and says where it can be cut.
    /// - Parameters:
    ///   - parts: how many are wanted.
    ///   - seconds: what the whole file is expected to take; 0 where that is not known.
    /// - Returns: nil where it has to be run as one.
    func divide(_ task: FileTask, into parts: Int, expecting seconds: Double) -> (any DividedFile)?

    /// Runs those parts of a file that `pass` claims, from the first one to the last one that is left.
    func execute(_ task: FileTask, blocks: [Int], _ pass: PartPass) throws(EngineUnavailable)
}

/// A file that can be cut.
package protocol DividedFile {
    /// Where; see ``PartExecutor/execute(_:blocks:_:)``.
    var blocks: [Int] { get }

    /// What came of the file.
    /// - Parameter parts: what was found in each part, in their order.
    /// - Returns: nil where only one run of the whole file tells.
    func merged(_ parts: [[UInt8]]) -> FileExecution?
}

/// One run of a worker through a file, on which it claims the parts that are left.
package final class PartPass {
    private let folder: PartFolder
    private let worker: Int
    private let heart: HeartbeatThread
    /// Whether the worker is to leave off.
    private let isOver: () -> Bool
    /// Tells where it is.
    private let onPart: () -> Void
    private var held: Claim?
    private var began = Clock.monotonic
    private var cpu = CPUTime.used
    /// How many parts it has finished.
    private(set) var finished = 0
    private(set) var failure: FleetError?

    init(_ folder: PartFolder, worker: Int, heart: HeartbeatThread, isOver: @escaping () -> Bool, onPart: @escaping () -> Void) {
        self.folder = folder
        self.worker = worker
        self.heart = heart
        self.isOver = isOver
        self.onPart = onPart
    }

    /// Called when a part begins.
    package func turn(_ block: Int) -> PartTurn {
        if failure != nil || isOver() || !folder.isWanted || !folder.hasOpen(from: block) { return .over }
        do throws(FleetError) {
            guard let claim = try folder.claim(block) else { return .others }
            held = claim
            heart.add(claim)
            onPart()
            return .own
        } catch {
            // The folder goes when the file is through.
            if folder.isWanted { failure = error }
            return .over
        }
    }

    /// Called when a part of its own is through.
    /// - Parameters:
    ///   - found: without line ends; see ``DividedFile/merged(_:)``.
    ///   - isLast: whether the file ends in it.
    package func deliver(_ found: [UInt8], isLast: Bool = false) {
        guard let claim = held else { return }
        let head = PartRecord.Head(worker: worker, seconds: Clock.seconds(since: began), cpu: CPUTime.used - cpu, isLast: isLast ? true : nil)
        (began, cpu) = (Clock.monotonic, CPUTime.used)
        do throws(FleetError) {
            try heart.finishing(claim) { () throws(FleetError) in try folder.publish(PartRecord(head, found: found), claim) }
            finished += 1
        } catch {
            if folder.isWanted { failure = error }
        }
        held = nil
    }

    /// Gives back what was begun and not finished.
    func end() {
        if let held { heart.giveBack(held) }
        held = nil
    }
}
