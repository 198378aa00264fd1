import Glibc

/// Copies a program by another process, and lets everybody run it: a file that this one writes may be inherited, still open for writing, by
/// a child that another test starts at that moment, and cannot be executed then ("Text file busy", ETXTBSY of execve(2)).
public func copyProgram(_ source: String, to target: String) throws {
    let folder = try TemporaryFolder()
    try PrivateSSHServerProcess.run(["/usr/bin/install", "-m", "755", source, target], scratch: folder)
}
