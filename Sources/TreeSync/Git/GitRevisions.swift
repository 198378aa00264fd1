/// The commits of the repository that a folder is in, read from its objects. No call changes the repository or waits for its locks.
///
/// Each call starts git and waits for it.
public struct GitRevisions: Sendable {
    /// The top of the work tree, absolute.
    public let top: String
    /// The path of the folder below ``top``, without a slash at its ends; empty for the top itself.
    public let prefix: String

    /// - Parameter root: a folder.
    /// - Returns: `nil` where that is in no repository.
    public init?(_ root: String) {
        guard let repository = GitRepository.containing(root) else { return nil }
        top = repository.top
        prefix = String(decoding: repository.prefix.dropLast(), as: UTF8.self)
    }

    /// A commit by what somebody calls it.
    /// - Returns: its full hash; `nil` where there is none of that name, or several are.
    public func commit(_ name: String) -> String? {
        // What follows is no option, whatever it is.
        text(of: ["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"]).flatMap(Self.hash)
    }

    /// Whether a commit is reached from another one.
    public func isAncestor(_ commit: String, of other: String) -> Bool { run(["merge-base", "--is-ancestor", commit, other]) != nil }

    /// The latest commit that two have in common; `nil` for none.
    public func commonAncestor(_ commit: String, _ other: String) -> String? { text(of: ["merge-base", commit, other]).flatMap(Self.hash) }

    /// The commits that are reached from one and not from another, each after its parents, with these.
    /// - Returns: `nil` where git fails.
    public func commits(from good: String, to bad: String) -> [(commit: String, parents: [String])]? {
        guard let output = run(["rev-list", "--topo-order", "--reverse", "--parents", bad, "^" + good]) else { return nil }
        return output.split(separator: UInt8(ascii: "\n")).map { line in
            let names = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            return (names[0], Array(names.dropFirst()))
        }
    }

    /// Who made a commit, when and why. All of it are words of a stranger.
    public struct Description: Sendable, Codable, Equatable {
        /// The full hash.
        public var commit: String
        public var author: String
        /// When it was written, in ISO 8601.
        public var date: String
        /// The first line of its message.
        public var subject: String

        /// Each parameter is the property of the same name.
        public init(commit: String, author: String, date: String, subject: String) {
            self.commit = commit
            self.author = author
            self.date = date
            self.subject = subject
        }
    }

    /// - Returns: `nil` for a commit that is not there.
    public func description(of commit: String) -> Description? {
        guard let output = run(["show", "--no-patch", "--no-show-signature", "--format=%H%x00%an <%ae>%x00%aI%x00%s%x00", commit]) else { return nil }
        let parts = output.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard parts.count >= 4 else { return nil }
        return Description(commit: parts[0], author: parts[1], date: parts[2], subject: parts[3])
    }

    private func run(_ arguments: [String]) -> [UInt8]? { GitCommand.output(of: ["git", "--no-optional-locks", "-C", top] + arguments) }

    private func text(of arguments: [String]) -> String? {
        run(arguments).map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
    }

    private static func hash(_ text: String) -> String? { text.utf8.count >= 40 ? text : nil }
}
