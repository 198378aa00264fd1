import Glibc
import Fleet

/// Paths as the client writes them: absolute, or below this user's home folder as `~/…`.
enum HostPath {
    static func expand(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    private static var home: String {
        if let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") { return home }
        return UserEntry.own?.home ?? "/"
    }
}
