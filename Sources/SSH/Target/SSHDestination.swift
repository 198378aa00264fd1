/// What a user types for a host, taken apart.
struct SSHDestination: Equatable {
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
        guard !rest.hasPrefix("-") else { throw Self.invalid(spec, "a name starts with a dash") }
        guard !rest.unicodeScalars.contains(where: { Self.isUnsafe($0) || $0 == "\\" }) else {
            throw Self.invalid(spec, "a name has a space, quote or control character")
        }
        if let user { try Self.check(user: user, spec) }
        self.user = user
        self.host = String(rest)
        self.port = port
    }

    static let shellSyntax = "'`\"$;&<>|(){}".unicodeScalars

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool { scalar.value <= 0x20 || scalar.value == 0x7f || shellSyntax.contains(scalar) }

    /// As ssh has it: a user of a Windows domain, `CORP\me`, has a backslash, but not as its last character.
    static func check(user: String, _ spec: String) throws(SSHError) {
        guard !user.hasPrefix("-") else { throw invalid(spec, "a name starts with a dash") }
        guard !user.unicodeScalars.contains(where: isUnsafe), !user.hasSuffix("\\") else {
            throw invalid(spec, "a name has a space, quote or control character")
        }
    }

    private static func invalid(_ spec: String, _ why: String) -> SSHError {
        SSHError(.invalidTarget, "cannot use \(spec.debugDescription) as a host: \(why)",
                 remedy: "give an alias of ssh_config, host, user@host or ssh://user@host:port")
    }
}
