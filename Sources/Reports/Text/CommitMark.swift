/// What stands behind a commit in tables: whether the sources were just those of it.
enum CommitMark {
    /// - Parameter dirty: whether there were changes that the commit does not have; `nil` where nobody asked git.
    static func of(dirty: Bool?) -> String {
        switch dirty {
        case true?: "+"
        case false?: ""
        case nil: "?"
        }
    }
}
