/// A regular expression that cannot be used; the message says why.
struct PatternError: Error {
    var message: String
}
