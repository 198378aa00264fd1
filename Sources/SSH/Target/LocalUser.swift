import Glibc

/// The user who runs this program. As in ssh, the home folder is that of the password file, not HOME.
enum LocalUser {
    static var id: UInt32 { getuid() }

    static var name: String { entry.name ?? environment("USER") ?? "\(id)" }

    static var home: String { entry.home ?? environment("HOME") ?? "/" }

    /// The home folder of another user.
    static func home(of user: String) -> String? {
        var storage = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwnam_r(user, &storage, &buffer, buffer.count, &found) == 0, let found else { return nil }
        return found.pointee.pw_dir.map { String(cString: $0) }
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The program of that name on the user's PATH; the working folder does not count.
    static func program(_ name: String) -> String? {
        let candidates = name.contains("/") ? [name] : (environment("PATH") ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
        return candidates.first { candidate in
            var info = stat()
            return candidate.hasPrefix("/") && access(candidate, X_OK) == 0 && stat(candidate, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
        }
    }

    private static var entry: (name: String?, home: String?) {
        var storage = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(getuid(), &storage, &buffer, buffer.count, &found) == 0, let found else { return (nil, nil) }
        return (found.pointee.pw_name.map { String(cString: $0) }, found.pointee.pw_dir.map { String(cString: $0) })
    }
}
