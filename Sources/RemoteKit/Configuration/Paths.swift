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

/// Paths of the host, which only the host can expand.
enum HostPath {
    /// Whether a folder of ours may stand there: not the root and not the home folder themselves, since what is
    /// not in the source tree is deleted there, and nothing that climbs out by `..`.
    static func isUsable(_ text: String) -> Bool {
        guard text.hasPrefix("/") || text.hasPrefix("~/"), !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return false }
        let parts = text.split(separator: "/").filter { $0 != "." }
        return !parts.contains("..") && parts.contains { $0 != "~" }
    }

    /// Without empty and `.` parts and a slash at the end.
    static func tidied(_ text: String) -> String {
        let parts = text.split(separator: "/").filter { $0 != "." }
        return (text.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}

/// What `ssh` takes as its destination.
enum Destination {
    /// Whether ssh would see a destination in it, and neither an option nor a command.
    static func isUsable(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-") && !text.contains("@-") && text != "ssh://"
            && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value > 0x20 && $0.value != 0x7F
                && !"'\"`$\\;&|<>(){}*?".unicodeScalars.contains($0) }
    }
}
