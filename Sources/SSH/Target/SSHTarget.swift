/// Where and how to connect: what `ssh_config` calls a host, all values decided.
public struct SSHTarget: Sendable, Equatable {
    /// What to do with a host key that no known_hosts file has. A changed key is refused whatever this says.
    public enum StrictHostKeyChecking: String, Sendable {
        /// Refused.
        case yes
        /// Accepted and remembered; some weaker checks warn only.
        case no
        /// Accepted and remembered.
        case acceptNew = "accept-new"
        /// Refused with the remedy, since nobody can be asked here.
        case ask
    }

    /// `AddressFamily`: all, IPv4 only, IPv6 only.
    public enum AddressFamily: String, Sendable {
        case any, inet, inet6
    }

    /// As the user typed it; for messages.
    public var alias: String
    /// A name or an address, without brackets.
    public var host: String
    /// The host as it was typed, before the configuration gave it another name.
    public var originalHost: String
    /// Of TCP, from 1 on.
    public var port: UInt16
    /// The name to log in with.
    public var user: String
    /// What may be agreed on.
    public var algorithms = SSHAlgorithms()
    /// What may be done to log in.
    public var login = SSHLoginRules()
    /// Absolute paths, tried in this order; files that do not exist are passed over.
    public var identityFiles: [String] = []
    /// The agent's socket; `nil` for none.
    public var identityAgent: String?
    /// Of the agent's keys, offer only those that `identityFiles` name.
    public var identitiesOnly = false
    /// The first one gets new keys; without any, new keys are not remembered.
    public var userKnownHostsFiles: [String] = []
    /// Read after the user's, never written.
    public var globalKnownHostsFiles: [String] = []
    /// Keys that are refused wherever else they are known.
    public var revokedHostKeysFile: String?
    /// Other ways to look a host key up that ssh would go and we cannot: keywords, for messages.
    public var keyLookups: [String] = []
    /// Least number of bits of an RSA key, the host's or the user's.
    public var requiredRSASize = 1024
    /// `CheckHostIP`: whether the address has to be known with the same key, if it is known.
    public var checksAddress = false
    /// `NoHostAuthenticationForLocalhost`.
    public var trustsLoopback = false
    /// The name to look for in known_hosts instead of host and port.
    public var hostKeyAlias: String?
    /// `StrictHostKeyChecking`.
    public var strictHostKeyChecking = StrictHostKeyChecking.ask
    /// Whether new known_hosts entries hide the name.
    public var hashKnownHosts = false
    /// As in ssh_config; goes through the `ssh` program.
    public var proxyJump: String?
    /// A shell command whose standard input and output are the connection; tokens as in ssh_config.
    public var proxyCommand: String?
    /// The file that `ssh -F` was given; jump hosts are looked up there as well.
    public var configFile: String?
    /// Whether `%C` counts the jump host.
    var hashesJumpHost = false
    /// Which addresses of the host are used.
    public var addressFamily = AddressFamily.any
    /// `BindAddress`: the address to connect from.
    public var bindAddress: String?
    /// `BindInterface`: the network interface whose address to connect from, where there is no ``bindAddress``.
    public var bindInterface: String?
    /// How often all addresses are tried, with a second in between.
    public var connectionAttempts = 1
    /// For the name, the connection and the handshake together.
    public var connectTimeout: Duration = .seconds(30)
    /// For each answer after that: to a key, to a command, and its first word.
    public var answerTimeout: Duration = .seconds(30)
    /// Silence after which the user is told what is waited for.
    public var noticeAfter: Duration = .seconds(10)
    /// Silence after which the host is asked for a sign of life; zero for never.
    public var serverAliveInterval: Duration = .seconds(15)
    /// So many unanswered questions end the session.
    public var serverAliveCountMax = 3

    /// With OpenSSH's defaults, and no keys or known_hosts files.
    public init(alias: String, host: String, port: UInt16 = 22, user: String) {
        self.alias = alias
        self.host = host
        originalHost = alias
        self.port = port
        self.user = user
    }
}
