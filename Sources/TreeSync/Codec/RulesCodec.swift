extension RuleTexts {
    /// The messages: each its kind, whether more follow, and a part of the rules.
    func messages() -> [[UInt8]] {
        let body = encoded()
        return stride(from: 0, to: body.count, by: Self.partSize).map { start in
            let end = min(body.count, start + Self.partSize)
            return [MessageKind.rules.rawValue, end < body.count ? 1 : 0] + body[start..<end]
        }
    }

    private static let partSize = 1 << 20

    /// Takes messages in until the last one.
    /// - Parameter next: the next message, whose kind is right.
    static func decoded(limit: Int, _ next: () throws -> [UInt8]) throws -> RuleTexts {
        var body: [UInt8] = []
        while true {
            let message = try next()
            var reader = ByteReader(message: message)
            let isLast = try reader.byte() == 0
            body += message.dropFirst(2)
            guard body.count <= limit else { throw SyncError(.limit, "cannot take the tree: its ignore rules are longer than \(limit) bytes") }
            if isLast { return try RuleTexts(decoding: body) }
            guard message.count > 2 else { throw SyncError.violation("a part of rules that is empty") }
        }
    }

    private func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.byte((usesGitignore ? 1 : 0) | (usesSltignore ? 2 : 0) | (foldsCase ? 4 : 0))
        writer.string(prefix)
        writer.string(configuration)
        writer.number(parents.count)
        for parent in parents {
            writer.number(parent.baseLength)
            writer.string(parent.text)
        }
        writer.string(repositoryExcludes)
        writer.string(globalExcludes)
        return writer.bytes
    }

    private init(decoding body: [UInt8]) throws {
        var reader = ByteReader(body[...])
        let flags = try reader.byte()
        let limit = body.count
        usesGitignore = flags & 1 != 0
        usesSltignore = flags & 2 != 0
        foldsCase = flags & 4 != 0
        prefix = Array(try reader.string(upTo: limit))
        guard prefix.isEmpty || prefix.last == UInt8(ascii: "/") else { throw SyncError.violation("rules with a wrong base") }
        configuration = Array(try reader.string(upTo: limit))
        for _ in 0..<(try reader.count(upTo: limit)) {
            let base = try reader.count(upTo: prefix.count)
            parents.append(Parent(baseLength: base, text: Array(try reader.string(upTo: limit))))
        }
        repositoryExcludes = Array(try reader.string(upTo: limit))
        globalExcludes = Array(try reader.string(upTo: limit))
    }
}
