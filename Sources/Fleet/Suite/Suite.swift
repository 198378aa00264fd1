import Glibc

/// One file of a suite.
public struct SuiteFile: Sendable, Equatable {
    /// The path relative to the workspace, as the file system has it: bytes that need not be UTF-8.
    public var name: [UInt8]
    /// Bytes; 0 when the file cannot be looked at.
    public var size: Int
    /// Why the file is kept out, if it is.
    public var blockedReason: String?
    /// In how many parts it is to be run; 0 as one.
    public var parts = 0
    /// Seconds that one of these is expected to take as one; 0 where that is not known.
    public var expected = 0.0

    /// A file as it was found.
    public init(name: [UInt8], size: Int, blockedReason: String? = nil) {
        self.name = name
        self.size = size
        self.blockedReason = blockedReason
    }

    /// Stands for the name: the same on each host, and for no other file.
    public var key: UInt64 { StableHash.of(name, 0) }

    /// For people: bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: name, as: UTF8.self) }
}

/// The files of a run, in the order in which they are to be claimed.
public struct Suite: Sendable, Equatable {
    /// In the order in which they are claimed.
    public var files: [SuiteFile]

    /// The suite of these files.
    public init(files: [SuiteFile]) { self.files = files }

    /// Finds the files of a suite: each once, however many globs match it. Files that cannot be read belong to it
    /// and will end as `unreadable`; blocked ones belong to it and will end as `skipped`.
    ///
    /// - Parameters:
    ///   - workspace: absolute path of the source tree.
    ///   - globs: what to test, relative to the workspace (see ``Glob``).
    ///   - block: what to keep out; each `path` is a glob too. The first that matches gives the reason.
    ///   - seed: breaks ties of the order; the same seed gives the same order.
    /// - Throws: ``FleetError``: `noFiles` naming every glob that matches nothing; `invalid` for a glob that cannot
    ///   be read; `system` when the workspace is not there.
    public static func discover(workspace: String, globs: [String], block: [BlockedFile] = [],
                                seed: UInt64 = 0) throws(FleetError) -> Suite {
        let root = Path(workspace)
        guard let info = root.status() else { throw .system("look into the workspace \(workspace)") }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            throw FleetError(.invalid, "cannot use the workspace \(workspace): it is not a folder")
        }
        guard !globs.isEmpty else { throw FleetError(.noFiles, "cannot find test files: no glob is given; set suite.files") }
        var walk = GlobWalk(root: root)
        var empty: [String] = []
        for text in globs where try walk.add(Glob(text)) == 0 { empty.append("'\(text)'") }
        guard empty.isEmpty else {
            let what = empty.count == 1 ? "the glob \(empty[0]) matches" : "the globs \(empty.joined(separator: ", ")) match"
            throw FleetError(.noFiles, "cannot find test files: \(what) nothing in \(workspace)")
        }
        var rules: [(glob: Glob, reason: String)] = []
        for rule in block { rules.append((try Glob(rule.path), rule.reason)) }
        let files = walk.found.map { name, size in
            SuiteFile(name: name, size: size, blockedReason: rules.first { $0.glob.matches(name) }?.reason)
        }
        return Suite(files: RunOrder.largestFirst(files, seed: seed))
    }

    /// Rules that no file of the suite is meant by, as `suite.block: GLOB`: a rule that does nothing is mostly misspelt.
    public func unmatched(block: [BlockedFile], timeouts: [FileTimeout], groups: [FileGroup] = []) throws(FleetError) -> [String] {
        var found: [String] = []
        let rules = block.map { ("suite.block", $0.path) } + timeouts.map { ("suite.timeouts", $0.files) } + groups.flatMap { $0.files.map { ("suite.group", $0) } }
        for (key, text) in rules {
            let glob = try Glob(text)
            if !files.contains(where: { glob.matches($0.name) }) { found.append("\(key): \(text)") }
        }
        return found
    }
}
