extension RuleTexts {
    func encoded() -> [UInt8] {
        var writer = ByteWriter(.rules)
        writer.byte((usesGitignore ? 1 : 0) | (usesSltignore ? 2 : 0))
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

    init(decoding message: [UInt8]) throws {
        var reader = ByteReader(message: message)
        let flags = try reader.byte()
        let limit = message.count
        usesGitignore = flags & 1 != 0
        usesSltignore = flags & 2 != 0
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
