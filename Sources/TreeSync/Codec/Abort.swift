import Platform

/// The last word of a side that gives up.
struct Abort: Codable, Sendable {
    var code: SyncError.Code
    var message: String
    var canRetry: Bool
    /// Of what a peer may advise: nothing but to let the sync delete so much.
    var remedy: Remedy?

    init(_ error: any Error) {
        let reason = error as? SyncError ?? SyncError(.disconnected, "the other side stopped: \(error)", canRetry: true)
        code = reason.code
        message = reason.message
        canRetry = reason.canRetry
        remedy = reason.remedy
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(SyncError.Code.self, forKey: .code)
        message = try container.decode(String.self, forKey: .message)
        canRetry = try container.decode(Bool.self, forKey: .canRetry)
        // Another release may know other ones, and its reason matters more.
        let advised = try? container.decodeIfPresent(Remedy.self, forKey: .remedy)
        remedy = advised == .deleteAnyway ? .deleteAnyway : nil
    }

    func encoded() -> [UInt8] { (try? JSONPart.encode(.abort, self)) ?? [MessageKind.abort.rawValue] }

    var error: SyncError { SyncError(code, message, remedy: remedy, canRetry: canRetry) }
}
