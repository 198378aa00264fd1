import Glibc
import Subprocess
import SystemPackage

/// What the caller has decided already; each value wins over ssh's configuration.
public struct SSHOverrides: Sendable, Equatable {
    public var user: String?
    public var port: UInt16?
    /// Tried before those of the configuration.
    public var identityFiles: [String] = []
    /// Used instead of the user's.
    public var knownHostsFile: String?
    /// The configuration to read instead of the user's and the system's, as `ssh -F`.
    public var configFile: String?
    public var connectTimeout: Duration?
    public init() {}
}

extension SSHTarget {
    /// Finds out what `ssh` would do for `spec`.
    ///
    /// - Parameters:
    ///   - spec: an alias, `host`, `user@host` or `ssh://user@host:port`.
    ///   - client: the ssh program; where there is none, the values given and OpenSSH's defaults are used.
    /// - Throws: ``SSHError`` of code `invalidTarget`.
    public static func resolve(spec: String, overrides: SSHOverrides = SSHOverrides(), client: String = "ssh") async throws -> SSHTarget {
        let parts = try SpecParts(spec)
        var target = SSHTarget(alias: spec, host: parts.host, port: overrides.port ?? parts.port ?? 22,
                               user: overrides.user ?? parts.user ?? LocalUser.name)
        target.configFile = overrides.configFile
        target.identityAgent = LocalUser.environment("SSH_AUTH_SOCK")
        if let lines = try await configuration(parts, overrides, client) {
            try target.apply(lines)
        } else {
            target.applyDefaults()
        }
        target.identityFiles = overrides.identityFiles.map { Tokens(target: target).path($0) } + target.identityFiles
        if let file = overrides.knownHostsFile { target.userKnownHostsFiles = [Tokens(target: target).path(file)] }
        if let timeout = overrides.connectTimeout { target.connectTimeout = timeout }
        return target
    }

    private mutating func applyDefaults() {
        identityFiles = ["id_rsa", "id_ecdsa", "id_ed25519"].map { "\(LocalUser.home)/.ssh/\($0)" }
        userKnownHostsFiles = ["\(LocalUser.home)/.ssh/known_hosts", "\(LocalUser.home)/.ssh/known_hosts2"]
        globalKnownHostsFiles = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
    }

    /// - Returns: what `ssh -G` prints, or `nil` without an ssh program.
    private static func configuration(_ parts: SpecParts, _ overrides: SSHOverrides, _ client: String) async throws -> String? {
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
        let result = try await run(.path(FilePath(program)), arguments: Arguments(arguments),
                                   output: .string(limit: 1 << 20), error: .string(limit: 64 << 10))
        guard result.terminationStatus.isSuccess else {
            let said = result.standardError.split(separator: "\n").joined(separator: ", ")
            throw SSHError(.invalidTarget, "cannot resolve \(parts.host): ssh -G says: \(said)")
        }
        return result.standardOutput
    }

    /// Takes over the lines of `ssh -G`: a lower-case keyword, a space, a value.
    mutating func apply(_ lines: String) throws(SSHError) {
        var values: [Substring: [Substring]] = [:]
        for line in lines.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { continue }
            values[line[..<space], default: []].append(line[line.index(after: space)...])
        }
        func value(_ key: Substring) -> String? { values[key]?.first.flatMap { $0.lowercased() == "none" ? nil : String($0) } }

        host = value("hostname") ?? host
        user = value("user") ?? user
        if let text = value("port") {
            guard let number = UInt16(text), number > 0 else { throw SSHError(.invalidTarget, "cannot use port \(text) of \(alias)") }
            port = number
        }
        hostKeyAlias = value("hostkeyalias")
        strictHostKeyChecking = Self.checking(value("stricthostkeychecking"))
        hashKnownHosts = value("hashknownhosts") == "yes"
        identitiesOnly = value("identitiesonly") == "yes"
        proxyJump = value("proxyjump")
        proxyCommand = value("proxycommand")
        if let seconds = value("connecttimeout").flatMap({ Int($0) }), seconds > 0 { connectTimeout = .seconds(seconds) }
        // Without a setting, ssh would never notice a cut cable; we keep our own.
        if let seconds = value("serveraliveinterval").flatMap({ Int($0) }), seconds > 0 { serverAliveInterval = .seconds(seconds) }
        if let count = value("serveralivecountmax").flatMap({ Int($0) }), count > 0 { serverAliveCountMax = count }

        let tokens = Tokens(target: self)
        identityFiles = (values["identityfile"] ?? []).filter { $0.lowercased() != "none" }.map { tokens.path(String($0)) }
        userKnownHostsFiles = Self.files(value("userknownhostsfile"), tokens)
        globalKnownHostsFiles = Self.files(value("globalknownhostsfile"), tokens)
        identityAgent = Self.agent(values["identityagent"]?.first.map(String.init), tokens) ?? nil
    }

    private static func checking(_ value: String?) -> StrictHostKeyChecking {
        switch value {
        case "true", "yes": .yes
        case "false", "no", "off": .no
        case "accept-new": .acceptNew
        default: .ask
        }
    }

    private static func files(_ value: String?, _ tokens: Tokens) -> [String] {
        (value ?? "").split(separator: " ").map { tokens.path(String($0).filter { $0 != "\"" }) }
    }

    private static func agent(_ value: String?, _ tokens: Tokens) -> String? {
        switch value {
        case nil, "SSH_AUTH_SOCK": LocalUser.environment("SSH_AUTH_SOCK")
        case "none": nil
        case .some(let name) where name.hasPrefix("$"): LocalUser.environment(String(name.drop { "${".contains($0) }.prefix { $0 != "}" }))
        case .some(let path): tokens.path(path)
        }
    }
}

/// What a user types for a host, taken apart.
struct SpecParts: Equatable {
    let user: String?
    let host: String
    let port: UInt16?

    init(_ spec: String) throws(SSHError) {
        var rest = Substring(spec)
        var port: UInt16?
        let isURL = spec.hasPrefix("ssh://")
        if isURL {
            rest = rest.dropFirst(6)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
        }
        var user: String?
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if isURL, let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let number = UInt16(rest[rest.index(after: colon)...]), number > 0 else { throw Self.invalid(spec, "its port is no number from 1 to 65535") }
            port = number
            rest = rest[..<colon]
        }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty, user != "" else { throw Self.invalid(spec, "a name is missing") }
        // A leading dash would be read as an option by ssh and by proxy commands.
        guard !rest.hasPrefix("-"), !(user ?? "").hasPrefix("-") else { throw Self.invalid(spec, "a name starts with a dash") }
        let unsafe = (String(rest) + (user ?? "")).unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7f || "'`\"$\\;&<>|(){}".unicodeScalars.contains($0) }
        guard !unsafe else { throw Self.invalid(spec, "a name has a space, quote or control character") }
        self.user = user
        self.host = String(rest)
        self.port = port
    }

    private static func invalid(_ spec: String, _ why: String) -> SSHError {
        SSHError(.invalidTarget, "cannot use \(spec.debugDescription) as a host: \(why)",
                 remedy: "give an alias of ssh_config, host, user@host or ssh://user@host:port")
    }
}
