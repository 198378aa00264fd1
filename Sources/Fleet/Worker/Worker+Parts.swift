import Glibc
import Platform

/// Files that are run in parts. Whoever holds the claim of such a file coordinates its parts; others run some of them before they claim the
/// next file.
extension Worker {
    /// What became of a file that was to be run in parts.
    enum Parted {
        /// It has to be run as one.
        case whole
        /// - Parameter cpu: seconds.
        case done(FileExecution, FileParts, cpu: Double)
        /// It has got its record meanwhile: a part took too long or too much.
        case ended
    }

    /// Runs parts, and waits for those of others.
    func executeInParts(_ claim: Claim, _ file: SuiteFile, _ tryNumber: Int) throws(EngineUnavailable) -> Parted {
        guard file.parts > 1, !positions.startsOver, directory.spec.keepsDatabases != true, let executor = executor as? any PartExecutor,
              !directory.layout.parts(claim.id).whole.exists else { return .whole }
        let task = task(claim, file, tryNumber)
        defer { task.folder.removeTree() }
        guard let divided = executor.divide(task, into: file.parts, expecting: file.expected) else { return .whole }
        do {
            guard let folder = try makeFolder(claim, file, divided.blocks) else { return .whole }
            var comesToNothing = false
            while !folder.isFinished {
                if directory.layout.result(claim.id).exists { return .ended }
                if try folder.look() || !folder.isWanted { return giveUp(folder) }
                if folder.hasOpen(), !comesToNothing {
                    let finished = try run(folder, task, executor, generation: claim.generation, isOver: { false })
                    comesToNothing = finished == 0 && folder.hasOpen()
                } else if comesToNothing, !folder.isAtWork {
                    // The file ends before a part that nobody can come to.
                    if !folder.isFinished { return giveUp(folder) }
                } else {
                    // The limit is that of each part.
                    task.progress.restart()
                    Clock.pauseThread(0.01)
                }
            }
            guard let records = folder.records(), let execution = divided.merged(records.map(\.found)) else { return giveUp(folder) }
            let workers = Set(records.map(\.head.worker)).count
            let parts = FileParts(count: records.count, workers: workers, seconds: records.reduce(0) { $0 + $1.head.seconds })
            return .done(directory.spec.memoryLimit == nil ? execution : execution.judgedByMemory, parts, cpu: records.reduce(0) { $0 + $1.head.cpu })
        } catch let error as EngineUnavailable {
            throw error
        } catch {
            // A run of the whole file comes upon what is wrong with the disk, too.
            return .whole
        }
    }

    private func giveUp(_ folder: PartFolder) -> Parted {
        if directory.layout.result(folder.position).exists { return .ended }
        folder.giveUp()
        return .whole
    }

    private func makeFolder(_ claim: Claim, _ file: SuiteFile, _ blocks: [Int]) throws(FleetError) -> PartFolder? {
        guard let status = (Path(directory.spec.workspace) / file.name).status() else { return nil }
        let division = FileDivision(blocks: blocks, size: Int(status.st_size), modified: FileTime(status.st_mtim).nanoseconds)
        return try PartFolder.make(claim.id, division, directory.layout, table.owner, directory.spec)
    }

    /// - Returns: how many parts were finished.
    private func run(_ folder: PartFolder, _ task: FileTask, _ executor: any PartExecutor, generation: Int,
                     isOver: @escaping () -> Bool) throws(EngineUnavailable) -> Int {
        let pass = PartPass(folder, worker: slot, heart: heart, isOver: isOver) {
            // Each part has the file's whole time-out.
            place.show(Slot.Work(position: folder.position, generation: generation, tryNumber: task.tryNumber, started: Clock.monotonic))
        }
        defer { pass.end() }
        try executor.execute(task, blocks: folder.division.blocks, pass)
        return pass.failure == nil ? pass.finished : 0
    }

    /// Its file has its record from the supervisor.
    func leave(_ claim: Claim) {
        heart.hold(nil)
        place.show(nil)
        table.remove(id: claim.id, upTo: claim.generation)
        directory.layout.parts(claim.id).root.removeTree()
    }

    // MARK: The parts of others

    /// Runs parts of a file that another worker coordinates, if there are any to be run.
    /// - Returns: whether it has run some.
    func helpWithParts() throws -> Bool {
        guard manifest.divided > 0, let executor = executor as? any PartExecutor, !shouldLeave, board.paused.isEmpty else { return false }
        for position in partedFiles {
            guard let folder = PartFolder.open(position, directory.layout, table.owner, directory.spec), folder.isWanted,
                  (try? folder.look()) == false, folder.hasOpen() else { continue }
            if try help(folder, executor) { return true }
        }
        return false
    }

    /// Files whose parts are at work, or are still to be run.
    var partedFiles: [Int] {
        guard manifest.divided > 0 else { return [] }
        let names = (try? directory.layout.parts.names()) ?? []
        return names.compactMap { decimal($0).flatMap { Int(exactly: $0) } }.filter {
            positions.isRunnable($0) && !directory.layout.result($0).exists && directory.layout.parts($0).plan.exists
        }.sorted()
    }

    private func help(_ folder: PartFolder, _ executor: any PartExecutor) throws -> Bool {
        let file = try manifest.entry(positions.id(folder.position))
        let task = task(position: folder.position, file, tryNumber: 1, folder: folder.layout.work / "\(table.owner.process.pid)")
        defer {
            task.folder.removeTree()
            heart.hold(nil)
            place.show(nil)
        }
        // No claim of the file has this generation: its end is not the file's.
        let generation = 0
        place.show(Slot.Work(position: folder.position, generation: generation, tryNumber: 1, started: Clock.monotonic))
        do throws(EngineUnavailable) {
            return try run(folder, task, executor, generation: generation, isOver: { shouldLeave || !board.paused.isEmpty }) > 0
        } catch {
            heart.release()
            throw error
        }
    }
}
