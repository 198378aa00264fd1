import FoundationEssentials
import Platform
import SQLLogicTest

/// What a reduction knows from its beginning.
struct ReductionWork {
    /// The whole file.
    let reading: ReductionReading
    /// The file's SHA-256.
    let digest: String
    /// Whether it goes on from what an earlier one has left, and what is said of that.
    var isResumed = false
    var resumption: String?

    /// A signature that can be compared later.
    static func words(of signature: FailureSignature) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(signature)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// What became of an earlier reduction, in words.
enum Resumption {
    static let changed = "the file, the record or the engine has changed"
    static let passes = "what it left does not fail in the same way any more"
    static let done = "An earlier reduction was at its end already."
    static func went(from records: Int) -> String { "It went on from the \(Human.count(records, "record")) that an earlier reduction left." }
    static func anew(_ reason: String) -> String { "An earlier reduction was not gone on with: \(reason)." }
}
