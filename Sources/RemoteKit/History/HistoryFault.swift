import GRDB
import Platform

/// Why the history cannot be used. It is only derived: none of these ends a run.
enum HistoryFault: Error, Equatable {
    /// The file is not there.
    case missing
    /// It is no database, or not all of one.
    case damaged(String)
    /// Another program has written it.
    case foreign
    /// A newer release has written it.
    case newer
    /// The folder of the results that it was made from has no run any more.
    case resultsGone(String, runs: Int)
    /// Others had it for longer than one waits.
    case locked
    /// Whatever else the system says.
    case system(String)

    init(_ error: any Error) {
        switch error {
        case let fault as HistoryFault: self = fault
        case let error as DatabaseError:
            let text = error.message ?? "\(error.resultCode)"
            self = switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(text)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            // A table or column that is missing.
            case .SQLITE_ERROR, .SQLITE_SCHEMA: .damaged(text)
            default: .system(text)
            }
        default: self = .system("\(error)")
        }
    }

    /// In a few words.
    var words: String {
        switch self {
        case .missing: "it is not there"
        case .damaged(let text): "it is damaged (\(SafeText.sentence(text, limit: 300)))"
        case .foreign: "it is the database of another program"
        case .newer: "a newer release has written it"
        case .resultsGone(let root, let runs): "it has \(Human.count(runs, "run")) of \(SafeText.line(root, limit: 300)), and none is there any more"
        case .locked: "another program is using it"
        case .system(let text): SafeText.sentence(text, limit: 300)
        }
    }

    func error(_ what: String, _ path: String) -> RemoteError {
        let remedy: Remedy? = switch self {
        case .missing, .damaged: .rebuildHistory
        case .foreign: .advice("move it elsewhere")
        case .newer: .advice("use the newer release")
        case .resultsGone: .advice("bring the results back, or remove the history's file to begin without them")
        case .locked, .system: nil
        }
        return RemoteError(.results, "cannot \(what) the history in \(path): \(words)", remedy: remedy, isRetryable: self == .locked)
    }
}
