import TestSupport

/// Whether this process may mount file systems: root may, but not in most containers.
enum Mounts {
    static let areAllowed: Bool = {
        guard let folder = try? TemporaryFolder(), (try? shell("mount -t tmpfs tmpfs \(quoted(folder.path)) 2>/dev/null")) != nil else { return false }
        return (try? shell("umount \(quoted(folder.path))")) != nil
    }()
}
