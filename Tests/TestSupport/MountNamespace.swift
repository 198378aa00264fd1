import Glibc

/// Mounts that only the test's own processes see: as root, or as root of a user namespace.
public enum MountNamespace {
    /// What a command is put behind to run in one.
    public static var command: [String] { ["/usr/bin/env", "unshare", geteuid() == 0 ? "-m" : "-rm"] }

    /// Why there is none here, for the tests that are skipped; `nil` where there are. Containers without privileges refuse them.
    public static let refusal: String? = {
        guard let folder = try? TemporaryFolder() else { return "there is no temporary folder" }
        let line = (command + ["mount", "-t", "tmpfs", "none", folder.path]).joined(separator: " ")
        return system("\(line) >/dev/null 2>&1") == 0 ? nil : "mounts are refused here: try as root, or with user namespaces"
    }()
}
