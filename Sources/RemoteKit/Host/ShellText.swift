/// Text for a POSIX shell on a host that is not ours: everything is quoted.
enum ShellText {
    /// One word, whatever is in it.
    static func quote(_ text: some StringProtocol) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A path that may begin with `~/`, which the shell's HOME stands for.
    static func path(_ path: String) -> String {
        path.hasPrefix("~/") ? "\"$HOME\"/" + quote(path.dropFirst(2)) : quote(path)
    }

    /// A script for `/bin/sh`, whatever the user's login shell is: on one line, since csh has no quotes over several.
    static func script(_ statements: [String]) -> String { "exec /bin/sh -c " + quote(statements.joined(separator: "; ")) }
}
