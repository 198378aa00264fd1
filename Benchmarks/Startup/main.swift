// How large the programs are, and how long they take from their start to their end when there is nothing to do.
// usage: bench-startup FOLDER-OF-THE-PROGRAMS [ROUNDS]
import Glibc

/// Runs a program with its output thrown away, and waits for its end.
/// - Returns: the time that took, in milliseconds; `nil` if it could not be started or failed.
func milliseconds(_ program: String, _ argument: String) -> Double? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    let arguments = [strdup(program), strdup(argument), nil]
    defer { arguments.forEach { free($0) } }
    var pid = pid_t()
    var status: Int32 = -1
    let time = ContinuousClock().measure {
        guard posix_spawn(&pid, program, &actions, nil, arguments, environ) == 0 else { return }
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }
    return status == 0 ? time / .milliseconds(1) : nil
}

/// A file's size in bytes.
func size(_ path: String) -> Int? {
    var information = stat()
    return stat(path, &information) == 0 ? information.st_size : nil
}

func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

guard CommandLine.arguments.count > 1 else {
    print("usage: bench-startup FOLDER-OF-THE-PROGRAMS [ROUNDS]")
    exit(2)
}
let folder = CommandLine.arguments[1]
let rounds = max(1, CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 50 : 50)
print("program                   size   start to end of --version, \(rounds) runs")
for name in ["slt-worker", "slt-worker-dynamic", "slt-remote"] {
    let program = "\(folder)/\(name)"
    // The first run reads the file from the disk; it is not one of those that count.
    guard let bytes = size(program), milliseconds(program, "--version") != nil else {
        print("cannot run \(program) --version: build it with 'make'")
        exit(1)
    }
    let times = (0..<rounds).compactMap { _ in milliseconds(program, "--version") }.sorted()
    guard times.count == rounds else {
        print("\(program) --version failed")
        exit(1)
    }
    print("\(name)\(pad("", 21 - name.count))\(pad(tenths(Double(bytes) / 1e6), 6)) MB   median \(tenths(times[rounds / 2])) ms, "
        + "least \(tenths(times[0])) ms, most \(tenths(times[rounds - 1])) ms")
}
