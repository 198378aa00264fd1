import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A project on "this machine" and a host to test it on: two home folders, a source tree with a configuration, and a
/// real sshd. Whatever still runs is ended with it.
final class Project: Sendable {
    private let seat: Seats.Seat
    let folder: TemporaryFolder
    let server: PrivateSSHServer?

    /// The home folder here.
    var home: String { folder.file("home") }
    /// The source tree, and the working folder of every command.
    var source: String { folder.file("home/src") }
    /// The home folder on the host.
    var hostHome: String { server == nil ? home : folder.file("host") }
    var workspace: String { hostHome + "/work" }
    /// The host's folder of agents and runs.
    let state: String

    /// - Parameters:
    ///   - files: texts by path in the source tree.
    ///   - settings: the rest of `slt-remote.toml`.
    ///   - state: the host's folder of agents and runs; one below its home folder unless told.
    ///   - hasAgent: whether the worker is on the host already; an upload takes a second or two.
    init(files: [String: String] = [:], _ settings: String = "", isLocal: Bool = false, state: String? = nil, workspace: String = "~/work",
         hasAgent: Bool = true, options: PrivateSSHServer.Options = PrivateSSHServer.Options()) async throws {
        seat = await Seats.shared.take()
        let folder = try TemporaryFolder()
        self.folder = folder
        for name in ["home/src", "host"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        var options = options
        options.environment.merge(["HOME": folder.file("host")]) { old, _ in old }
        server = isLocal ? nil : try PrivateSSHServer(options)
        self.state = state ?? folder.file(isLocal ? "home/state" : "host/state")
        let host = isLocal ? "local" : "box"
        let reach = server.map { "ssh = \"\($0.alias)\"\nssh-config = \"\($0.configFile)\"" } ?? ""
        for (name, text) in files { try write(text, to: name) }
        try write("""
            host = "\(host)"
            [hosts.\(host)]
            \(reach)
            workspace = "\(workspace)"
            state = "\(self.state)"
            \(settings)
            """, to: "slt-remote.toml")
        if hasAgent, !isLocal { try await installAgent() }
    }

    deinit {
        for pid in processes(naming: folder.path) { Glibc.kill(pid, SIGKILL) }
        // Their folders are removed next, which they must not fill again.
        for _ in 0..<6000 {
            if processes(naming: folder.path).isEmpty { break }
            usleep(5000)
        }
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try folder.write(text, to: "home/src/" + name) }

    private static let digest = Task {
        try await RunningProgram.run([Programs.worker, "digest"], environment: [:]).text.split(separator: "\n").first.map(String.init) ?? ""
    }

    private func installAgent() async throws {
        let place = "\(state)/agents/\(try await Project.digest.value)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: place + "/slt-worker", withDestinationPath: Programs.worker)
    }

    // MARK: commands

    /// The variables of a login here, and nothing of the tests' own.
    var environment: [String: String] {
        ["HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin", "USER": "tester", "SHELL": "/bin/bash", "LANG": "C.UTF-8"]
    }

    /// Starts `slt-remote`.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
        try RunningProgram([Programs.client] + arguments, environment: self.environment.merging(environment) { $1 }, in: source, surroundings: self)
    }

    /// Starts `slt-remote` and waits until its agent is there, when it also listens to signals.
    func startAgent(_ arguments: [String], _ location: SourceLocation = #_sourceLocation) async throws -> RunningProgram {
        let before = Set(processes(naming: state).filter { isAgent($0) })
        let client = try start(arguments)
        let isThere = try await eventually { processes(naming: state).contains { isAgent($0) && !before.contains($0) } }
        #expect(isThere, "\(client.errors)", sourceLocation: location)
        return client
    }

    /// Waits until the client has written this to stderr.
    func hasSaid(_ client: RunningProgram, _ text: String, _ location: SourceLocation = #_sourceLocation) async throws {
        let has = try await eventually { client.errors.contains(text) }
        #expect(has, "\(client.errors)", sourceLocation: location)
    }

    /// Runs `slt-remote` to its end.
    func slt(_ arguments: String..., environment: [String: String] = [:]) async throws -> RunningProgram.Finished {
        try await start(arguments, environment: environment).finish()
    }

    /// A suite of random files below `tests/`; what was planted, as `FILE:LINE`.
    @discardableResult
    func generate(files: Int, failures: Int = 0, seed: Int = 1) async throws -> [String] {
        let made = try await RunningProgram.run(
            [Programs.worker, "generate", "--seed", "\(seed)", "--files", "\(files)", "--records", "20", "--fail", "\(failures)", source + "/tests"],
            environment: environment)
        try #require(made.code == 0, "\(made)")
        return made.text.split(separator: "\n").compactMap { line in
            line.hasPrefix("planted failure: ") ? "tests/" + line.dropFirst("planted failure: ".count) : nil
        }
    }

    // MARK: what became of it

    /// The one value that a command printed with --json.
    func decode<Value: Decodable>(_ type: Value.Type, _ finished: RunningProgram.Finished) throws -> Value {
        let lines = finished.output.split(separator: UInt8(ascii: "\n"))
        try #require(lines.count == 1, "\(finished)")
        return try JSONDecoder().decode(type, from: Data(lines[0]))
    }

    /// What `status` says of the latest run.
    func status() async throws -> RunStatus? { try decode(HostReport.self, try await slt("status", "--json")).run }

    /// Waits until the latest run is like this, looking at its directory itself.
    @discardableResult
    func status(within deadline: Duration = .patience, where condition: (RunStatus) -> Bool) async throws -> RunStatus {
        var last: RunStatus?
        _ = try await eventually(within: deadline, every: .milliseconds(20)) {
            guard let id = runs().last, let now = try? runDirectory(id).status() else { return false }
            last = now
            return condition(now)
        }
        let found = try #require(last)
        try #require(condition(found), "\(found)")
        return found
    }

    /// The runs on the host, by name.
    func runs() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: state + "/runs")) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    func runDirectory(_ id: String) throws -> RunDirectory { try RunDirectory.open(state: state, id: id) }

    /// Where results are fetched to unless told.
    var results: String { home + "/.local/share/slt-remote/results/" + (server == nil ? "local" : "box") }

    /// The records of a fetched run: one for each of `count` files.
    func records(_ id: String, count: Int, in folder: String? = nil, _ location: SourceLocation = #_sourceLocation) throws -> [FileRecord] {
        let data = try Data(contentsOf: URL(filePath: "\(folder ?? results)/\(id)/records.jsonl"))
        let records = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(FileRecord.self, from: Data($0)) }
        #expect(records.map(\.id) == Array(0..<count), sourceLocation: location)
        #expect(Set(records.map(\.file)).count == count, sourceLocation: location)
        return records
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

/// What `run --json` and `attach --json` print.
struct RunResult: Decodable {
    var status: RunStatus
    var failures: [FileRecord]
    var results: String?
    var exitCode: Int32
}

/// Files that wait, and end when the test says so.
enum Gate {
    /// Settings of a run whose files wait for `open`.
    static func settings(workers: Int = 2) -> String {
        """
        [suite]
        files = ["tests/*.test"]
        [engine]
        kind = "command"
        command = ["/bin/sh", "{workspace}/wait.sh", "{file}"]
        [run]
        workers = \(workers)
        """
    }

    static func files(_ count: Int) -> [String: String] {
        var files = ["wait.sh": "while [ ! -e \"${1%/*}/../open\" ]; do sleep 0.02; done\n"]
        for number in 0..<count { files["tests/\(number).test"] = "\(number)" }
        return files
    }
}

extension Project {
    /// Lets the files of ``Gate`` end.
    func openGate() throws { try Data().write(to: URL(filePath: workspace + "/open")) }
}

/// A file whose only query takes a core for about `seconds`.
func slowFile(_ seconds: Double) -> String {
    let steps = Int(seconds * 5_000_000)
    return """
        query I nosort
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < \(steps)) SELECT max(x) FROM c
        ----
        \(steps)

        """
}

/// One file that passes.
let passingFile = "statement ok\nCREATE TABLE t(a)\n"

extension RunningProgram.Finished {
    /// A refusal: this code, nothing on stdout, each of `words` on stderr.
    func expect(code: Int32, _ words: String..., location: SourceLocation = #_sourceLocation) {
        #expect(self.code == code, "\(self)", sourceLocation: location)
        #expect(output.isEmpty, "\(self)", sourceLocation: location)
        for word in words { #expect(errors.contains(word), "\(self)", sourceLocation: location) }
    }
}
