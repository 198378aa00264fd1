/// Where and how to connect: what `ssh_config` calls a host, all values decided.
public struct SSHTarget: Sendable, Equatable {
    /// What to do with a host key that no known_hosts file has. A changed key is refused whatever this says.
    public enum StrictHostKeyChecking: String, Sendable {
        case yes, no
        case acceptNew = "accept-new"
        /// Refused with the remedy, since nobody can be asked here.
        case ask
    }

    /// As the user typed it; for messages.
    public var alias: String
    /// A name or an address, without brackets.
    public var host: String
    public var port: UInt16
    public var user: String
    /// Absolute paths, tried in this order; files that do not exist are passed over.
    public var identityFiles: [String] = []
    /// The agent's socket; `nil` for none.
    public var identityAgent: String?
    /// Of the agent's keys, offer only those that `identityFiles` name.
    public var identitiesOnly = false
    /// The first one gets new keys.
    public var userKnownHostsFiles: [String] = []
    public var globalKnownHostsFiles: [String] = []
    /// The name to look for in known_hosts instead of host and port.
    public var hostKeyAlias: String?
    public var strictHostKeyChecking = StrictHostKeyChecking.ask
    /// Whether new known_hosts entries hide the name.
    public var hashKnownHosts = false
    /// As in ssh_config; goes through the `ssh` program.
    public var proxyJump: String?
    /// A shell command whose standard input and output are the connection; `%h`, `%p`, `%r`, `%n` are replaced.
    public var proxyCommand: String?
    /// The file that `ssh -F` was given; jump hosts are looked up there as well.
    public var configFile: String?
    /// For the name, the connection and the handshake together.
    public var connectTimeout: Duration = .seconds(30)
    /// Silence after which the host is asked for a sign of life; zero for never.
    public var serverAliveInterval: Duration = .seconds(15)
    /// So many unanswered questions end the session.
    public var serverAliveCountMax = 3

    public init(alias: String, host: String, port: UInt16 = 22, user: String) {
        self.alias = alias
        self.host = host
        self.port = port
        self.user = user
    }

    /// The command that makes the connection, tokens replaced; `nil` for a direct one.
    var effectiveProxyCommand: String? {
        if let proxyCommand { return Tokens(target: self).expand(proxyCommand, quoting: true) }
        guard let proxyJump else { return nil }
        var hops = proxyJump.split(separator: ",").map(String.init)
        guard let last = hops.popLast() else { return nil }
        var command = ["ssh"]
        if let configFile { command += ["-F", configFile] }
        if !hops.isEmpty { command += ["-J", hops.joined(separator: ",")] }
        command += ["-W", host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)", "--"]
        command.append(last.hasPrefix("ssh://") || !last.contains(":") ? last : "ssh://" + last)
        return command.map(shellQuoted).joined(separator: " ")
    }
}

/// The tokens of ssh_config(5) that `ssh -G` leaves in its values.
struct Tokens {
    let target: SSHTarget

    func expand(_ text: String, quoting: Bool = false) -> String {
        var result = ""
        var isToken = false
        for character in text {
            guard isToken else {
                isToken = character == "%"
                if !isToken { result.append(character) }
                continue
            }
            isToken = false
            switch character {
            case "%": result.append("%")
            case "h": result += word(target.host, quoting)
            case "n": result += word(target.alias, quoting)
            case "p": result += "\(target.port)"
            case "r": result += word(target.user, quoting)
            case "d": result += LocalUser.home
            case "u": result += LocalUser.name
            case "i": result += "\(LocalUser.id)"
            default: result += "%\(character)"
            }
        }
        return result
    }

    private func word(_ text: String, _ quoting: Bool) -> String { quoting ? shellQuoted(text) : text }

    /// A path of ssh_config: tokens, and `~/` for the user's home.
    func path(_ text: String) -> String {
        let expanded = expand(text)
        return expanded == "~" || expanded.hasPrefix("~/") ? LocalUser.home + expanded.dropFirst() : expanded
    }
}
