/// The first byte of each message.
///
/// ```
/// sender                          receiver
/// hello                           hello            options from whichever side started the sync
/// rules
/// manifest … manifestEnd                           the listing, folder by folder, entries numbered from 0
///                                 requests … requestsEnd    numbers of files to send or compare
/// batch, piece, fileEnd, answers …                 contents, and what became of the other requests
/// recipe …                        missing …        of files that the receiver has in part: all chunks, and those to send
/// dataEnd                                          nothing more will come
///                                 changes …, problem …      for the other side's user
///                                 result           the report
/// ```
/// Both sides talk at once. Either may say `abort` at any time, as its last word. `batch` and `piece` may also come on
/// further lanes of the same sync, whose number `dataEnd` tells; all else keeps its order on the first.
enum MessageKind: UInt8 {
    case hello = 1
    case rules = 2
    case manifest = 3
    case manifestEnd = 4
    case requests = 5
    case requestsEnd = 6
    case batch = 7
    case piece = 8
    case answers = 9
    case dataEnd = 10
    case changes = 11
    case result = 12
    case abort = 13
    case fileEnd = 14
    case recipe = 15
    case missing = 16
    case problem = 17

    /// Whether a message may go over any lane.
    static func isBulk(_ message: [UInt8]) -> Bool { message.first == batch.rawValue || message.first == piece.rawValue }

    /// The kind of a message, where it is known.
    static func of(_ message: [UInt8]) throws -> MessageKind {
        guard let first = message.first, let kind = MessageKind(rawValue: first) else {
            throw SyncError.violation("a message of an unknown kind")
        }
        return kind
    }
}
