/// A large file on its way, in parts that several threads send.
final class LargeSending: Sendable {
    let item: SourceRequest
    let file: OpenFile
    /// Bytes of all parts.
    let literal: UInt64
    private let monitor: Monitor<(left: Int, failure: (SyncProblem.Kind, String)?)>
    /// Pieces that are not tried to pack, since one did not shrink.
    private let unpacked = Monitor(0)
    private static let patience = (32 << 20) / FilePiece.limit

    init(item: SourceRequest, file: OpenFile, parts: Int, literal: UInt64) {
        self.item = item
        self.file = file
        self.literal = literal
        monitor = Monitor((parts, nil))
    }

    var failure: (SyncProblem.Kind, String)? { monitor.withLock { $0.failure } }
    var hasFailed: Bool { failure != nil }

    /// Why it cannot be sent; the first reason counts.
    func fail(_ kind: SyncProblem.Kind, _ reason: String) {
        monitor.withLock { if $0.failure == nil { $0.failure = (kind, reason) } }
    }

    /// Whether the next piece is worth an attempt to pack it.
    func triesPacking() -> Bool {
        unpacked.withLock { left in
            guard left > 0 else { return true }
            left -= 1
            return false
        }
    }

    func notePackingFailed() { unpacked.withLock { $0 = Self.patience } }

    /// - Returns: whether it was the last part.
    func endPart() -> Bool {
        monitor.withLock { state in
            state.left -= 1
            return state.left == 0
        }
    }
}
