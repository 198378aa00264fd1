import FoundationEssentials
import Testing

/// Options and verbs of the command line stand in the client alone: a library says what can be done as a value.
struct CommandLineWordTests {
    /// Modules, and folders of modules, that hold none.
    static let places = ["Platform", "Wire", "SSH", "TreeSync", "SQLLogicTest", "Fleet", "AgentProtocol", "RemoteKit",
                         "WorkerProgram/Agent", "WorkerProgram/Execution", "WorkerProgram/System"]

    /// Words of programs that these start, and of formats on disk.
    static let others: [String: Set<String>] = [
        "Bootstrap.swift": ["--state", "--build", "--join", "--version"],
        "LocalAgent.swift": ["--state", "--build"],
        "Agent+Queue.swift": ["--state", "--build"],
        "FleetRun+Workers.swift": ["--slot", "--node"],
        "SlurmJobs.swift": ["--time", "--parsable", "--job-name", "--array", "--ntasks", "--cpus-per-task", "--requeue", "--open-mode", "--signal", "--export", "--chdir", "--output",
                            "--first-element", "--array-workers", "--state"],
        "SlurmQueue.swift": ["--name", "--me"],
        "SlurmProbe.swift": ["--parsable", "--job-name", "--ntasks", "--time", "--export", "--chdir", "--output", "--error"],
        "SlurmLimits.swift": ["--partition"],
        "LibraryList.swift": ["--list"],
        "Replay.swift": ["--confined", "--record-limit"],
        "GitState.swift": ["--no-optional-locks", "--porcelain", "--branch", "--untracked-files"],
        "GitRevisions.swift": ["--no-optional-locks", "--verify", "--quiet", "--end-of-options", "--is-ancestor", "--topo-order", "--reverse", "--parents", "--no-patch",
                               "--no-show-signature", "--format"],
        "GitWorktree.swift": ["--quiet", "--force", "--detach"],
        "TrackedFiles.swift": ["--no-optional-locks"],
        "GitSettings.swift": ["--get-regexp", "--path", "--get"],
        "FetchedFiles.swift": ["slt-remote fetch"],
    ]

    /// The verbs of slt-remote, as the program lists them.
    static func verbs() throws -> [String] {
        let files = try Dictionary(Sources.files(of: "slt-remote").map { (String($0.split(separator: "/").last ?? ""), try String(contentsOfFile: $0, encoding: .utf8)) }) { one, _ in one }
        guard let program = files["SltRemote.swift"], let list = between("subcommands: [", "]", in: program) else { return [] }
        return list.split(separator: ",").map { item in
            let type = item.filter { $0.isLetter || $0 == "." }.replacing(".self", with: "")
            let declaration = files[type + ".swift"].flatMap { between("struct \(type): ", "\n}\n", in: $0 + "\n") }
            return declaration.flatMap { between("commandName: \"", "\"", in: $0) } ?? type.lowercased()
        }
    }

    private static func between(_ start: String, _ end: String, in text: String) -> String? {
        guard let first = text.firstRange(of: start), let last = text[first.upperBound...].firstRange(of: end) else { return nil }
        return String(text[first.upperBound..<last.lowerBound])
    }

    /// `--word` and `slt-remote verb` in what is no comment.
    static func words(in source: String, verbs: [String]) -> [String] {
        source.split(separator: "\n").flatMap { line -> [String] in
            let code = line.drop { $0 == " " }
            guard !code.hasPrefix("//") else { return [] }
            let text = code[..<(code.firstRange(of: " // ")?.lowerBound ?? code.endIndex)]
            return options(in: text) + verbs.filter { text.contains("slt-remote \($0)") }.map { "slt-remote \($0)" }
        }
    }

    private static func options(in text: Substring) -> [String] {
        text.ranges(of: "--").compactMap { dashes in
            let word = text[dashes.upperBound...].prefix { $0 == "-" || ($0.isASCII && $0.isLowercase) }
            guard let first = word.first, first != "-", dashes.lowerBound == text.startIndex || text[text.index(before: dashes.lowerBound)] != "-" else { return nil }
            return "--\(word)"
        }
    }

    @Test("a library names no option and no verb of the command line", arguments: places)
    func areUpstairs(place: String) throws {
        let verbs = try Self.verbs()
        let module = String(place.prefix { $0 != "/" })
        for file in try Sources.files(of: module) where file.contains("/Sources/\(place)/") {
            let others = Self.others[String(file.split(separator: "/").last ?? "")] ?? []
            let words = Self.words(in: try String(contentsOfFile: file, encoding: .utf8), verbs: verbs).filter { !others.contains($0) }
            #expect(words.isEmpty, "\(file)")
        }
    }

    @Test("the client's verbs are found")
    func verbsAreFound() throws {
        let verbs = try Self.verbs()
        // One more, and this says so.
        #expect(verbs.count == 29)
        #expect(Set(verbs).isSuperset(of: ["run", "attach", "stop", "sync", "known-failures", "history", "sql"]))
    }

    @Test("a word is found wherever it stands", arguments: [
        ("throw SyncError(.massDeletion, \"cannot sync without --force: so much\")", ["--force"]),
        ("\"wait for it ('slt-remote attach')\"", ["slt-remote attach"]),
        ("    + \"say --take-over\" // or not", ["--take-over"]),
        ("(\"--host\", SettingPath(\"host\"), host),", ["--host"]),
        ("accept it with --accept-host-key \\(key)", ["--accept-host-key"]),
    ])
    func finds(line: String, words: [String]) {
        #expect(Self.words(in: line, verbs: ["attach"]) == words)
    }

    @Test("comments, rows of dashes and the end of options are none", arguments: [
        "    /// What `--config` says.", "let a = 1 // as slt-remote attach does", "script.line(\"----\")", "[\"git\", \"--\", path]", "\"-----BEGIN key-----\"", "slt-remote: attached",
    ])
    func ignores(line: String) {
        #expect(Self.words(in: line, verbs: ["attach"]).isEmpty)
    }
}
