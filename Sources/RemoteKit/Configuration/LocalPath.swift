import Glibc

/// Paths of this machine; only ``resolved(_:)`` looks at the disk.
enum LocalPath {
    /// `text` as an absolute path: `~` and `~/…` expanded, the rest from `folder`, `.` and `..` resolved by name.
    /// - Returns: `nil` if the home folder is needed and not known.
    static func absolute(_ text: String, from folder: String, home: String?) -> String? {
        if text == "~" || text.hasPrefix("~/") {
            guard let home, home.hasPrefix("/") else { return nil }
            return normalized(home + "/" + text.dropFirst(1))
        }
        return normalized(text.hasPrefix("/") ? text : folder + "/" + text)
    }

    /// An absolute path without empty, `.` and `..` parts.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The last part; `""` for the root.
    static func lastPart(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    static func parent(_ path: String) -> String { normalized(path + "/..") }

    /// The path without links, where it is there.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
