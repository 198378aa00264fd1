/// Variables in a script that cannot be replaced; the message says why.
struct SubstitutionError: Error {
    var message: String
    init(_ message: String) { self.message = message }
}
