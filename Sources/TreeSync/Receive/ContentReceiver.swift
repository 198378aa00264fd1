/// Puts contents where they belong, on a few threads.
final class ContentReceiver: Sendable {
    private let pool: WorkerPool<FileAssembler>
    private let makeWriter: @Sendable () -> DestinationWriter
    private let hardLinks: HardLinkRequests
    private let ledger: ReceiverLedger
    private let policy: ReceiverPolicy
    /// Whether content that comes gets the time of its arrival.
    private let freshTimes: Bool
    /// Large files of which something has come, by number; those that are over stay, for pieces that come late.
    private let large = Monitor([Int: LargeFile]())
    /// Files whose recipes are asked for.
    private let deltas = Monitor([Int: Delta]())
    /// The bytes that may wait for the threads.
    private static let backlog = 16 << 20

    /// - Parameter makeWriter: for each thread one.
    init(ledger: ReceiverLedger, hardLinks: HardLinkRequests, policy: ReceiverPolicy, freshTimes: Bool, threads: Int, makeWriter: @escaping @Sendable () -> DestinationWriter,
         onFailure: @escaping @Sendable (any Error) -> Void) {
        self.makeWriter = makeWriter
        self.hardLinks = hardLinks
        self.ledger = ledger
        self.policy = policy
        self.freshTimes = freshTimes
        pool = WorkerPool(threads: threads, costLimit: Self.backlog, makeContext: { FileAssembler(makeWriter()) }, onFailure: onFailure)
    }

    func finish() { pool.finish() }

    /// Drops what waits and removes what is unfinished, or leaves it for the next sync.
    func stop(keeping: Bool = false) {
        // What has come is worth writing then.
        if keeping { pool.finish() }
        pool.stop()
        let files = large.withLock { files in
            defer { files = [:] }
            return files
        }
        guard !files.isEmpty else { return }
        let destination = makeWriter()
        for file in files.values { file.giveUp(destination, keeping: keeping) }
    }

    /// Runs any job on one of the threads.
    func submit(_ job: @escaping WorkerPool<FileAssembler>.Job) throws { try pool.submit(cost: 0, job) }

    /// A message of whole small files.
    func batch(_ message: [UInt8]) throws {
        try pool.submit(cost: message.count) { [self] assembler in
            guard message.count > 1 else { throw SyncError.violation("an empty message") }
            let isPacked = message[1] == 1
            let body = isPacked ? try assembler.zstd.unpacked(message[2...])[...] : message[2...]
            var reader = ByteReader(body)
            while !reader.isAtEnd { try place(&reader, assembler) }
        }
    }

    private func place(_ reader: inout ByteReader, _ assembler: FileAssembler) throws {
        let id = try reader.count(upTo: Int.max)
        let attributes = try reader.attributes()
        let size = try reader.count(upTo: Zstd.limit)
        let digest = try reader.digest()
        let remark = try ContentRemark.decode(&reader)
        let bytes = try reader.raw(size)
        let wanted = try ledger.claim(id)
        ledger.moves(wanted)
        try ledger.receive(size, filesDone: 1)
        try bytes.withUnsafeBytes { bytes in
            guard ContentDigest.of(bytes) == digest else { throw Self.damaged(wanted.file) }
            do throws(Errno) {
                try assembler.write(wanted.file, bytes, masked(attributes))
            } catch {
                try ReceiverFailure.note(error, wanted.file.path, ledger)
                return try settle(wanted, .failed)
            }
            try arrived(wanted, remark)
        }
    }

    /// What was asked for is done with.
    private func settle(_ wanted: RequestedFile, _ outcome: HardLinkGroups.Outcome) throws {
        try ledger.close(wanted.file.ticket)
        try hardLinks.settle(wanted.file, outcome)
    }

    // MARK: Large files

    func piece(_ message: [UInt8]) throws {
        try pool.submit(cost: message.count) { [self] assembler in
            let (piece, bytes, isPacked) = try FilePiece.decode(message)
            try checkSize(piece.size)
            let content = isPacked ? try assembler.zstd.unpacked(bytes)[...] : bytes
            let file = try largeFile(piece.id)
            try ledger.receive(content.count, filesDone: 0)
            try content.withUnsafeBytes { content in
                guard ContentDigest.of(content) == piece.digest else { throw Self.damaged(file.wanted.file) }
                try conclude(file, assembler) { try file.write(content, at: piece.offset, of: piece.size, assembler.destination) }
            }
        }
    }

    func end(_ message: [UInt8]) throws {
        var ending = try FileEnding(decoding: message)
        try checkSize(ending.size)
        ending.attributes = masked(ending.attributes)
        try pool.submit(cost: 0) { [self, ending] assembler in
            let file = try largeFile(ending.id)
            try conclude(file, assembler) { try file.end(ending, assembler.destination) }
        }
    }

    /// A file may have grown since it was listed, but not beyond what all files together may have.
    private func checkSize(_ size: UInt64) throws {
        guard size <= policy.bytes else { throw SyncError(.limit, "cannot take the tree: one of its files has \(size) bytes, where \(policy.bytes) is the most") }
    }

    // MARK: Deltas

    /// Opens what the receiver has of a file, and asks for its recipe.
    /// - Parameter answer: sends a message; called on another thread. The last word, when all is said, is `done`.
    func prepareDelta(_ wanted: RequestedFile, _ rule: ChunkRule, answer: @escaping @Sendable ([UInt8]) throws -> Void,
                      done: @escaping @Sendable () throws -> Void) throws {
        try pool.submit(cost: 0) { [self] assembler in
            let writer = assembler.destination
            let old = wanted.file.oldSize == nil ? nil : writer.opened(wanted.file.path).flatMap { DeltaFile.OpenSource($0) }
            let part = wanted.file.partPath.flatMap { writer.opened($0) }.flatMap { DeltaFile.OpenSource($0) }
            let renameSource = wanted.file.renameSource.flatMap { writer.opened($0) }.flatMap { DeltaFile.OpenSource($0) }
            let sources = [old, part, renameSource].compactMap(\.self)
            // They stay open until the recipe has come; where that would be too many, the file comes whole.
            let isRoom = deltas.withLock { $0.count } < DescriptorLimit.raised / 8
            guard !sources.isEmpty, isRoom else {
                var wanted = wanted
                wanted.local = nil
                ledger.want(wanted)
                try answer(FileRequest.encode([FileRequest(id: wanted.file.id, kind: .send)]))
                return try done()
            }
            ledger.want(wanted)
            let delta = DeltaFile(LargeFile(wanted), sources: sources, rule: rule)
            deltas.withLock { $0[wanted.file.id] = Delta(file: delta, hasOld: old != nil, answer: answer, done: done) }
            // What is deleted for want of room may have gone since it was opened.
            if writer.room.isUsedUp { delta.letGoUnlessPlanned() }
            try answer(FileRequest.encode([FileRequest(id: wanted.file.id, kind: .recipe(rule))]))
        }
    }

    private struct Delta: Sendable {
        var file: DeltaFile
        /// Whether its first source is the file itself.
        var hasOld: Bool
        var answer: @Sendable ([UInt8]) throws -> Void
        var done: @Sendable () throws -> Void
    }

    func recipe(_ message: [UInt8]) throws {
        let (id, chunks, isLast) = try DeltaCodec.decodeRecipe(message)
        guard let delta = deltas.withLock({ $0[id] }) else { throw SyncError.violation("a recipe that was not asked for") }
        // It may have grown since it was listed, but a list without end is none of an honest sender's.
        let most = min(policy.bytes, 2 * min(delta.file.file.wanted.file.size, 1 << 61) + 1 << 30)
        try delta.file.add(chunks, isLast: isLast, limit: most)
        guard isLast else { return }
        try pool.submit(cost: 0) { [self] assembler in
            let plan = delta.file.plan(threads: ParallelWork.defaultThreads)
            try carryOut(affordable(plan, of: delta, assembler), id, assembler)
        }
    }

    /// Where the disk has no room for the new file beside those that it is copied from, what is to be deleted goes first; where
    /// that is not enough, for one of those may be among it, all of the new file is asked for.
    private func affordable(_ plan: DeltaPlan, of delta: Delta, _ assembler: FileAssembler) -> DeltaPlan {
        let size = delta.file.file.wanted.file.size
        guard !(plan.isSame && delta.hasOld), !plan.copies.isEmpty, let free = assembler.destination.freeBytes, free < size,
              assembler.destination.makeRoom(for: 0, free: free),
              let now = assembler.destination.freeBytes, now < size else { return plan }
        return plan.copyingNothing
    }

    /// Closes what files that wait for their recipes would be copied from: a file that is deleted keeps its place on the disk for as
    /// long as somebody has it open. They come whole then.
    func letGoOfSources() { deltas.withLock { for delta in $0.values { delta.file.letGoUnlessPlanned() } } }

    private func carryOut(_ plan: DeltaPlan, _ id: Int, _ assembler: FileAssembler) throws {
        guard let delta = deltas.withLock({ $0.removeValue(forKey: id) }) else { return }
        let file = delta.file.file
        _ = try ledger.begin(id)
        let isSame = plan.isSame && delta.hasOld && !file.wanted.file.isShared
        let copies = !isSame && !plan.copies.isEmpty
        if isSame { file.setSame() }
        if copies {
            file.expectCopying()
        } else {
            // Before its pieces can come: they may need the place of a file that is deleted.
            delta.file.letGo()
        }
        large.withLock { $0[id] = file }
        for message in DeltaCodec.missing(id, plan.missing) { try delta.answer(message) }
        try delta.done()
        guard copies else { return }
        try conclude(file, assembler) {
            guard let descriptor = try file.beginCopying(assembler.destination) else { return .over }
            var failure: Errno?
            do throws(Errno) {
                try assembler.destination.withRoom(for: assembler.destination.lacking(of: file.wanted.file.size, in: descriptor)) { () throws(Errno) in try delta.file.copy(plan, to: descriptor, threads: ParallelWork.defaultThreads) }
            } catch {
                failure = error
            }
            return try file.endCopying(plan.copies.reduce(0) { $0 + UInt64($1.chunk.length) }, assembler.destination, failure)
        }
    }

    private func touch(_ wanted: RequestedFile, _ attributes: Attributes, _ assembler: FileAssembler) throws {
        if let part = wanted.file.partPath { assembler.destination.discard(part) }
        if var now = wanted.local {
            now.mode &= policy.modeMask
            if now == attributes { return ledger.unchanged(.file) }
        }
        do throws(Errno) {
            try assembler.destination.setAttributes(wanted.file.path, .file, attributes)
        } catch {
            return try ReceiverFailure.note(error, wanted.file.path, ledger)
        }
        try ledger.changed(SyncChange(kind: .metadata, type: .file, path: wanted.file.path, differences: wanted.file.differences), wanted.file.ticket)
    }

    private func largeFile(_ id: Int) throws -> LargeFile {
        try large.withLock { files throws in
            if let known = files[id] { return known }
            let file = LargeFile(try ledger.begin(id))
            files[id] = file
            return file
        }
    }

    private func conclude(_ file: LargeFile, _ assembler: FileAssembler, _ body: () throws -> LargeFile.Outcome) throws {
        do {
            switch try body() {
            case .incomplete, .over: return
            case .placed(let remark):
                try ledger.receive(0, filesDone: 1)
                try arrived(file.wanted, remark)
            case .same(let attributes, let remark):
                try ledger.receive(0, filesDone: 1)
                // The time that it has here is in the plan.
                try touch(file.wanted, freshTimes ? file.wanted.file.attributes : attributes, assembler)
                try settle(file.wanted, remark == .isOther ? .failed : .placed)
            }
            ledger.end()
        } catch let reason as Errno {
            try ReceiverFailure.note(reason, file.wanted.file.path, ledger)
            try settle(file.wanted, .failed)
            ledger.end()
        }
    }

    /// The sender gave a file up, perhaps after some pieces of it.
    func giveUp(_ id: Int, _ kind: SyncProblem.Kind, _ reason: String) throws {
        try pool.submit(cost: 0) { [self] assembler in
            if let delta = deltas.withLock({ $0.removeValue(forKey: id) }) { try delta.done() }
            let file = try largeFile(id)
            guard file.giveUp(assembler.destination) else { return }
            ledger.problem(SyncProblem(kind: kind, path: file.wanted.file.path, reason: reason), isKnown: true)
            try settle(file.wanted, .failed)
            ledger.end()
        }
    }

    private static func damaged(_ file: PendingFile) -> SyncError {
        SyncError.violation("content of \(file.path) that does not match its digest")
    }

    private func masked(_ attributes: Attributes) -> Attributes {
        var masked = attributes
        masked.mode &= policy.modeMask
        return freshTimes ? masked.arrivingNow : masked
    }

    private func arrived(_ wanted: RequestedFile, _ remark: ContentRemark) throws {
        for deletion in wanted.file.replacement.content { try ledger.changed(deletion.change, wanted.file.ticket) }
        try ledger.changed(wanted.file.change, wanted.file.ticket)
        if let (kind, reason) = remark.problem { ledger.problem(SyncProblem(kind: kind, path: wanted.file.path, reason: reason)) }
        try settle(wanted, remark == .isOther ? .failed : .placed)
    }
}
