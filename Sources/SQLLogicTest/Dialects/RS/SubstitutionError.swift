/// A record whose text cannot be made, or must not be run; the message says why.
struct SubstitutionError: Error {
    var message: String
    /// Whether it could be made, and this run does not allow it.
    var isRefusal = false
    init(_ message: String) { self.message = message }

    static func refused(_ message: String) -> SubstitutionError {
        var error = SubstitutionError(message)
        error.isRefusal = true
        return error
    }

    /// For a record's failure.
    var shown: String { isRefusal ? message : "cannot replace variables: \(message)" }
}
