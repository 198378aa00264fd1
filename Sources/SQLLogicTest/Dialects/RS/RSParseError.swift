/// A script that cannot be understood. Nothing of it runs.
struct RSParseError: Error {
    var script: Script
    var line: Int
    var message: String

    /// What is wrong with a header, before its place is known.
    struct Reason: Error {
        var message: String
        /// An error of an included script, which has its place already.
        var nested: RSParseError?

        init(_ message: String) { self.message = message }

        init(_ nested: RSParseError) {
            message = nested.message
            self.nested = nested
        }
    }
}
