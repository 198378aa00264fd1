public import Logging
import Platform

extension SSHTarget {
    /// How long `ssh -G` may take where no other time was given: a `Match exec` runs a program of the user's.
    static let configurationTimeout = Duration.seconds(30)
    /// The least time for an answer of a host that is reached: a login may look the user up in a slow directory.
    static let shortestAnswerTimeout = Duration.seconds(15)

    /// Finds out what `ssh` would do for `spec`.
    ///
    /// - Parameters:
    ///   - spec: an alias, `host`, `user@host` or `ssh://user@host:port`.
    ///   - client: the ssh program; where there is none, the values given and OpenSSH's defaults are used.
    ///   - logger: gets a warning when this takes long.
    /// - Throws: ``SSHError`` of code `invalidTarget`, `timedOut`; `CancellationError`.
    public static func resolve(spec: String, overrides: SSHOverrides = SSHOverrides(), client: String = "ssh",
                               logger: Logger = Logger(label: "ssh")) async throws -> SSHTarget {
        let parts = try SSHDestination(spec)
        if let user = overrides.user { try SSHDestination.check(user: user, spec) }
        var target = SSHTarget(alias: spec, host: parts.host, port: overrides.port ?? parts.port ?? 22,
                               user: overrides.user ?? parts.user ?? LocalUser.name)
        target.originalHost = parts.host
        target.configFile = overrides.configFile
        target.identityAgent = LocalUser.environment("SSH_AUTH_SOCK")
        if let lines = try await configuration(parts, overrides, client, WaitNotice(logger, after: target.noticeAfter, "ssh -G (a command of a 'Match exec'?)")) {
            try target.apply(lines)
        } else {
            target.applyDefaults()
        }
        let tokens = Tokens(target: target)
        var own: [String] = []
        for path in overrides.identityFiles where !isNone(path) { own.append(try tokens.expand(path, of: "IdentityFile")) }
        target.identityFiles = own + target.identityFiles
        if !overrides.knownHostsFiles.isEmpty {
            target.userKnownHostsFiles = []
            for path in overrides.knownHostsFiles where !isNone(path) {
                target.userKnownHostsFiles.append(try tokens.expand(path, of: "UserKnownHostsFile"))
            }
        }
        if let timeout = overrides.connectTimeout { target.connectTimeout = timeout }
        target.answerTimeout = max(target.connectTimeout, shortestAnswerTimeout)
        return target
    }

    private mutating func applyDefaults() {
        identityFiles = ["id_rsa", "id_ecdsa", "id_ed25519"].map { "\(LocalUser.home)/.ssh/\($0)" }
        userKnownHostsFiles = ["\(LocalUser.home)/.ssh/known_hosts", "\(LocalUser.home)/.ssh/known_hosts2"]
        globalKnownHostsFiles = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
    }

    /// - Returns: what `ssh -G` prints, or `nil` without an ssh program.
    private static func configuration(_ parts: SSHDestination, _ overrides: SSHOverrides, _ client: String, _ notice: WaitNotice) async throws -> String? {
        var arguments = ["-G"]
        if let file = overrides.configFile { arguments += ["-F", file] }
        if let user = overrides.user ?? parts.user { arguments += ["-l", user] }
        if let port = overrides.port ?? parts.port { arguments += ["-p", "\(port)"] }
        arguments += ["--", parts.host]
        guard let program = LocalUser.program(client) else {
            guard let file = overrides.configFile else { return nil }
            throw SSHError(.invalidTarget, "cannot read \(file): there is no ssh program to do it",
                           remedy: "install the OpenSSH client, or give host, user and port directly")
        }
        let limit = max(overrides.connectTimeout ?? configurationTimeout, .seconds(1))
        let result = try await BoundedCommand(program: program, arguments: arguments, timeLimit: limit, notice: notice).run()
        let said = result.errors.split(separator: "\n").joined(separator: ", ")
        switch result.end {
        case .ended(.exited(0)): return result.output
        case .timedOut:
            throw SSHError(.timedOut, "cannot resolve \(parts.host): ssh -G has not ended after \(Human.seconds(limit)) s\(said.isEmpty ? "" : " and says: \(said)")",
                           remedy: "look for a 'Match exec' in the ssh configuration whose command hangs", isRetryable: true)
        case .tooMuch:
            throw SSHError(.invalidTarget, "cannot resolve \(parts.host): ssh -G prints more than \(BoundedCommand.outputLimit >> 10) KiB",
                           remedy: "run: ssh -G \(ShellWord.quoted(parts.host))")
        case .ended(let termination):
            let how = switch termination {
            case .exited(let code): "ends with exit code \(code)"
            case .signaled(let signal): "was ended by \(SignalName.of(signal))"
            }
            throw SSHError(.invalidTarget, "cannot resolve \(parts.host): ssh -G \(said.isEmpty ? how : "says: \(said)")")
        }
    }
}
