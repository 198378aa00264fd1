/// What becomes of each keyword of ssh_config(5) here. docs/ssh.md is this table for people; a test holds it against the installed ssh.
enum SSHKeyword {
    enum Treatment: String {
        /// It means what it means to ssh.
        case honoured
        /// `ssh -G` has used it before its values are read.
        case used = "used by ssh -G"
        /// It cannot be done, and a value that asks for it ends with an error that names the keyword.
        case refused
        /// It cannot be done; where it would have counted, the error names the keyword.
        case named = "named in errors"
        /// Nothing that it is about happens here.
        case harmless
    }

    /// By the keyword in lower case, as `ssh -G` prints it.
    static let treatments: [String: Treatment] = {
        var table: [String: Treatment] = [:]
        for (treatment, keywords) in groups { for keyword in keywords { table[keyword.lowercased()] = treatment } }
        return table
    }()

    static let groups: [(Treatment, [String])] = [
        (.honoured, [
            "AddressFamily", "BatchMode", "BindAddress", "BindInterface", "CheckHostIP", "Ciphers", "ConnectionAttempts", "ConnectTimeout",
            "GlobalKnownHostsFile", "HashKnownHosts", "HostKeyAlgorithms", "HostKeyAlias", "HostName", "IdentitiesOnly", "IdentityAgent",
            "IdentityFile", "KbdInteractiveAuthentication", "KexAlgorithms", "MACs", "NoHostAuthenticationForLocalhost",
            "NumberOfPasswordPrompts", "PasswordAuthentication", "Port", "PreferredAuthentications", "ProxyCommand", "ProxyJump",
            "PubkeyAcceptedAlgorithms", "PubkeyAuthentication", "RequiredRSASize", "RevokedHostKeys", "ServerAliveCountMax",
            "ServerAliveInterval", "StrictHostKeyChecking", "User", "UserKnownHostsFile",
        ]),
        (.used, [
            "Host", "Match", "Include", "IgnoreUnknown", "Tag", "CanonicalDomains", "CanonicalizeFallbackLocal", "CanonicalizeHostname",
            "CanonicalizeMaxDots", "CanonicalizePermittedCNAMEs",
        ]),
        (.refused, ["ProxyUseFdpass"]),
        (.named, [
            "CertificateFile", "GSSAPIAuthentication", "HostbasedAuthentication", "KnownHostsCommand", "PKCS11Provider", "VerifyHostKeyDNS",
        ]),
        // The session is one of our own, without a terminal, forwarding or a command of the configuration's.
        (.harmless, [
            "AddKeysToAgent", "CASignatureAlgorithms", "ChannelTimeout", "ClearAllForwardings", "Compression", "ControlMaster", "ControlPath",
            "ControlPersist", "DynamicForward", "EnableEscapeCommandline", "EnableSSHKeysign", "EscapeChar", "ExitOnForwardFailure",
            "FingerprintHash", "ForkAfterAuthentication", "ForwardAgent", "ForwardX11", "ForwardX11Timeout", "ForwardX11Trusted",
            "GatewayPorts", "GSSAPIClientIdentity", "GSSAPIDelegateCredentials", "GSSAPIKexAlgorithms", "GSSAPIKeyExchange",
            "GSSAPIRenewalForcesRekey", "GSSAPIServerIdentity", "GSSAPITrustDNS", "HostbasedAcceptedAlgorithms", "IPQoS",
            "KbdInteractiveDevices", "LocalCommand", "LocalForward", "LogLevel", "LogVerbose", "ObscureKeystrokeTiming",
            "PermitLocalCommand", "PermitRemoteOpen", "RefuseConnection", "RekeyLimit", "RemoteCommand", "RemoteForward", "RequestTTY",
            "SecurityKeyProvider", "SendEnv", "SessionType", "SetEnv", "StdinNull", "StreamLocalBindMask", "StreamLocalBindUnlink",
            "SyslogFacility", "TCPKeepAlive", "Tunnel", "TunnelDevice", "UpdateHostKeys", "VersionAddendum", "VisualHostKey",
            "WarnWeakCrypto", "XAuthLocation",
        ]),
    ]
}
