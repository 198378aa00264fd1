/// Paths of the host, which only the host can expand.
enum PathOnHost {
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
