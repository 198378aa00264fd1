import Glibc

/// The settings of git that decide what is ignored. Git itself is asked, so that they come from wherever it takes them:
/// files, the environment, conditional includes.
struct GitSettings: Sendable, Equatable {
    /// `core.ignoreCase`.
    var foldsCase = false
    /// The user's global excludes: what `core.excludesFile` names, else the file that git takes by default; `nil` for none.
    var excludesFile: String?

    init() {}

    /// - Parameters:
    ///   - folder: where git is asked.
    ///   - top: of the work tree, at which relative names begin; of no repository, the folder itself.
    init(of folder: String, top: String) {
        var named: String?
        for entry in Self.entries(folder) {
            switch entry.key {
            case "core.ignorecase": foldsCase = Self.isTrue(entry.value)
            case "core.excludesfile": named = entry.value ?? ""
            default: break
            }
        }
        if named?.first == "~" || named?.first == "%" { named = Self.expanded(folder) ?? named }
        guard let path = named ?? Self.usual, !path.isEmpty else { return }
        excludesFile = path.hasPrefix("/") ? path : top + "/" + path
    }

    /// In the order in which they count, the last of a name in the end.
    private static func entries(_ folder: String) -> [(key: String, value: String?)] {
        let command = ["git", "-C", folder, "config", "-z", "--get-regexp", "^core\\.(ignorecase|excludesfile)$"]
        guard let output = GitCommand.output(of: command) else { return [] }
        return output.split(separator: 0).map { entry in
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            return (String(decoding: parts[0], as: UTF8.self), parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil)
        }
    }

    /// `~/`, `~name/` and `%(prefix)/`, as git has them.
    private static func expanded(_ folder: String) -> String? {
        let output = GitCommand.output(of: ["git", "-C", folder, "config", "-z", "--path", "--get", "core.excludesFile"])
        return output.map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// As git reads it: a name without a value is true.
    private static func isTrue(_ value: String?) -> Bool {
        guard let text = value?.lowercased() else { return true }
        return ["true", "yes", "on"].contains(text) || Int(text).map { $0 != 0 } ?? false
    }

    private static var usual: String? {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
        return (variable("XDG_CONFIG_HOME") ?? variable("HOME").map { $0 + "/.config" }).map { $0 + "/git/ignore" }
    }
}
