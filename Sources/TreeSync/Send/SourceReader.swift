import Glibc

/// Reads files that were asked for and sends their contents, on several threads at once.
final class SourceReader: Sendable {
    /// Files up to this size travel many to a message.
    static let smallFile: UInt64 = 128 << 10

    /// What one thread keeps between files.
    final class ThreadState {
        let walker: DirectoryWalker
        let zstd = Zstd()
        let stream = DigestStream()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FilePiece.limit, alignment: 4096)

        init(_ root: DirectoryHandle) { walker = DirectoryWalker(root) }
        deinit { buffer.deallocate() }
    }

    /// Why a file is not sent; the sync goes on.
    private struct Refusal: Error {
        var kind: SyncProblem.Kind
        var reason: String

        init(_ kind: SyncProblem.Kind, _ reason: String) {
            self.kind = kind
            self.reason = reason
        }
    }

    private let root: DirectoryHandle
    private let outbox: Outbox
    private let compression: SyncOptions.Compression
    private let events: EventSink
    private let recipes = Monitor([Int: Offered]())

    init(root: DirectoryHandle, outbox: Outbox, compression: SyncOptions.Compression, events: EventSink) {
        self.root = root
        self.outbox = outbox
        self.compression = compression
        self.events = events
    }

    func makeContext() -> ThreadState { ThreadState(root) }

    /// Hands a part of the work to any thread.
    typealias Submit = (@escaping WorkerPool<ThreadState>.Job) throws -> Void

    /// Answers requests: several small files, which share messages, or one of any size.
    /// - Parameter submit: takes the parts of a large one.
    func send(_ items: [SourceRequest], with context: ThreadState, _ submit: Submit) throws {
        var batch = FileBatch()
        var (files, bytes) = (0, 0 as UInt64)
        for item in items {
            do {
                let file = try open(item.source, context)
                if UInt64(file.size) > Self.smallFile || file.isSparse || item.kind.isRecipe {
                    try sendLarge(item, file, context, submit)
                } else {
                    try append(item, file, to: &batch, context)
                    files += 1
                    bytes &+= item.source.entry.size
                }
            } catch let failure as Refusal {
                try fail(item, failure)
            }
            if batch.count >= outbox.packingSize { try flush(&batch, context) }
        }
        try flush(&batch, context)
        note(files: files, bytes: bytes)
    }

    /// Counts what is done.
    private func note(files: Int, bytes: UInt64) {
        events.progress {
            $0.filesMoved += files
            $0.bytesMoved &+= bytes
        }
    }

    /// How hard to pack now; `nil` for not at all.
    private var packingLevel: Int32? {
        switch compression {
        case .always: 1
        case .never: nil
        case .adaptive: outbox.packingLevel
        }
    }

    private func flush(_ batch: inout FileBatch, _ context: ThreadState) throws {
        for message in batch.messages(packed: packingLevel.flatMap { batch.packed(context.zstd, level: $0) }) { try outbox.put(message) }
        batch.removeAll()
    }

    private func append(_ item: SourceRequest, _ file: OpenFile, to batch: inout FileBatch, _ context: ThreadState) throws {
        let buffer = UnsafeMutableRawBufferPointer(rebasing: context.buffer[..<file.size])
        guard try fill(buffer, from: file) == file.size else { throw Self.shrank }
        let digest = ContentDigest.of(UnsafeRawBufferPointer(buffer))
        guard try isWanted(item, file, digest) else { return }
        let header = FileHeader(id: item.id, attributes: file.attributes, size: file.size, digest: digest, remark: file.remark(against: item.source.entry))
        batch.append(header, UnsafeRawBufferPointer(buffer))
    }

    /// Answers a request for a large file: hands its parts out, which any thread then sends.
    private func sendLarge(_ item: SourceRequest, _ file: OpenFile, _ context: ThreadState, _ submit: Submit) throws {
        switch item.kind {
        case .send: break
        case .recipe(let rule): return try sendRecipe(item, file, rule)
        case .sendUnless, .compare:
            let digest = try digest(of: file, context)
            guard try isWanted(item, file, digest) else { return note(files: 1, bytes: UInt64(file.size)) }
        }
        try sendParts(file.extents(of: Self.part), of: item, file, context, submit)
    }

    /// Bytes that one thread sends at a time.
    private static let part = 8 << 20

    private func sendRecipe(_ item: SourceRequest, _ file: OpenFile, _ rule: ChunkRule) throws {
        guard let recipe = FileRecipe(of: file.descriptor, 0..<file.size, rule: rule, threads: ParallelWork.defaultThreads) else { throw Self.shrank }
        recipes.withLock { $0[item.id] = Offered(item: item, size: file.size, chunks: recipe.chunks.count, attributes: file.attributes) }
        for message in DeltaCodec.recipe(item.id, recipe) { try outbox.put(message) }
    }

    /// A file whose recipe is sent, and what the receiver has said so far that it lacks.
    private struct Offered: Sendable {
        var item: SourceRequest
        var size: Int
        var chunks: Int
        var attributes: Attributes
        var missing: [Range<Int>] = []
    }

    /// Whether no file waits for the receiver to say what it lacks.
    var isSettled: Bool { recipes.withLock { $0.isEmpty } }

    /// Takes in what of a file the receiver lacks.
    /// - Returns: the work of sending it, when all is said.
    func note(missing message: [UInt8]) throws -> (@Sendable (_ context: ThreadState, _ submit: Submit) throws -> Void)? {
        let offered = try recipes.withLock { recipes throws -> Offered? in
            let (id, ranges, isLast) = try DeltaCodec.decodeMissing(message) { recipes[$0]?.missing.last?.upperBound ?? 0 }
            guard let offered = recipes[id] else { throw SyncError.violation("a wish for parts of a file that was not offered") }
            guard offered.missing.count + ranges.count <= offered.chunks else { throw SyncError.violation("a wish for more parts than a file has") }
            recipes[id]?.missing += ranges
            guard isLast else { return nil }
            return recipes.removeValue(forKey: id)
        }
        guard let offered else { return nil }
        return { [self] context, submit in
            do {
                let file = try open(offered.item.source, context)
                guard file.size == offered.size, file.attributes == offered.attributes else { throw Self.changed }
                guard offered.missing.last?.upperBound ?? 0 <= file.size else { throw SyncError.violation("a wish beyond the end of a file") }
                let parts = file.extents(of: Self.part, in: offered.missing)
                try sendParts(parts, of: offered.item, file, context, submit)
            } catch let failure as Refusal {
                try fail(offered.item, failure)
            }
        }
    }

    private func sendParts(_ extents: [Range<Int>], of item: SourceRequest, _ file: OpenFile, _ context: ThreadState, _ submit: Submit) throws {
        let sending = LargeSending(item: item, file: file, parts: extents.count, literal: extents.reduce(0) { $0 + UInt64($1.count) })
        guard !extents.isEmpty else { return try finish(sending) }
        if extents.count == 1 {
            // At once: handed out, it would stay open until all files before it are sent.
            try send(extents[0], of: sending, context)
            return try finish(sending)
        }
        for extent in extents {
            try submit { [self] context in
                try send(extent, of: sending, context)
                if sending.endPart() { try finish(sending) }
            }
        }
    }

    private func send(_ extent: Range<Int>, of sending: LargeSending, _ context: ThreadState) throws {
        let size = outbox.pieceSize
        for start in stride(from: extent.lowerBound, to: extent.upperBound, by: size) where !sending.hasFailed {
            let range = start..<min(extent.upperBound, start + size)
            let piece: [UInt8]?
            do throws(Errno) { piece = try message(range, of: sending, context) } catch { return sending.fail(.unreadable, error.text) }
            guard let piece else { return sending.fail(Self.shrank.kind, Self.shrank.reason) }
            try outbox.put(piece)
            note(files: 0, bytes: UInt64(range.count))
        }
    }

    /// A piece of a file, packed where that pays.
    /// - Returns: `nil` where the file ends before.
    private func message(_ range: Range<Int>, of sending: LargeSending, _ context: ThreadState) throws(Errno) -> [UInt8]? {
        let (id, offset, size) = (sending.item.id, UInt64(range.lowerBound), UInt64(sending.file.size))
        let descriptor = sending.file.descriptor
        guard sending.triesPacking(), let level = packingLevel else {
            return try FilePiece.message(id, offset, of: size, count: range.count) { memory throws(Errno) in
                try FileBytes.read(descriptor, into: memory, at: offset)
            }
        }
        let memory = UnsafeMutableRawBufferPointer(rebasing: context.buffer[..<range.count])
        guard try FileBytes.read(descriptor, into: memory, at: offset) == memory.count else { return nil }
        let bytes = UnsafeRawBufferPointer(memory)
        let frame = context.zstd.packed(bytes, level: level)
        if frame == nil { sending.notePackingFailed() }
        return FilePiece(id: id, offset: offset, size: size, digest: ContentDigest.of(bytes)).encoded(bytes, packed: frame)
    }

    private func finish(_ sending: LargeSending) throws {
        let item = sending.item, file = sending.file
        if let (kind, reason) = sending.failure { return try fail(item, Refusal(kind, reason)) }
        let ending = FileEnding(id: item.id, size: UInt64(file.size), literal: sending.literal, attributes: file.attributes,
                                remark: file.remark(against: item.source.entry))
        try outbox.put(ending.encoded())
        // What the receiver had is done without having moved.
        note(files: 1, bytes: UInt64(file.size) - sending.literal)
    }

    private func fail(_ item: SourceRequest, _ failure: Refusal) throws {
        note(files: 1, bytes: 0)
        try outbox.put(FileAnswer(id: item.id, outcome: .failed(failure.kind, reason: failure.reason)).encoded())
        events.send(.problem(SyncProblem(kind: failure.kind, path: TreePath(item.source.folder).appending(item.source.name),
                                         reason: failure.reason)))
    }

    private func digest(of file: OpenFile, _ context: ThreadState) throws -> ContentDigest {
        context.stream.reset()
        var left = file.size
        while left > 0 {
            let piece = UnsafeMutableRawBufferPointer(rebasing: context.buffer[..<min(left, FilePiece.limit)])
            guard try fill(piece, from: file) == piece.count else { throw Self.shrank }
            context.stream.update(UnsafeRawBufferPointer(piece))
            left -= piece.count
        }
        return context.stream.digest
    }

    /// Answers a comparison; returns whether the content is to follow.
    private func isWanted(_ item: SourceRequest, _ file: OpenFile, _ digest: ContentDigest) throws -> Bool {
        let outcome: FileAnswer.Outcome
        switch item.kind {
        case .send: return true
        case .sendUnless(let other):
            if digest != other || file.isOther(than: item.source.entry) { return true }
            outcome = .same
        case .compare(let other): outcome = digest == other ? .same : .differs
        case .recipe: return true
        }
        try outbox.put(FileAnswer(id: item.id, outcome: outcome).encoded())
        return false
    }

    private static let changed = Refusal(.changedWhileRead, "changed while the sync ran; sync again when it is at rest")
    private static let shrank = Refusal(.changedWhileRead, "became shorter while it was read; sync again when it is at rest")

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, from file: OpenFile) throws -> Int {
        do throws(Errno) {
            return try FileBytes.read(file.descriptor, into: buffer)
        } catch {
            throw Refusal(.unreadable, error.text)
        }
    }

    private func open(_ source: SourceTable.Source, _ context: ThreadState) throws -> OpenFile {
        do throws(Errno) {
            let folder = try context.walker.descriptor(of: source.folder)
            return try OpenFile(name: source.name, in: folder)
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR, ELOOP: throw Refusal(.vanished, "is gone since the tree was listed")
            case EMFILE, ENFILE, ENOMEM:
                throw SyncError(.resources, "cannot read \(TreePath(source.folder).appending(source.name)): \(error.text); raise the limit (ulimit -n) and try again")
            default: throw Refusal(.unreadable, error.text)
            }
        }
    }
}
