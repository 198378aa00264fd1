import Glibc

/// What a failed write means: one path's problem, or the end of the sync.
enum ReceiverFailure {
    static func note(_ reason: Errno, _ path: TreePath, kind: SyncProblem.Kind = .unwritable, _ ledger: ReceiverLedger) throws(SyncError) {
        if let code = reason.endsSync {
            throw SyncError(code, "cannot write \(path) on the receiver: \(reason.text); \(remedy(code)), then sync again", canRetry: code == .resources)
        }
        if reason.code == EACCES, !path.bytes.isEmpty, path.split.parent.isEmpty, kind == .unwritable {
            throw SyncError(.destination, "cannot write \(path) into the destination folder: \(reason.text); make the folder writable, then sync again")
        }
        ledger.problem(SyncProblem(kind: kind, path: path, reason: reason.text))
    }

    private static func remedy(_ code: SyncError.Code) -> String {
        switch code {
        case .noSpace: "free some space there"
        case .resources: "raise its limits (ulimit -n)"
        default: "see to its disk"
        }
    }
}
