import Glibc

/// The user who runs this program, from the password file, with HOME taking precedence.
enum LocalUser {
    static var id: UInt32 { getuid() }

    static var name: String { entry.name ?? environment("USER") ?? "\(id)" }

    static var home: String { environment("HOME") ?? entry.home ?? "/" }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static var entry: (name: String?, home: String?) {
        var storage = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(getuid(), &storage, &buffer, buffer.count, &found) == 0, let found else { return (nil, nil) }
        return (found.pointee.pw_name.map { String(cString: $0) }, found.pointee.pw_dir.map { String(cString: $0) })
    }
}
