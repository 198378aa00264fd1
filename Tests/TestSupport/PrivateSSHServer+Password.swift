import FoundationEssentials
import Glibc

/// Logins with a password that only this server knows. Its sshd gets a mount namespace of its own, in which a file of the
/// fixture stands for `/etc/shadow` and a folder of it for `/etc/pam.d`: no user is made or changed.
extension PrivateSSHServer {
    public static let password = "open sesame"
    /// The same as crypt(3) has it (`openssl passwd -6 -salt slt`).
    private static let digest = "$6$slt$smtWWzQPXH4QdD700DrHy2VopTFVNx.uegvNaIO7kydU3U0kGbqBxprVISeOWK8IZnYQD3wEH7RVZl0l6YpU/0"

    private static let enter = #"mount --bind "$1" /etc/shadow && mount --bind "$2" /etc/pam.d && shift 2 && exec "$@""#

    func withPassword(_ sshd: [String]) throws -> [String] {
        try folder.write("\(user):\(Self.digest):19000:0:99999:7:::\n", to: "shadow")
        guard chmod(folder.file("shadow"), 0o600) == 0 else { throw POSIXFailure(call: "chmod shadow", errno: errno) }
        try folder.write("auth required pam_unix.so nodelay\naccount required pam_permit.so\nsession required pam_permit.so\n", to: "pam.d/sshd")
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", Self.enter, "sh", folder.file("shadow"), folder.file("pam.d")] + sshd
    }

    /// For sshd_config.
    func lines(_ login: Login) -> [String] {
        switch login {
        case .password: ["PasswordAuthentication yes"]
        case .questions: ["UsePAM yes", "KbdInteractiveAuthentication yes"]
        }
    }

    /// Whether this machine lets tests have mount namespaces; as a normal user it does not.
    public static let allowsPasswords: Bool = {
        guard getuid() == 0 else { return false }
        guard let folder = try? TemporaryFolder(), (try? folder.write("", to: "shadow")) != nil, (try? folder.write("", to: "pam.d/sshd")) != nil else { return false }
        let line = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", enter, "sh", folder.file("shadow"), folder.file("pam.d"), "true"]
        return (try? PrivateSSHServerProcess.run(line, scratch: folder)) != nil
    }()

    /// Whether this machine has the address ::1.
    public static let hasIPv6: Bool = {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_addr = in6addr_loopback
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0 }
        }
    }()
}
