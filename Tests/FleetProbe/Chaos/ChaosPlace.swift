import Fleet
import FoundationEssentials
import Glibc
import TestSupport

/// A project, its host and its generated suite, below one folder.
struct ChaosPlace {
    let folder: String
    /// `nil`: the host is this machine.
    let server: PrivateSSHServer?
    /// How the files must end.
    private(set) var expected: [Outcome: Int] = [:]
    private let programs: String
    private var host: String { server == nil ? "local" : "box" }

    var state: String { folder + "/state" }
    var results: String { folder + "/home/.local/share/slt-remote/results/" + host }
    private var gate: String { folder + "/go" }

    init(folder: String, programs: String, server: PrivateSSHServer?, random: inout SeededRandom) throws {
        self.folder = folder
        self.programs = programs
        self.server = server
        try FileManager.default.createDirectory(atPath: folder + "/home/src/tests", withIntermediateDirectories: true)
        let engine = random.below(3) == 0 ? try generateSQL(&random) : try generatePrograms(&random)
        let reach = server.map { "ssh = \"\($0.alias)\"\nssh-config = \"\($0.configFile)\"" } ?? ""
        try write("""
            host = "\(host)"
            [hosts.\(host)]
            \(reach)
            workspace = "\(folder)/work"
            state = "\(state)"
            [prepare]
            command = "sleep 0.0\(random.below(9))"
            [suite]
            files = ["tests/*.test"]
            \(engine)
            [run]
            workers = \(2 + random.below(6))
            attempts = 100
            """, "slt-remote.toml")
        // In one round of four the worker is uploaded, which takes longest of all.
        if server != nil, random.below(4) > 0 { try installWorker() }
    }

    private mutating func write(_ text: String, _ name: String, _ outcome: Outcome? = nil) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/home/src/\(name)"))
        if let outcome { expected[outcome, default: 0] += 1 }
    }

    /// Shell scripts, one of which at least waits for ``openGate()``.
    private mutating func generatePrograms(_ random: inout SeededRandom) throws -> String {
        let wait = "while [ ! -e '\(gate)' ]; do sleep 0.02; done\n"
        for number in 0..<(10 + random.below(60)) {
            let (script, outcome) = [("exit 0\n", Outcome.pass), ("exit 1\n", .fail), ("sleep 0.0\(random.below(9))\n", .pass), (wait, .pass),
                                     ("echo \(String(repeating: "x", count: 2000)); exit 3\n", .fail)][random.below(5)]
            try write(script, "tests/f\(number).test", outcome)
        }
        try write(wait, "tests/last.test", .pass)
        return "[engine]\nkind = \"command\"\ncommand = [\"/bin/sh\", \"{file}\"]"
    }

    /// Scripts for the built-in engine. The run may be over before the last kill, and another one is begun then.
    private mutating func generateSQL(_ random: inout SeededRandom) throws -> String {
        for number in 0..<(10 + random.below(100)) {
            let rows = 1000 * random.below(200), fails = random.below(4) == 0
            try write("""
                statement ok
                CREATE TABLE t(a INTEGER)

                query I nosort
                WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x <= \(rows)) SELECT max(x) FROM c
                ----
                \(fails ? 0 : rows + 1)

                """, "tests/f\(number).test", fails ? .fail : .pass)
        }
        return ""
    }

    private func installWorker() throws {
        let worker = programs + "/slt-worker"
        let digest = try finish(worker, ["digest"]).output.prefix { $0 != "\n" }
        try FileManager.default.createDirectory(atPath: "\(state)/agents/\(digest)", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(state)/agents/\(digest)/slt-worker", withDestinationPath: worker)
    }

    /// Lets the files that wait go on.
    func openGate() { if access(gate, F_OK) != 0 { _ = FileManager.default.createFile(atPath: gate, contents: Data()) } }

    // MARK: commands

    /// What a user would do next: attach to a live run, go on with an incomplete one, else begin another one; `nil` once
    /// all is done and over.
    func next(isOver: Bool) throws -> [String]? {
        let runs = try RunDirectory.list(state: state).map { try RunDirectory.open(state: state, id: $0) }
        if let live = try runs.first(where: { try $0.isSupervised() }) { return ["attach", live.spec.id] }
        for run in runs {
            let status = try run.status()
            if status.phase != .finished || (status.outcomes[.untested] ?? 0) > 0 { return ["run", "--resume", run.spec.id] }
        }
        return isOver && !runs.isEmpty ? nil : ["run"]
    }

    func start(_ arguments: [String]) throws -> RunningProgram { try start(programs + "/slt-remote", arguments) }

    /// Runs `slt-remote` to its end.
    func finish(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String) { try finish(programs + "/slt-remote", arguments) }

    private func finish(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
        let running = try start(program, arguments)
        let deadline = ContinuousClock.now + .seconds(600)
        while !running.hasEnded && ContinuousClock.now < deadline { usleep(2000) }
        return (running.hasEnded ? running.code : -1, running.output, running.errors)
    }

    private func start(_ program: String, _ arguments: [String]) throws -> RunningProgram {
        let environment = ["HOME": folder + "/home", "PATH": "/usr/local/bin:/usr/bin:/bin", "USER": "chaos", "SHELL": "/bin/bash", "LANG": "C.UTF-8"]
        return try RunningProgram([program] + arguments, environment: environment, in: folder + "/home/src")
    }

    // MARK: what is there

    /// Its agents, or its supervisors, and what they have forked and not yet made another program.
    func processes(_ command: String) -> [Int32] {
        TestSupport.processes(naming: folder).filter { pid in isOurs(pid, command) }
    }

    /// As the scoreboard says: a child that a worker has just forked looks like the worker, and is part of the file it runs.
    func workers() throws -> [Int32] {
        guard let live = try RunDirectory.list(state: state).map({ try RunDirectory.open(state: state, id: $0) }).first(where: { try $0.isSupervised() })
        else { return [] }
        return try live.status().workers.map(\.pid).filter { isOurs($0, "work") }
    }

    private func isOurs(_ pid: Int32, _ command: String) -> Bool {
        let line = commandLine(pid)
        return line.count > 1 && line[0].hasSuffix("slt-worker") && line[1] == command
    }

    /// Everything that somebody has begun to write and not finished.
    func temporaryFiles() -> [String] {
        let marks = [".new-", ".slt-remote.", ".upload."]
        return below(folder).filter { path in
            let name = path[(path.lastIndex(of: "/") ?? path.startIndex)...].dropFirst()
            return marks.contains { name.hasPrefix($0) } || name.hasSuffix(".new")
        }
    }
}
