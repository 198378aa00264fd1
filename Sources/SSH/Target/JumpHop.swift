/// The last host of a `ProxyJump` list, `[user@]host[:port]` or `ssh://…`.
struct JumpHop {
    let user: String?
    let host: String
    let port: String?
    /// The hosts that are gone through to reach it, as they stand.
    let before: String

    init?(lastOf list: String) {
        let comma = list.lastIndex(of: ",")
        before = comma.map { String(list[..<$0]) } ?? ""
        var rest = comma.map { list[list.index(after: $0)...] } ?? Substring(list)
        if rest.hasPrefix("ssh://") { rest = rest.dropFirst(6) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else {
            user = nil
        }
        // An address of IPv6 has colons of its own and stands in brackets if a port follows.
        let colon = rest.hasPrefix("[") ? rest.firstRange(of: "]:").map { rest.index(after: $0.lowerBound) }
            : rest.count(where: { $0 == ":" }) == 1 ? rest.firstIndex(of: ":") : nil
        port = colon.map { String(rest[rest.index(after: $0)...]) }
        if let colon { rest = rest[..<colon] }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty, user != "", port != "" else { return nil }
        host = String(rest)
    }
}
