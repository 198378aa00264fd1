import FoundationEssentials
import Wire

/// The first byte of each message.
///
/// ```
/// sender                          receiver
/// hello                           hello            options from whichever side started the sync
/// rules
/// manifest … manifestEnd                           the listing, folder by folder, entries numbered from 0
///                                 requests … requestsEnd    numbers of files to send or compare
/// batch, piece, fileEnd, answers …                 contents, and what became of the other requests
/// recipe …                        lacks …          of files that the receiver has in part: all chunks, and those to send
/// dataEnd                                          nothing more will come
///                                 changes …                 for the other side's user
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
    case lacks = 16

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

/// The version of the protocol; it changes whenever a message does.
let protocolVersion: UInt64 = 3

/// What a message carries as JSON: the small and rare parts.
enum JSONPart {
    static func encode(_ kind: MessageKind, _ value: some Encodable) throws -> [UInt8] {
        try [kind.rawValue] + JSONEncoder().encode(value)
    }

    /// The same with fewer problems, where all of them make the message too long.
    static func encode(_ kind: MessageKind, fitting value: some Encodable & ProblemCarrying) throws -> [UInt8] {
        var value = value
        while true {
            let message = try encode(kind, value)
            if message.count <= WireLimits.message || value.problems.isEmpty { return message }
            value.problems.removeLast((value.problems.count + 1) / 2)
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ message: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(message.dropFirst()))
        } catch {
            throw SyncError.violation("a message that cannot be read")
        }
    }
}

/// What lists problems.
protocol ProblemCarrying {
    var problems: [SyncProblem] { get set }
}

extension SyncReport: ProblemCarrying {}
extension SenderSummary: ProblemCarrying {}

/// The first message of each side.
struct Greeting: Codable, Sendable {
    var magic = "slt-tree-sync"
    var version = protocolVersion
    /// Set by the side that starts the sync.
    var options: SyncOptions?

    func checked() throws -> Greeting {
        guard magic == "slt-tree-sync" else { throw SyncError.violation("a greeting of something else") }
        guard version == protocolVersion else {
            throw SyncError(.incompatible, "cannot sync: this side speaks version \(protocolVersion) of the protocol and the other version \(version); use the same release on both")
        }
        return self
    }

    /// The options that hold for both.
    static func agreed(_ mine: SyncOptions?, _ other: SyncOptions?) throws -> SyncOptions {
        switch (mine, other) {
        case (let options?, nil), (nil, let options?): return options
        default: throw SyncError.violation("options, or none, against the agreement on which side starts the sync")
        }
    }
}

/// The last word of a side that gives up.
struct Abort: Codable, Sendable {
    var code: SyncError.Code
    var message: String
    var canRetry: Bool

    init(_ error: any Error) {
        let reason = error as? SyncError ?? SyncError(.disconnected, "the other side stopped: \(error)", canRetry: true)
        code = reason.code
        message = reason.message
        canRetry = reason.canRetry
    }

    func encoded() -> [UInt8] { (try? JSONPart.encode(.abort, self)) ?? [MessageKind.abort.rawValue] }

    var error: SyncError { SyncError(code, message, canRetry: canRetry) }
}

/// What the sender knows of its own work at its end.
struct SenderSummary: Codable, Sendable {
    var problems: [SyncProblem] = []
    var problemCount = 0
    var leavesGap = false
    /// How many lanes carried content besides the first.
    var lanes = 0

    mutating func add(_ problem: SyncProblem) {
        problemCount += 1
        if problem.leavesGap { leavesGap = true }
        if problems.count < SyncReport.problemLimit { problems.append(problem) }
    }
}
