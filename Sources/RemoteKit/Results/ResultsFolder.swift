import FoundationEssentials

/// Where results are kept when nothing else is said: outside the source tree, so that they outlive it and are never synced.
public enum ResultsFolder {
    /// `$XDG_DATA_HOME/slt-remote/results/HOST`, by default below `~/.local/share`.
    public static func standard(host: String) -> String { standard(host: host, environment: ProcessInfo.processInfo.environment) }

    /// `$XDG_DATA_HOME/slt-remote/results`, by default below `~/.local/share`: it has a folder for each host.
    public static var root: String { data(ProcessInfo.processInfo.environment) + "/results" }

    /// `$XDG_DATA_HOME/slt-remote/reduced`, by default below `~/.local/share`: files that were reduced where the current folder is not to be touched.
    public static var reduced: String { data(ProcessInfo.processInfo.environment) + "/reduced" }

    /// `$XDG_DATA_HOME/slt-remote`, by default below `~/.local/share`: where the results are, and what is made from them.
    static func data(_ environment: [String: String]) -> String {
        (environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? (environment["HOME"] ?? "") + "/.local/share") + "/slt-remote"
    }

    static func standard(host: String, environment: [String: String]) -> String {
        let name = String(host.map { $0.isLetter || $0.isNumber || ".-_@".contains($0) ? $0 : "_" })
        return "\(data(environment))/results/\(name.hasPrefix(".") ? "_" + name : name)"
    }
}
