import Glibc

/// Folders that a sync must not make like a source tree.
enum ProtectedFolder {
    /// Whether even a user who insists cannot mean it.
    enum Verdict: Equatable {
        case free
        case never(String)
        case unlessTakenOver(String)
    }

    /// - Parameters:
    ///   - path: real.
    ///   - homes: home folders, this user's first.
    ///   - state: the folder of agents and runs.
    static func verdict(_ path: String, homes: [String] = Self.homes(), state: String) -> Verdict {
        if path == "/" { return .never("it is the root of the file system") }
        let place = FolderPlace(path: path), exists = FolderIdentity(path: path) != nil
        for home in homes {
            let real = RealPath.of(home)
            guard real != "/" else { continue }
            switch place.relation(to: FolderPlace(path: real), exists: exists) {
            case .same: return .never("it is the home folder \(home)")
            case .around where FolderIdentity(path: real) != nil: return .never("the home folder \(home) lies in it")
            default: break
            }
        }
        let ours = RealPath.of(state)
        if ours == path || ours.hasPrefix(path + "/") { return .never("the state folder \(state) lies in it") }
        for name in ["agents", "runs", "locks", "workspaces"] where path == ours + "/" + name || path.hasPrefix(ours + "/" + name + "/") {
            return .never("it lies in the state folder \(state)")
        }
        if let system = systemFolder(path, place, exists) { return .unlessTakenOver("it is part of the system (\(system))") }
        return .free
    }

    /// Folders that are the system's with all that is in them, and those that only hold others.
    private static let wholly = ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/sbin",
                                 "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/sbin", "/usr/share"]
    private static let themselves = ["/dev/shm", "/home", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/run/user", "/srv", "/sys", "/tmp", "/usr", "/usr/local", "/usr/local/bin",
                                     "/usr/local/lib", "/usr/local/sbin", "/usr/local/share", "/usr/src", "/var", "/var/cache", "/var/lib", "/var/log",
                                     "/var/spool", "/var/tmp"]

    private static func systemFolder(_ path: String, _ place: FolderPlace, _ exists: Bool) -> String? {
        for folder in themselves where path == folder || (exists && place.relation(to: FolderPlace(path: folder), exists: true) == .same) { return folder }
        // Memory that everybody may write to.
        if path.hasPrefix("/dev/shm/") { return nil }
        return wholly.first { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// This user's home folder, and those of the password file, which is read as it is: a static program has no NSS.
    static func homes() -> [String] {
        let own = getenv("HOME").map { String(cString: $0) }
        var homes = own.map { $0.hasPrefix("/") ? [$0] : [] } ?? []
        let lines = (try? Path("/etc/passwd").contents(limit: 4 << 20))?.split(separator: 0x0A) ?? []
        for line in lines {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 6 else { continue }
            let home = String(decoding: fields[5], as: UTF8.self)
            // Those of services are the system's folders, or nowhere.
            if home.hasPrefix("/"), home != "/", home != "/nonexistent" { homes.append(home) }
        }
        return homes
    }
}
