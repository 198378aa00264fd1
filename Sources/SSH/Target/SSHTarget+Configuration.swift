extension SSHTarget {
    /// Takes over the lines of `ssh -G`: a lower-case keyword, a space, a value. ``SSHKeyword`` has a word for each keyword.
    mutating func apply(_ lines: String) throws(SSHError) {
        var values: [String: [String]] = [:]
        for line in lines.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { continue }
            values[line[..<space].lowercased(), default: []].append(String(line[line.index(after: space)...]))
        }
        func value(_ key: String) -> String? { values[key]?.first.flatMap { Self.isNone($0) ? nil : $0 } }
        func number(_ key: String) -> Int? { value(key).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
        func isSet(_ key: String) -> Bool { value(key).map { !["no", "false"].contains($0.lowercased()) } ?? false }

        host = value("hostname") ?? host
        user = value("user") ?? user
        if let text = value("port") {
            guard let number = UInt16(text), number > 0 else { throw SSHError(.invalidTarget, "cannot use port \(text) of \(alias)") }
            port = number
        }
        try algorithms.restrict(host: alias, value)
        login = SSHLoginRules(value, isSet, preferred: values["preferredauthentications"]?.first)
        identitiesOnly = isSet("identitiesonly")
        hostKeyAlias = value("hostkeyalias")?.lowercased()
        strictHostKeyChecking = Self.checking(value("stricthostkeychecking"))
        hashKnownHosts = isSet("hashknownhosts")
        checksAddress = isSet("checkhostip")
        trustsLoopback = isSet("nohostauthenticationforlocalhost")
        requiredRSASize = number("requiredrsasize") ?? requiredRSASize
        proxyJump = value("proxyjump")
        proxyCommand = value("proxycommand")
        hashesJumpHost = values["channeltimeout"] != nil
        addressFamily = value("addressfamily").flatMap { AddressFamily(rawValue: $0) } ?? .any
        bindAddress = value("bindaddress")
        bindInterface = value("bindinterface")
        connectionAttempts = number("connectionattempts") ?? 1
        if let seconds = number("connecttimeout") { connectTimeout = .seconds(seconds) }
        // Without a setting, ssh would never notice a cut cable; we keep our own.
        if let seconds = number("serveraliveinterval") { serverAliveInterval = .seconds(seconds) }
        if let count = number("serveralivecountmax") { serverAliveCountMax = count }
        if isSet("proxyusefdpass"), proxyCommand != nil {
            throw SSHError(.invalidTarget, "cannot connect to \(alias): ProxyUseFdpass is not supported", remedy: """
                set it to no, with a ProxyCommand that carries the connection itself (nc without -F)
                """)
        }
        // In the order of their weight for messages.
        keyLookups = (value("knownhostscommand") == nil ? [] : ["KnownHostsCommand"]) + (isSet("verifyhostkeydns") ? ["VerifyHostKeyDNS"] : [])
        try applyFiles(values)
    }

    private mutating func applyFiles(_ values: [String: [String]]) throws(SSHError) {
        let tokens = Tokens(target: self)
        identityFiles = []
        for file in values["identityfile"] ?? [] where !Self.isNone(file) { identityFiles.append(try tokens.finish(file, of: "IdentityFile")) }
        userKnownHostsFiles = try Self.files(values["userknownhostsfile"]?.first, "UserKnownHostsFile", tokens)
        globalKnownHostsFiles = try Self.files(values["globalknownhostsfile"]?.first, "GlobalKnownHostsFile", tokens)
        if let file = values["revokedhostkeys"]?.first, !Self.isNone(file) { revokedHostKeysFile = try tokens.finish(file, of: "RevokedHostKeys") }
        identityAgent = try Self.agent(values["identityagent"]?.first, tokens)
    }

    /// Whether a value is ssh's word for nothing.
    static func isNone(_ value: String) -> Bool { value.lowercased() == "none" }

    private static func checking(_ value: String?) -> StrictHostKeyChecking {
        switch value {
        case "true", "yes": .yes
        case "false", "no", "off": .no
        case "accept-new": .acceptNew
        default: .ask
        }
    }

    private static func files(_ value: String?, _ keyword: String, _ tokens: Tokens) throws(SSHError) -> [String] {
        guard let value, !isNone(value) else { return [] }
        var files: [String] = []
        for name in FileList.split(value) { files.append(try tokens.finish(name, of: keyword)) }
        return files
    }

    private static func agent(_ value: String?, _ tokens: Tokens) throws(SSHError) -> String? {
        guard let value, value != "SSH_AUTH_SOCK" else { return LocalUser.environment("SSH_AUTH_SOCK") }
        let path = try tokens.finish(value, of: "IdentityAgent")
        if path == "none" { return nil }
        if path == "SSH_AUTH_SOCK" { return LocalUser.environment("SSH_AUTH_SOCK") }
        // The older form, a variable without braces.
        return path.hasPrefix("$") ? LocalUser.environment(String(path.dropFirst())) : path
    }
}
