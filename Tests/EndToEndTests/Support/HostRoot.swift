import FoundationEssentials
import Glibc
import TestSupport

/// A system of its own on this machine: the host's commands run in another root, in a mount namespace.
struct HostRoot {
    /// Its folder here.
    let path: String
    private let holder: TemporaryFolder?

    /// A root that holds nothing but busybox.
    static func busybox() throws -> HostRoot {
        let folder = try TemporaryFolder()
        for name in ["bin", "proc", "dev", "root", "tmp"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try copyProgram("/bin/busybox", to: folder.file("bin/busybox"))
        for name in ["sh", "cat", "mkdir", "chmod", "mv", "rm", "uname", "echo", "grep", "head", "env", "printf", "ls", "id", "stat", "sha256sum", "cut"] {
            try FileManager.default.createSymbolicLink(atPath: folder.file("bin/" + name), withDestinationPath: "busybox")
        }
        return HostRoot(path: folder.path, holder: folder)
    }

    /// A system that was unpacked for the tests; `nil` where none is told.
    static var older: HostRoot? {
        ProcessInfo.processInfo.environment["SLT_TEST_OLD_ROOT"].flatMap { access($0 + "/bin/sh", X_OK) == 0 ? HostRoot(path: $0, holder: nil) : nil }
    }

    /// Runs `$SSH_ORIGINAL_COMMAND`, or what `command` says, within. An ordinary user is root of a user namespace there.
    private func entering(_ command: String) -> String {
        let flags = geteuid() == 0 ? "--mount" : "--user --map-root-user --mount"
        let mounts = "mount --rbind /proc \(path)/proc && mount --rbind /dev \(path)/dev"
        return "unshare \(flags) sh -c '\(mounts) && exec /usr/sbin/chroot \(path) /bin/sh -c \"cd /root; export HOME=/root PATH=/bin:/usr/bin; \(command)\"'"
    }

    /// A server whose sessions are in this root.
    var options: PrivateSSHServer.Options {
        var options = PrivateSSHServer.Options()
        options.configLines = ["ForceCommand " + entering(#"eval \"\$SSH_ORIGINAL_COMMAND\""#)]
        return options
    }

    /// Why tests cannot enter other roots here; `nil` where they can.
    static let refusal: String? = {
        guard access("/bin/busybox", X_OK) == 0 else { return "busybox-static is not installed" }
        guard let root = try? busybox() else { return "no temporary folder" }
        let status = system(root.entering("true") + " >/dev/null 2>&1")
        return status == 0 ? nil : "this user may have no mount namespace here"
    }()
}
