/// How a candidate ended.
package enum Judgement: Sendable, Equatable, Codable {
    /// It fails in the same way.
    case same
    /// Its last record fails in another way.
    case otherwise(FailureSignature)
    /// Its last record holds.
    case passes
    /// It says nothing: an earlier record does not do what it must, the reference's answer hangs on the order of rows, or it took too long.
    case invalid(Invalidity)

    package enum Invalidity: String, Sendable, Codable {
        /// An earlier record does not do what it must on both engines.
        case earlierRecord
        /// The reference gives the rows in another order where nothing says which.
        case unordered
        /// It did not end in its time, or its process ended, before the last record.
        case ended
        /// The engine could not be used.
        case engine
    }

    var isInvalid: Bool {
        if case .invalid = self { return true }
        return false
    }
}
