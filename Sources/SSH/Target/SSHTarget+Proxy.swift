import Platform

extension SSHTarget {
    /// The host of the last jump, as `%j` has it.
    var jumpHost: String { proxyJump.flatMap { JumpHop(lastOf: $0)?.host } ?? "" }

    /// The command that makes the connection, tokens replaced; `nil` for a direct one.
    ///
    /// - Throws: ``SSHError`` of code `invalidTarget`.
    func connectionCommand() throws(SSHError) -> String? {
        if let proxyCommand { return try filled(proxyCommand, "ProxyCommand") }
        guard let proxyJump else { return nil }
        guard let hop = JumpHop(lastOf: proxyJump) else {
            throw SSHError(.invalidTarget, "cannot use ProxyJump \(proxyJump) of \(alias): it names no host")
        }
        var words = ["ssh"]
        if let user = hop.user { words += ["-l", user] }
        if let port = hop.port { words += ["-p", port] }
        if !hop.before.isEmpty { words += ["-J", hop.before] }
        if let configFile { words += ["-F", configFile] }
        words += ["-W", "[%h]:%p", "--", hop.host]
        let tokens = Tokens(target: self)
        var command: [String] = []
        for word in words { command.append(ShellWord.quoted(word == configFile ? word : try tokens.expand(word, of: "ProxyJump"))) }
        return command.joined(separator: " ")
    }

    /// As in ssh, nothing is quoted: the command has its own quotes. What a shell would act on is therefore no value.
    private func filled(_ command: String, _ keyword: String) throws(SSHError) -> String {
        for (what, text) in [("host name", host), ("name", originalHost), ("user", user), ("host key alias", hostKeyAlias ?? "")]
        where text.unicodeScalars.contains(where: { SSHDestination.shellSyntax.contains($0) || $0.value < 0x20 }) {
            throw SSHError(.invalidTarget, "cannot use \(keyword) for \(alias): the \(what) \(text.debugDescription) has characters of the shell's")
        }
        return try Tokens(target: self).expand(command, of: keyword)
    }
}
