/// What became of a request, where it is not content.
struct FileAnswer: Sendable {
    enum Outcome: Sendable {
        case same
        case differs
        case failed(SyncProblem.Kind, reason: String)
    }

    var id: Int
    var outcome: Outcome

    func encoded() -> [UInt8] {
        var writer = ByteWriter(.answers)
        writer.number(id)
        switch outcome {
        case .same: writer.byte(0)
        case .differs: writer.byte(1)
        case .failed(let kind, let reason):
            writer.byte(2)
            writer.string(kind.rawValue.utf8)
            writer.string(reason.utf8.prefix(1024))
        }
        return writer.bytes
    }

    init(id: Int, outcome: Outcome) {
        self.id = id
        self.outcome = outcome
    }

    init(decoding message: [UInt8]) throws {
        var reader = ByteReader(message: message)
        id = try reader.count(upTo: Int.max)
        switch try reader.byte() {
        case 0: outcome = .same
        case 1: outcome = .differs
        case 2:
            guard let kind = SyncProblem.Kind(rawValue: String(decoding: try reader.string(upTo: 64), as: UTF8.self)) else {
                throw SyncError.violation("an unknown problem")
            }
            outcome = .failed(kind, reason: String(decoding: try reader.string(upTo: 1024), as: UTF8.self))
        default: throw SyncError.violation("an answer of an unknown kind")
        }
    }
}
