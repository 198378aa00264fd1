import Glibc
import Platform

/// Tells two environments apart without saying what is in them.
enum EnvironmentDigest {
    /// Variables that are others in each session or run, and change nothing for an engine.
    private static let passing: Set<String> = [
        "_", "PWD", "OLDPWD", "SHLVL", "TMPDIR", "TERM", "COLUMNS", "LINES", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_AUTH_SOCK", "XDG_SESSION_ID",
        "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "INVOCATION_ID", "JOURNAL_STREAM",
    ]

    /// Words in the names of variables whose values must not be found out by trying: of those only the name counts.
    private static let secret = ["PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH"]

    /// This process's variables.
    static var own: [String: String] {
        var variables: [String: String] = [:]
        for entry in ChildProcess.environment() {
            let name = entry.prefix { $0 != UInt8(ascii: "=") }
            variables[String(decoding: name, as: UTF8.self)] = String(decoding: entry.dropFirst(name.count + 1), as: UTF8.self)
        }
        return variables
    }

    /// SHA-256 of names and values, sorted by name.
    static func of(_ variables: [String: String]) -> String {
        var bytes: [UInt8] = []
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            if passing.contains(name) || name.hasPrefix("SLT_") || name.hasPrefix("SQLLOGICTEST_") { continue }
            let upper = name.uppercased()
            bytes += Array(name.utf8) + [UInt8(ascii: "=")]
            if !secret.contains(where: { upper.contains($0) }) { bytes += Array(value.utf8) }
            bytes.append(0)
        }
        return FileDigest.of(bytes)
    }
}
