import Glibc

/// A large file of which the receiver has an older state, or a part: it learns what it lacks from the sender's recipe.
final class DeltaFile: Sendable {
    private struct State {
        var wanted = FileRecipe(chunks: [])
        var bytes = 0
        var isComplete = false
    }

    let file: LargeFile
    let rule: ChunkRule
    private let held: Monitor<Sources>
    private let monitor = Monitor(State())

    private struct Sources {
        var open: [OpenSource]
        /// Whether there is a plan that names them by their numbers.
        var arePlanned = false
    }

    /// A file that is read, closed with the last reference.
    final class OpenSource: Sendable {
        let descriptor: Int32
        let size: Int

        init?(_ descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                close(descriptor)
                return nil
            }
            self.descriptor = descriptor
            size = Int(status.st_size)
        }

        deinit { close(descriptor) }
    }

    init(_ file: LargeFile, sources: [OpenSource], rule: ChunkRule) {
        self.file = file
        held = Monitor(Sources(open: sources))
        self.rule = rule
    }

    /// Open files that hold what may be used again, the old state first.
    private var sources: [OpenSource] { held.withLock { $0.open } }

    /// Closes them.
    func letGo() { held.withLock { $0.open = [] } }

    /// Closes them where the recipe is still to come; nothing is copied then.
    func letGoUnlessPlanned() { held.withLock { if !$0.arePlanned { $0.open = [] } } }

    /// Takes a part of the sender's recipe.
    func add(_ chunks: [FileChunk], isLast: Bool, limit: UInt64) throws {
        try monitor.withLock { state throws(SyncError) in
            guard !state.isComplete else { throw SyncError.violation("two recipes of one file") }
            for chunk in chunks {
                let (sum, overflow) = state.bytes.addingReportingOverflow(chunk.length)
                guard !overflow, UInt64(sum) <= limit, chunk.length <= rule.maximum else { throw SyncError.violation("a recipe of an impossible length") }
                state.bytes = sum
            }
            // No honest rule cuts finer, so a list can take no more memory than the file's size allows.
            guard state.wanted.chunks.count + chunks.count <= rule.mostChunks(state.bytes) else { throw SyncError.violation("a recipe with too many chunks") }
            state.wanted.chunks += chunks
            state.isComplete = isLast
        }
    }

    /// What to copy and what to ask for, by a recipe that is complete.
    func plan(threads: Int) -> DeltaPlan {
        let wanted = monitor.withLock { $0.wanted }
        let sources = held.withLock { held in
            held.arePlanned = true
            return held.open
        }
        var search = DeltaSearch(for: wanted, rule: rule, threads: threads)
        for (number, source) in sources.enumerated() { search.look(in: source.descriptor, size: source.size, number: number) }
        return DeltaPlan(for: wanted, at: search.places, oldSize: sources.first?.size)
    }

    /// Copies what the receiver has to its places in the new file, and checks it on the way.
    /// - Throws: why it cannot be written; `EBUSY` where something is no longer what it had been.
    func copy(_ plan: DeltaPlan, to descriptor: Int32, threads: Int) throws(Errno) {
        let sources = sources
        let copies = plan.copies
        let stretch = 64
        let failure = Monitor<Errno?>(nil)
        _ = ParallelWork.run((copies.count + stretch - 1) / stretch, threads: threads) { index, buffer in
            do throws(Errno) {
                for copy in copies[index * stretch..<min(copies.count, (index + 1) * stretch)] {
                    let memory = buffer.reserve(copy.chunk.length)
                    let bytes = UnsafeRawBufferPointer(memory)
                    guard (try? FileBytes.read(sources[copy.source].descriptor, into: memory, at: UInt64(copy.from))) == memory.count,
                          ContentDigest.of(bytes) == copy.chunk.digest else { throw Errno(EBUSY) }
                    try FileBytes.writeSparsely(descriptor, bytes, at: UInt64(copy.to))
                }
                return true
            } catch {
                failure.withLock { $0 = $0 ?? error }
                return false
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
