/// Puts contents where they belong, on a few threads. The pieces of one file always go to the same thread.
final class ContentReceiver: Sendable {
    private let pools: [WorkerPool<FileAssembler>]
    private let ledger: ReceiverLedger
    private let policy: ReceiverPolicy
    private let turn = Monitor(0)
    /// The bytes that may wait for one thread.
    private static let backlog = 8 << 20

    init(root: DirectoryHandle, ledger: ReceiverLedger, policy: ReceiverPolicy, threads: Int, onFailure: @escaping @Sendable (any Error) -> Void) {
        self.ledger = ledger
        self.policy = policy
        pools = (0..<max(1, threads)).map { _ in
            WorkerPool(threads: 1, costLimit: Self.backlog, makeContext: { FileAssembler(root) }, closeContext: { $0.close() }, onFailure: onFailure)
        }
    }

    func finish() { for pool in pools { pool.finish() } }
    func stop() { for pool in pools { pool.stop() } }

    private func nextPool() -> WorkerPool<FileAssembler> {
        pools[turn.withLock { turn in
            turn = (turn + 1) % pools.count
            return turn
        }]
    }

    /// Runs any job on the next thread.
    func submit(_ job: @escaping WorkerPool<FileAssembler>.Job) throws { try nextPool().submit(cost: 0, job) }

    /// A message of whole small files.
    func batch(_ message: [UInt8]) throws {
        try nextPool().submit(cost: message.count) { [self] assembler in
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
        let wanted = try ledger.take(id)
        ledger.moves(wanted)
        try ledger.receive(size, filesDone: 1)
        try bytes.withUnsafeBytes { bytes in
            guard ContentDigest.of(bytes) == digest else { throw Self.damaged(wanted.file) }
            do throws(Errno) {
                try assembler.write(wanted.file, bytes, masked(attributes))
            } catch {
                return try ReceiverFailure.note(error, wanted.file.path, ledger)
            }
            try arrived(wanted, remark)
        }
    }

    /// A piece of a large file.
    func chunk(_ message: [UInt8]) throws {
        let (chunk, bytes, isPacked) = try FileChunk.decode(message)
        try pools[chunk.id % pools.count].submit(cost: message.count) { [self] assembler in
            let content = isPacked ? try assembler.zstd.unpacked(bytes)[...] : bytes
            try append(chunk, content, assembler)
        }
    }

    private func append(_ chunk: FileChunk, _ bytes: ArraySlice<UInt8>, _ assembler: FileAssembler) throws {
        let wanted = try assembler.partial(chunk.id) ?? ledger.begin(chunk.id)
        try ledger.receive(bytes.count, filesDone: chunk.ending == nil ? 0 : 1)
        let outcome = try bytes.withUnsafeBytes { try place(chunk, $0, wanted, assembler) }
        guard let ending = chunk.ending else { return }
        assembler.drop(chunk.id)
        ledger.end()
        switch outcome {
        case .placed: try arrived(wanted, ending.remark)
        case .damaged: throw Self.damaged(wanted.file)
        case .failedBefore: break
        }
    }

    private func place(_ chunk: FileChunk, _ bytes: UnsafeRawBufferPointer, _ wanted: ReceiverLedger.Wanted,
                       _ assembler: FileAssembler) throws(SyncError) -> FileAssembler.Outcome {
        do throws(Errno) {
            if assembler.partial(chunk.id) == nil { try assembler.begin(wanted) }
            try assembler.append(chunk.id, bytes)
            if let ending = chunk.ending { return try assembler.end(chunk.id, ending.digest, masked(ending.attributes)) }
        } catch {
            try ReceiverFailure.note(error, wanted.file.path, ledger)
        }
        return .failedBefore
    }

    /// The sender gave a file up, perhaps after some pieces of it.
    func giveUp(_ id: Int, _ kind: SyncProblem.Kind, _ reason: String) throws {
        try pools[id % pools.count].submit(cost: 0) { [self] assembler in
            let wanted: ReceiverLedger.Wanted
            if let known = assembler.partial(id) {
                wanted = known
                assembler.drop(id)
                ledger.end()
            } else {
                wanted = try ledger.take(id)
            }
            ledger.problem(SyncProblem(kind: kind, path: wanted.file.path, reason: reason))
        }
    }

    private static func damaged(_ file: PendingFile) -> SyncError {
        SyncError.violation("content of \(file.path) that does not match its digest")
    }

    private func masked(_ attributes: Attributes) -> Attributes {
        var masked = attributes
        masked.mode &= policy.modeMask
        return masked
    }

    private func arrived(_ wanted: ReceiverLedger.Wanted, _ remark: ContentRemark) throws {
        try ledger.changed(wanted.changeKind, .file, wanted.file.path)
        if let (kind, reason) = remark.problem { ledger.problem(SyncProblem(kind: kind, path: wanted.file.path, reason: reason)) }
    }
}
