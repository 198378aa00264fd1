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

/// The version of the protocol; it changes whenever a message does.
let protocolVersion: UInt64 = 5
