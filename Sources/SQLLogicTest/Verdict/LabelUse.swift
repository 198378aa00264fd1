/// A record with a label in a part of a script. Whether its result agrees with earlier ones is known when the parts before it are.
struct LabelUse: Sendable, Codable, Equatable {
    /// The number of the record in the script, from 1.
    var record: Int
    /// The digest of the result. Its bytes as Unicode scalars, since a script may have any.
    var digest: String
    /// The line of the failed statement that a failure of the record would be a consequence of.
    var cause: Int?
    /// What the engine said besides.
    var notices: [String]?
    /// The record's failures if the label does not agree, where it has others besides. They are the same but for where the whole result stands.
    var failures: [ScriptFailure]?

    init(record: Int, digest: [UInt8]) {
        self.record = record
        self.digest = String(String.UnicodeScalarView(digest.map { Unicode.Scalar($0) }))
    }

    /// The digest as it was given.
    var digestBytes: [UInt8] { digest.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    private enum CodingKeys: String, CodingKey {
        // There may be one for each record.
        case record = "r", digest = "d", cause = "c", notices = "n", failures = "f"
    }
}
