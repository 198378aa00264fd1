import Glibc

/// What stands in for a newcomer's terminal: commands are shown as typed, their output as it comes.
struct Shell {
    /// The folder of slt-remote and slt-worker.
    let programs: String
    /// The working directory of the commands.
    let folder: String
    /// The home folder of the commands, so that nothing of the user's is read or written.
    let home: String

    enum Failure: Error {
        case interrupted
        case unexpected(code: Int32, instead: Int32)
        case notStarted(String)
    }

    /// Shows and runs a command.
    /// - Parameter expecting: the exit code that it must end with.
    func type(_ line: String, expecting: Int32 = 0) throws {
        if Interruption.happened { throw Failure.interrupted }
        print("\n$ \(line)")
        let words = line.split(separator: " ").map(String.init)
        let code = try run(words)
        if Interruption.happened { throw Failure.interrupted }
        guard code == expecting else { throw Failure.unexpected(code: code, instead: expecting) }
        if code != 0 { print("(exit code \(code), as it should be here)") }
    }

    private func run(_ words: [String]) throws -> Int32 {
        let isOurs = words.first.map { ["slt-remote", "slt-worker"].contains($0) } ?? false
        let program = isOurs ? "\(programs)/\(words[0])" : words.first ?? ""
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        guard chdir(folder) == 0 else { throw Failure.notStarted("\(program) in \(folder): \(String(cString: strerror(errno)))") }
        // What was printed so far comes first.
        fflush(nil)
        var pid = pid_t()
        let error = posix_spawnp(&pid, program, &actions, nil, arguments, variables)
        guard error == 0 else { throw Failure.notStarted("\(program): \(String(cString: strerror(error)))") }
        return Interruption.wait(for: pid)
    }

    private var environment: [String] {
        let kept = ["TERM", "LANG", "LC_ALL", "NO_COLOR", "COLUMNS"].compactMap { (name: String) -> String? in getenv(name).map { "\(name)=\(String(cString: $0))" } }
        return kept + ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=\(home)", "XDG_CONFIG_HOME=\(home)/.config",
                       "XDG_DATA_HOME=\(home)/.local/share", "XDG_STATE_HOME=\(home)/.local/state", "XDG_CACHE_HOME=\(home)/.cache"]
    }
}

extension Shell.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .interrupted: "interrupted"
        case .unexpected(let code, let instead): "the command ended with exit code \(code) instead of \(instead)"
        case .notStarted(let what): "cannot start \(what)"
        }
    }
}
