import Crypto
import Glibc
import Platform

/// The tokens and variables of values; ssh_config(5), "TOKENS" and "ENVIRONMENT VARIABLES".
struct Tokens {
    let target: SSHTarget
    private let values: [Character: String]

    init(target: SSHTarget) {
        self.target = target
        let machine = HostName.own
        // Releases before 9.6 do not count the jump host, which is told by a keyword that came with it.
        let parts = [machine, target.host, "\(target.port)", target.user, target.hashesJumpHost ? target.jumpHost : ""]
        values = [
            "%": "%", "h": target.host, "n": target.originalHost, "p": "\(target.port)", "r": target.user, "j": target.jumpHost,
            "k": target.hostKeyAlias ?? target.originalHost, "d": LocalUser.home, "u": LocalUser.name, "i": "\(LocalUser.id)",
            "l": machine, "L": String(machine.prefix { $0 != "." }),
            "C": Hex.encode(Insecure.SHA1.hash(data: Array(parts.joined().utf8))),
        ]
    }

    /// What a keyword's value may hold.
    private struct Rule {
        let tokens: String
        var hasVariables = false
        /// Whether `~` stands for a home folder.
        var isPath = false
    }

    /// One table for all: which keyword takes which tokens. What is not here is taken as it stands.
    private static let rules: [String: Rule] = [
        "identityfile": Rule(tokens: common, hasVariables: true, isPath: true),
        "identityagent": Rule(tokens: common, hasVariables: true, isPath: true),
        "userknownhostsfile": Rule(tokens: common, hasVariables: true, isPath: true),
        "revokedhostkeys": Rule(tokens: common, hasVariables: true, isPath: true),
        "globalknownhostsfile": Rule(tokens: "", isPath: true),
        "proxycommand": Rule(tokens: "%hknpr"),
        "proxyjump": Rule(tokens: "%hknpr"),
    ]

    private static let common = "%CdhijkLlnpru"

    /// - Throws: ``SSHError`` of code `invalidTarget` for what ssh ends with an error, too: an unknown token, a variable that is not set.
    func expand(_ text: String, of keyword: String) throws(SSHError) -> String {
        guard let rule = Self.rules[keyword.lowercased()] else { return text }
        let text = rule.isPath ? try tilde(text, keyword) : text
        guard !rule.tokens.isEmpty || rule.hasVariables else { return text }
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if character == "$", rule.hasVariables, rest.first == "{" {
                result += try variable(&rest, text, keyword)
            } else if character == "%", !rule.tokens.isEmpty {
                guard let token = rest.popFirst() else { throw invalid(text, keyword, "it ends with a single %") }
                guard rule.tokens.contains(token), let value = values[token] else { throw invalid(text, keyword, "it has the unknown token %\(token)") }
                result += value
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// A value of `ssh -G`, which fills in some values itself in newer releases and leaves others: those begin with `~` still, or the
    /// keyword is never filled in.
    func finish(_ text: String, of keyword: String) throws(SSHError) -> String {
        let isFilled = ["userknownhostsfile", "identityagent"].contains(keyword.lowercased()) && !text.hasPrefix("~")
        return isFilled ? text : try expand(text, of: keyword)
    }

    private func variable(_ rest: inout Substring, _ text: String, _ keyword: String) throws(SSHError) -> String {
        guard let end = rest.firstIndex(of: "}") else { throw invalid(text, keyword, "a variable has no closing brace") }
        let name = String(rest[rest.index(after: rest.startIndex) ..< end])
        rest = rest[rest.index(after: end)...]
        guard !name.isEmpty, let value = getenv(name) else { throw invalid(text, keyword, "the variable \(name) is not set") }
        return String(cString: value)
    }

    private func tilde(_ text: String, _ keyword: String) throws(SSHError) -> String {
        guard text.hasPrefix("~") else { return text }
        let user = text.dropFirst().prefix { $0 != "/" }
        guard let home = user.isEmpty ? LocalUser.home : LocalUser.home(of: String(user)) else {
            throw invalid(text, keyword, "there is no user \(user)")
        }
        let path = text.dropFirst(1 + user.count).drop { $0 == "/" }
        return path.isEmpty ? home : home + (home.hasSuffix("/") ? "" : "/") + path
    }

    private func invalid(_ text: String, _ keyword: String, _ why: String) -> SSHError {
        SSHError(.invalidTarget, "cannot use \(keyword) \(text) of \(target.alias): \(why)", remedy: "mend it in the ssh configuration")
    }
}
