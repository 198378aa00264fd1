import Glibc

/// A file that is written from pieces, by several threads at once. It takes its place when all of them are there.
final class LargeFile: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var temporary: [UInt8] = []
        /// Bytes that are written, and threads that are writing.
        var covered: UInt64 = 0
        var writers = 0
        /// Bytes that the receiver had.
        var copied: UInt64 = 0
        var size: UInt64?
        var ending: FileEnding?
        var isOver = false
        /// Whether parts that the receiver has are still being copied.
        var isCopying = false
        /// Whether the file is there already, with this content.
        var isSame = false
    }

    enum Outcome: Sendable {
        case incomplete
        case placed(ContentRemark)
        /// It was there already; its attributes are to be set.
        case same(Attributes, ContentRemark)
        /// It was given up before.
        case over
    }

    let wanted: RequestedFile
    private let monitor = Monitor(State())

    init(_ wanted: RequestedFile) { self.wanted = wanted }

    /// Writes a piece whose digest was found right.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, of size: UInt64, _ destination: DestinationWriter) throws -> Outcome {
        let (end, overflow) = offset.addingReportingOverflow(UInt64(bytes.count))
        guard !overflow, end <= size, size <= UInt64(Int64.max) else { throw SyncError.violation("a piece beyond the end of its file") }
        let descriptor = try monitor.withLock { state throws -> Int32? in
            if state.isOver { return nil }
            guard state.size ?? size == size else { throw SyncError.violation("two sizes of one file") }
            state.size = size
            try open(&state, destination)
            state.writers += 1
            return state.descriptor
        }
        guard let descriptor else { return .over }
        var failure: Errno?
        do throws(Errno) {
            try destination.withRoom(for: destination.lacking(of: size, in: descriptor, done: monitor.withLock { $0.covered + $0.copied })) { () throws(Errno) in try FileBytes.write(descriptor, bytes, at: offset) }
        } catch {
            failure = error
        }
        monitor.withLock { state in
            state.writers -= 1
            if failure == nil { state.covered &+= UInt64(bytes.count) }
        }
        if let failure {
            guard giveUp(destination) else { return .over }
            throw failure
        }
        return try finishIfComplete(destination)
    }

    /// Makes the temporary file when something comes for the first time.
    private func open(_ state: inout State, _ destination: DestinationWriter) throws(Errno) {
        guard state.descriptor < 0 else { return }
        do throws(Errno) {
            (state.descriptor, state.temporary) = try destination.makeTemporary(
                beside: wanted.file.path, preferred: TemporaryName.make(for: wanted.file.path.split.name))
        } catch {
            state.isOver = true
            throw error
        }
    }

    func end(_ ending: FileEnding, _ destination: DestinationWriter) throws -> Outcome {
        let isOver = try monitor.withLock { state throws -> Bool in
            if state.isOver { return true }
            guard state.ending == nil, state.size ?? ending.size == ending.size else { throw SyncError.violation("two ends of one file") }
            state.ending = ending
            // An end may overtake its pieces: many files would be open if each of them opened its file.
            if !state.isSame, ending.literal == 0, !state.isCopying { try open(&state, destination) }
            return false
        }
        return isOver ? .over : try finishIfComplete(destination)
    }

    private func finishIfComplete(_ destination: DestinationWriter) throws -> Outcome {
        let complete = monitor.withLock { state -> (ending: FileEnding, descriptor: Int32, temporary: [UInt8], isSame: Bool)? in
            guard let ending = state.ending, !state.isOver, state.writers == 0, !state.isCopying, state.covered >= ending.literal else { return nil }
            state.isOver = true
            return (ending, state.descriptor, state.temporary, state.isSame)
        }
        guard let complete else { return .incomplete }
        let ending = complete.ending
        if complete.isSame { return .same(ending.attributes, ending.remark) }
        guard ftruncate(complete.descriptor, off_t(ending.size)) == 0 else {
            let reason = Errno.last
            destination.abandon(wanted.file, complete.descriptor, complete.temporary)
            throw reason
        }
        try destination.finish(wanted.file, complete.descriptor, complete.temporary, ending.attributes)
        if let part = wanted.file.partPath, wanted.file.part != complete.temporary { destination.discard(part) }
        return .placed(ending.remark)
    }

    // MARK: What the receiver has

    /// The file is found to be what the sender has.
    func setSame() { monitor.withLock { $0.isSame = true } }

    /// Keeps the file from being finished before ``endCopying(_:_:_:)``.
    func expectCopying() { monitor.withLock { $0.isCopying = true } }

    /// Opens the new file for what is copied into it until ``endCopying(_:_:_:)``.
    /// - Returns: its descriptor, or `nil` where it was given up.
    func beginCopying(_ destination: DestinationWriter) throws -> Int32? {
        try monitor.withLock { state throws -> Int32? in
            guard !state.isOver else { return nil }
            try open(&state, destination)
            state.writers += 1
            return state.descriptor
        }
    }

    /// - Parameter failure: why not all could be copied; the file is given up then, and it is thrown.
    func endCopying(_ bytes: UInt64, _ destination: DestinationWriter, _ failure: Errno?) throws -> Outcome {
        monitor.withLock { state in
            state.isCopying = failure != nil
            state.writers -= 1
            state.copied = bytes
        }
        if let failure {
            guard giveUp(destination) else { return .over }
            throw failure
        }
        return try finishIfComplete(destination)
    }

    /// What of it is worth keeping, in bytes.
    private static let worthKeeping: UInt64 = 1 << 20

    /// Removes what came of it; pieces that still come are passed over.
    /// - Parameter keeping: whether the next sync is to find it, if it is much.
    /// - Returns: whether it was not over yet.
    @discardableResult
    func giveUp(_ destination: DestinationWriter, keeping: Bool = false) -> Bool {
        let open = monitor.withLock { state -> (descriptor: Int32, temporary: [UInt8], isMuch: Bool)? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return (state.descriptor, state.temporary, state.covered + state.copied >= Self.worthKeeping)
        }
        guard let open else { return false }
        // Others may be writing: the descriptor's number must not be given to another file before they are through.
        monitor.wait { $0.writers == 0 ? () : nil }
        if keeping, open.isMuch {
            destination.leave(wanted.file, open.descriptor, open.temporary)
        } else {
            destination.abandon(wanted.file, open.descriptor, open.temporary)
        }
        return true
    }
}
