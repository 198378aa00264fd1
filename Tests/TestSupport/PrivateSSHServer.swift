import FoundationEssentials
import Glibc
import Synchronization

/// A real OpenSSH server on loopback with throwaway keys, for tests and demonstrations.
///
/// It runs as the calling user (root or not), lets only that user in, and reads nothing of `~/.ssh`. It ends with
/// ``stop()``, with the last reference to it, or with the calling process, however that ends.
public final class PrivateSSHServer: Sendable {
    /// A type of key, named as `ssh-keygen -t` does.
    public enum KeyType: String, Sendable, CaseIterable {
        case ed25519, ecdsa, rsa
    }

    /// A way to log in without a key.
    public enum Login: Sendable, CaseIterable {
        /// sshd itself checks the password.
        case password
        /// The machine's PAM asks for it.
        case questions
    }

    public struct Options: Sendable {
        /// The host keys that the server has. RSA takes a second to make.
        public var hostKeys: [KeyType] = [.ed25519]
        /// The user keys that are made and authorized.
        public var userKeys: [KeyType] = [.ed25519]
        /// Lines for sshd_config. They win over the fixture's own; a `Match` line and what follows goes to the end.
        public var configLines: [String] = []
        /// Variables of every session. The default keeps bash from reading a slow `.bashrc`.
        public var environment: [String: String] = ["SHLVL": "2"]
        /// The name of the host in ``PrivateSSHServer/configFile``.
        public var alias = "private"
        /// What it listens on: a numeric address of loopback, as `::1`.
        public var address = "127.0.0.1"
        /// Whether the user may also log in with ``PrivateSSHServer/password``, and how. Needs ``PrivateSSHServer/allowsPasswords``.
        public var login: Login?
        public init() {}
    }

    /// The port on ``address``; the same one after a ``stop()`` and a ``start()``.
    public var port: UInt16 { state.withLock { $0.port } }
    /// The user who may log in: the one who runs this process.
    public let user: String
    public var address: String { options.address }
    /// The name of the host in ``configFile``.
    public let alias: String
    /// Holds all files of the server.
    public let folder: TemporaryFolder
    /// A client configuration for `ssh -F`: host ``alias``, its keys, its known hosts, nothing of the user's.
    public var configFile: String { folder.file("ssh_config") }
    /// The known_hosts file that ``configFile`` names; it has every host key of the server.
    public var knownHostsFile: String { folder.file("known_hosts") }
    public var authorizedKeysFile: String { folder.file("authorized_keys") }
    /// What sshd says, at level VERBOSE.
    public var logPath: String { folder.file("sshd.log") }

    private let options: Options
    private let state = Mutex(State())

    private struct State {
        var port: UInt16 = 0
        var pid: pid_t?
        var lifeline: Int32 = -1
    }

    /// Makes keys and configuration and starts the server; returns when it accepts connections.
    public init(_ options: Options = Options()) throws {
        self.options = options
        alias = options.alias
        user = try Self.currentUser()
        folder = try TemporaryFolder()
        for type in options.hostKeys { try Self.makeKey(type, at: hostKeyFile(type), scratch: folder) }
        try folder.write("", to: "authorized_keys")
        for type in options.userKeys {
            try Self.makeKey(type, at: identityFile(type), scratch: folder)
            try authorize(publicKeyFile: identityFile(type) + ".pub")
        }
        try start()
    }

    deinit { stop() }

    /// The private key file of a user key; with `.pub` its public half.
    public func identityFile(_ type: KeyType = .ed25519) -> String { folder.file("id_\(type.rawValue)") }

    /// The private key file of a host key; with `.pub` its public half.
    public func hostKeyFile(_ type: KeyType = .ed25519) -> String { folder.file("host_\(type.rawValue)") }

    /// The argv of an `ssh` that reaches this server: add a command.
    public var sshCommand: [String] { ["/usr/bin/ssh", "-F", configFile, alias] }

    /// Everything that sshd has said so far.
    public func log() -> String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// Makes a key pair at `path` and `path.pub`.
    public static func makeKey(_ type: KeyType, at path: String, passphrase: String = "",
                               scratch: TemporaryFolder, arguments: [String] = []) throws {
        try PrivateSSHServerProcess.run(
            ["/usr/bin/ssh-keygen", "-q", "-t", type.rawValue, "-N", passphrase, "-C", "private", "-f", path] + arguments,
            scratch: scratch)
    }

    /// Lets the owner of a public key in, at once.
    public func authorize(publicKeyFile: String) throws {
        let line = try String(contentsOfFile: publicKeyFile, encoding: .utf8)
        let old = try String(contentsOfFile: authorizedKeysFile, encoding: .utf8)
        try folder.write(old + line, to: "authorized_keys")
    }

    /// Starts the server again after ``stop()``, on the same port.
    public func start() throws {
        try state.withLock { state in
            guard state.pid == nil else { return }
            if getuid() == 0 { mkdir("/run/sshd", 0o755) }
            let mayMove = state.port == 0
            // Another process may take the free port before sshd binds it.
            for attempt in 1...5 {
                if mayMove { state.port = try Self.freePort() }
                do { return try launch(&state) } catch where mayMove && attempt < 5 {}
            }
        }
    }

    /// Ends the server and all its connections. What the sessions had started sees its pipes close and lives on.
    public func stop() {
        state.withLock { state in
            guard let pid = state.pid else { return }
            let connections = PrivateSSHServerProcess.descendants(of: pid, named: "sshd")
            kill(pid, SIGKILL)
            connections.forEach { kill($0, SIGKILL) }
            end(&state, pid)
        }
    }

    /// Ends the listening process only: no new connections, while those that exist go on.
    public func stopListening() {
        state.withLock { state in
            guard let pid = state.pid else { return }
            kill(pid, SIGTERM)
            end(&state, pid)
        }
    }

    /// Kills the sshd process of every connection, as a lost network does; the server accepts new ones.
    /// - Returns: how many processes were killed.
    @discardableResult
    public func killConnections() -> Int {
        state.withLock { state in
            guard let pid = state.pid else { return 0 }
            let connections = PrivateSSHServerProcess.descendants(of: pid, named: "sshd")
            connections.forEach { kill($0, SIGKILL) }
            return connections.count
        }
    }

    /// Stops (or lets go on) the sshd process of every connection, so that they stay open and say nothing.
    public func freezeConnections(_ frozen: Bool = true) {
        state.withLock { state in
            guard let pid = state.pid else { return }
            PrivateSSHServerProcess.descendants(of: pid, named: "sshd").forEach { kill($0, frozen ? SIGSTOP : SIGCONT) }
        }
    }

    /// The sshd processes of the connections.
    public func connectionProcesses() -> [Int32] {
        state.withLock { $0.pid.map { PrivateSSHServerProcess.descendants(of: $0, named: "sshd") } ?? [] }
    }

    private func end(_ state: inout State, _ pid: pid_t) {
        PrivateSSHServerProcess.wait(for: pid)
        // A line tells the watcher that there is nothing left to kill.
        _ = "stopped\n".withCString { send(state.lifeline, $0, 8, Int32(MSG_NOSIGNAL)) }
        close(state.lifeline)
        state.pid = nil
        state.lifeline = -1
    }
}

extension PrivateSSHServer {
    /// Becomes sshd, after it has left a watcher that ends sshd when the lifeline (descriptor 3) closes, which the
    /// kernel does whatever becomes of the process that holds the other end.
    private static let launcher = #"(read -r line <&3 || kill "$$") & exec 3<&-; exec "$@""#

    private func launch(_ state: inout State) throws {
        try writeConfiguration(port: state.port)
        unlink(folder.file("sshd.pid"))
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw POSIXFailure(call: "socketpair", errno: errno)
        }
        var sshd = ["/usr/sbin/sshd", "-D", "-f", folder.file("sshd_config"), "-E", logPath]
        if options.login != nil { sshd = try withPassword(sshd) }
        defer { close(ends[0]) }
        do {
            let pid = try PrivateSSHServerProcess.spawn(
                ["/bin/sh", "-c", Self.launcher, "sh"] + sshd, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
                lifeline: ends[0], output: folder.file("sshd.out"), ownSession: true)
            try waitUntilListening(pid)
            state.pid = pid
            state.lifeline = ends[1]
        } catch {
            close(ends[1])
            throw error
        }
    }

    /// sshd writes its pid file once it listens.
    private func waitUntilListening(_ pid: pid_t) throws {
        for _ in 0 ..< 24_000 {
            if access(folder.file("sshd.pid"), F_OK) == 0 { return }
            guard !PrivateSSHServerProcess.hasEnded(pid) else {
                let said = (try? String(contentsOfFile: folder.file("sshd.out"), encoding: .utf8)) ?? ""
                throw PrivateSSHServerFailure("sshd ended at its start: \(said)\(log())")
            }
            usleep(5000)
        }
        kill(pid, SIGKILL)
        PrivateSSHServerProcess.wait(for: pid)
        throw PrivateSSHServerFailure("sshd does not listen after two minutes: \(log())")
    }

    private func writeConfiguration(port: UInt16) throws {
        let split = options.configLines.firstIndex { $0.lowercased().hasPrefix("match") } ?? options.configLines.endIndex
        let variables = options.environment.map { "\"\($0.key)=\($0.value)\"" }.sorted().joined(separator: " ")
        var server = Array(options.configLines[..<split])
        server += ["Port \(port)", "ListenAddress \(address)", "PidFile \"\(folder.file("sshd.pid"))\""]
        server += options.hostKeys.map { "HostKey \"\(hostKeyFile($0))\"" }
        server += ["AuthorizedKeysFile \"\(authorizedKeysFile)\"", "UsePAM no", "StrictModes no", "UseDNS no",
                   "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes",
                   "PrintMotd no", "PrintLastLog no", "MaxStartups 200", "LogLevel VERBOSE", "Subsystem sftp internal-sftp"]
        if let login = options.login { server.insert(contentsOf: lines(login), at: 0) }
        if !variables.isEmpty { server.append("SetEnv \(variables)") }
        server += options.configLines[split...]
        try folder.write(server.joined(separator: "\n") + "\n", to: "sshd_config")
        try writeClientConfiguration(port: port)
    }

    private func writeClientConfiguration(port: UInt16) throws {
        var client = ["Host \(alias)", "HostName \(address)", "Port \(port)", "User \(user)", "IdentitiesOnly yes",
                      "IdentityAgent none", "UserKnownHostsFile \"\(knownHostsFile)\"", "GlobalKnownHostsFile /dev/null",
                      "StrictHostKeyChecking yes", "UpdateHostKeys no", "BatchMode yes"]
        client += options.userKeys.map { "IdentityFile \"\(identityFile($0))\"" }
        try folder.write(client.joined(separator: "\n  ") + "\n", to: "ssh_config")
        let known = try options.hostKeys.map { type in
            let parts = try String(contentsOfFile: hostKeyFile(type) + ".pub", encoding: .utf8).split(separator: " ")
            guard parts.count >= 2 else { throw PrivateSSHServerFailure("\(hostKeyFile(type)).pub is no public key") }
            return "[\(address)]:\(port) \(parts[0]) \(parts[1])\n"
        }
        try folder.write(known.joined(), to: "known_hosts")
    }

    private static func currentUser() throws -> String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
            throw PrivateSSHServerFailure("user \(getuid()) has no entry in the password file")
        }
        return String(cString: name)
    }

    /// A port of loopback that nothing has at the moment. It is below those that the kernel gives to connections, which could take it
    /// before a server does, or while one is stopped.
    public static func freePort() throws -> UInt16 {
        for _ in 0 ..< 1000 {
            if let port = try? LoopbackPort(UInt16.random(in: 12_000 ..< 32_000)) { return port.number }
        }
        throw PrivateSSHServerFailure("no port of loopback is free")
    }
}
