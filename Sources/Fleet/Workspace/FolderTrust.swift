import Glibc

/// Whether others can change what a path leads to.
public enum FolderTrust {
    /// The kernel's name for users that this user namespace does not know, unless it knows that one: they are as good as root here.
    private static let unmapped: uid_t? = {
        let words = (Path("/proc/self/uid_map").kernelText(limit: 4096) ?? []).prefix { $0 != 0x0A }.split(separator: 0x20)
        guard words.count == 3, let count = decimal(words[2]) else { return nil }
        return count <= 65534 ? 65534 : nil
    }()

    private static func isTrusted(_ user: uid_t) -> Bool { user == geteuid() || user == 0 || user == unmapped }

    /// Checks the state folder and all above it: what lies there is executed.
    /// - Parameter path: absolute. What is not there yet is left out.
    /// - Throws: ``FleetError`` `untrusted` with the folder and the reason.
    public static func checkState(_ path: String) throws(FleetError) {
        try checkLinks(path, "use the state folder \(path)")
        var folder = RealPath.of(path)
        while true {
            var info = stat()
            if lstat(folder, &info) == 0 {
                if !isTrusted(info.st_uid) { throw refusal("use the state folder \(path)", "\(folder) belongs to user \(info.st_uid)", "choose another 'state' of the host") }
                if info.st_mode & 0o1002 == 0o002 {
                    throw refusal("use the state folder \(path)", "everybody may write in \(folder)", "take that right away (chmod o-w) or choose another 'state' of the host")
                }
            }
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { return }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    /// Checks the way to a workspace.
    /// - Throws: ``FleetError`` `untrusted`.
    public static func checkWorkspace(_ path: String) throws(FleetError) { try checkLinks(path, "use the workspace \(path)") }

    /// Checks that no link on the way is another user's, who could turn it elsewhere.
    /// - Parameter action: what cannot be done then.
    static func checkLinks(_ path: String, _ action: String) throws(FleetError) {
        var waiting = Array(path.split(separator: "/").reversed()), at = "", links = 0
        while let part = waiting.popLast() {
            if part == "." { continue }
            if part == ".." {
                at = String(at[..<(at.lastIndex(of: "/") ?? at.startIndex)])
                continue
            }
            let next = at + "/" + part
            var info = stat()
            guard lstat(next, &info) == 0 else { return }
            guard info.st_mode & S_IFMT == S_IFLNK, links < 40, let target = target(of: next) else {
                at = next
                continue
            }
            if !isTrusted(info.st_uid) { throw refusal(action, "\(next) is a link of user \(info.st_uid)", "name the folder that is meant") }
            links += 1
            if target.hasPrefix("/") { at = "" }
            waiting += target.split(separator: "/").reversed()
        }
    }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private static func refusal(_ action: String, _ why: String, _ remedy: String) -> FleetError {
        FleetError(.untrusted, "cannot \(action): \(why); \(remedy)")
    }
}
