import Glibc

/// A file that is written from pieces, by several threads at once. It takes its place when all of them are there.
final class LargeFile: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var temporary: [UInt8] = []
        /// Bytes that are written, and threads that are writing.
        var covered: UInt64 = 0
        var writers = 0
        var size: UInt64?
        var ending: FileEnding?
        var isOver = false
    }

    enum Outcome: Sendable {
        case incomplete
        case placed(ContentRemark)
        /// It was given up before.
        case over
    }

    let wanted: ReceiverLedger.Wanted
    private let monitor = Monitor(State())

    init(_ wanted: ReceiverLedger.Wanted) { self.wanted = wanted }

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
        do throws(Errno) { try FileBytes.write(descriptor, bytes, at: offset) } catch { failure = error }
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
            (state.descriptor, state.temporary) = try destination.makeTemporary(beside: wanted.file.path)
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
            try open(&state, destination)
            return false
        }
        return isOver ? .over : try finishIfComplete(destination)
    }

    private func finishIfComplete(_ destination: DestinationWriter) throws -> Outcome {
        let complete = monitor.withLock { state -> (ending: FileEnding, descriptor: Int32, temporary: [UInt8])? in
            guard let ending = state.ending, !state.isOver, state.writers == 0, state.covered >= ending.literal else { return nil }
            state.isOver = true
            return (ending, state.descriptor, state.temporary)
        }
        guard let complete else { return .incomplete }
        let ending = complete.ending
        guard ftruncate(complete.descriptor, off_t(ending.size)) == 0 else {
            let reason = Errno.last
            destination.abandon(wanted.file, complete.descriptor, complete.temporary)
            throw reason
        }
        try destination.finish(wanted.file, complete.descriptor, complete.temporary, ending.attributes)
        return .placed(ending.remark)
    }

    /// Removes what came of it; pieces that still come are passed over.
    /// - Returns: whether it was not over yet.
    @discardableResult
    func giveUp(_ destination: DestinationWriter) -> Bool {
        let open = monitor.withLock { state -> (descriptor: Int32, temporary: [UInt8])? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return (state.descriptor, state.temporary)
        }
        guard let open else { return false }
        // Others may be writing: the descriptor's number must not be given to another file before they are through.
        monitor.wait { $0.writers == 0 ? () : nil }
        destination.abandon(wanted.file, open.descriptor, open.temporary)
        return true
    }
}
