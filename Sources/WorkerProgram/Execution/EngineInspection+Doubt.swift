import Fleet
import Glibc

extension EngineInspection {
    /// Variables by which other code comes into a program than its file and its libraries say.
    private static let loading = ["LD_PRELOAD", "LD_AUDIT"]

    /// Programs that start the one that stands behind them, and change nothing of what it is.
    private static let launchers: Set<String> = ["env", "nice", "ionice", "chrt", "taskset", "numactl", "nohup", "setsid", "stdbuf", "timeout", "time"]

    /// Programs that start another one elsewhere or with other variables.
    private static let elsewhere: Set<String> = ["sudo", "doas", "su", "runuser", "setpriv", "chroot", "unshare", "nsenter", "bwrap", "firejail", "systemd-run", "ssh",
                                                 "docker", "podman", "flatpak", "nix", "nix-shell", "xargs"]

    /// Why it cannot be told what the engine's program is; nil where ``programFiles`` and their libraries are all of it.
    ///
    /// A shell is not played here: a line of more than plain words is not understood.
    var doubt: String? {
        let variables = variables
        if let name = Self.loading.first(where: { !(variables[$0] ?? "").isEmpty }) { return "\(name) is set, which brings other code into the engine" }
        guard spec.kind == .external else { return nil }
        if !(variables["BASH_ENV"] ?? "").isEmpty { return "BASH_ENV is set, which can change what the engine's command means" }
        let isRelative = ["PATH", "LD_LIBRARY_PATH"].first { (variables[$0] ?? "/").split(separator: ":", omittingEmptySubsequences: false).contains { !$0.hasPrefix("/") } }
        if spec.directory == .private, let isRelative { return "\(isRelative) names a folder that is another one for each file" }
        let words = commandWords
        if words.count > Self.words { return "the engine's command has too many words to tell which files it names" }
        for word in words {
            if !Self.isPlain(word) { return "the engine's command is more than plain words; put it into a script" }
            if ["PATH=", "LD_", "BASH_ENV="].contains(where: { word.hasPrefix($0) }) { return "the engine's command sets \(word.prefix { $0 != "=" }); set it in [engine] environment" }
            if variables["BASH_FUNC_\(word)%%"] != nil { return "'\(word)' in the engine's command is a function of the shell" }
        }
        return words.first.flatMap { doubt($0, words.dropFirst()) }
    }

    /// - Parameters:
    ///   - first: the program as it is named.
    ///   - rest: its arguments.
    private func doubt(_ first: String, _ rest: ArraySlice<String>) -> String? {
        let name = first.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? first
        if Self.elsewhere.contains(name) || (name == "env" && rest.first?.hasPrefix("-") == true) { return "the engine's program is started by '\(name)' with what is not known here" }
        guard Self.launchers.contains(name) else { return nil }
        let isFound = rest.contains { word in program(word).map { access($0, X_OK) == 0 } ?? false }
        return isFound ? nil : "the program that '\(name)' starts cannot be found"
    }

    /// Whether a shell takes a word as it stands; placeholders are replaced by such words.
    private static func isPlain(_ word: String) -> Bool {
        let special = Set("$`\"'\\;|&<>()*?[]!#~\t\n\r".utf8)
        return !word.utf8.contains { special.contains($0) } && !(word.contains("{") && (word.contains(",") || word.contains("..")))
    }
}
