import Fleet
import Platform

extension SettingKind {
    /// Reads a value of a TOML file. Types are kept apart: `port = "22"` is a mistake there.
    func read(_ node: DocumentNode, _ context: SettingContext) throws(SettingMismatch) -> SettingValue {
        switch (self, node.content) {
        case (.flag, .flag(let flag)): return .flag(flag)
        case (.limit, .text("none")): return .limit(nil)
        case (.limit, _):
            guard case .seconds(let seconds)? = try? SettingKind.duration.read(node, context) else { throw mismatch(Self.shown(node)) }
            return .limit(seconds)
        case (.duration, .integer(let whole)): return try read(text: String(whole), context)
        case (.duration, .number(let number)):
            guard number > 0, number <= Quantity.longest else { throw mismatch("\(number)") }
            return .seconds(number)
        case (.size, .integer(let whole)), (.workers, .integer(let whole)), (.integer, .integer(let whole)), (.split, .integer(let whole)):
            return try read(text: String(whole), context)
        case (.workers, .text(let text)):
            guard text == "auto" else { throw mismatch("\"\(text)\"") }
            return .workers(.auto)
        case (.text, .text(let text)), (.duration, .text(let text)), (.size, .text(let text)),
             (.choice, .text(let text)), (.localPath, .text(let text)), (.localPaths, .text(let text)),
             (.hostPath, .text(let text)), (.workspace, .text(let text)), (.destination, .text(let text)), (.destinations, .text(let text)), (.split, .text(let text)):
            return try read(text: text, context)
        case (.localPaths, .list(let items)):
            let texts = try strings(items)
            var paths: [String] = []
            for text in texts { paths.append(try Self.localPath(text, context, keepsNone: true)) }
            return .strings(paths)
        case (.destinations, .list(let items)):
            let texts = try strings(items)
            guard !texts.isEmpty else { throw mismatch("an empty list") }
            for text in texts where !Destination.isUsable(text) { throw mismatch("\"\(SafeText.line(text, limit: 60))\"") }
            return .strings(texts)
        case (.strings, .list(let items)): return .strings(try strings(items))
        case (.command, .list(let items)):
            let arguments = try strings(items, mayBeEmpty: true)
            guard let program = arguments.first, !program.isEmpty else { throw mismatch("an empty list") }
            return .strings(arguments)
        case (.blocks, .list(let items)): return .blocks(try blocks(items))
        case (.timeouts, .list(let items)): return .timeouts(try timeouts(items, context))
        case (.groups, .list(let items)): return .groups(try groups(items, context))
        default: throw mismatch(Self.shown(node))
        }
    }

    /// Reads a variable's or a flag's text.
    func read(text: String, _ context: SettingContext) throws(SettingMismatch) -> SettingValue {
        let shown = "\"\(SafeText.line(text, limit: 60))\""
        switch self {
        case .text: return .text(text)
        case .flag:
            guard let flag = Self.flags[text.lowercased()] else { throw mismatch(shown) }
            return .flag(flag)
        case .duration:
            guard let seconds = Quantity.seconds(text), seconds > 0 else { throw mismatch(shown) }
            return .seconds(seconds)
        case .limit:
            if text == "none" { return .limit(nil) }
            guard let seconds = Quantity.seconds(text), seconds > 0 else { throw mismatch(shown) }
            return .limit(seconds)
        case .size(let least):
            if text == "none" { return .bytes(nil) }
            guard let bytes = Quantity.bytes(text), bytes >= least else { throw mismatch(shown) }
            return .bytes(bytes)
        case .workers:
            if text == "auto" { return .workers(.auto) }
            guard let count = Int(text), (1...Self.mostWorkers).contains(count) else { throw mismatch(shown) }
            return .workers(.exactly(count))
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else { throw mismatch(shown) }
            return .integer(value)
        case .split:
            guard let rule = SplitRule(text) else { throw mismatch(shown) }
            return .text(rule.word)
        case .choice(let names): return .text(try choice(text, names))
        case .localPath: return .text(try Self.localPath(text, context, keepsNone: false))
        case .localPaths: return .strings([try Self.localPath(text, context, keepsNone: true)])
        case .hostPath:
            guard PathOnHost.isUsable(text) else { throw mismatch(shown) }
            return .text(PathOnHost.tidied(text))
        case .workspace:
            guard text == "auto" || PathOnHost.isUsable(text) else { throw mismatch(shown) }
            return .text(text == "auto" ? text : PathOnHost.tidied(text))
        case .destination, .destinations:
            guard Destination.isUsable(text) else { throw mismatch(shown) }
            return .text(text)
        case .strings, .command, .blocks, .timeouts, .groups: throw mismatch(shown)
        }
    }

    private static let flags: [String: Bool] =
        ["true": true, "yes": true, "on": true, "1": true, "false": false, "no": false, "off": false, "0": false]

    private static func shown(_ node: DocumentNode) -> String {
        switch node.content {
        case .text(let text): "the string \"\(SafeText.line(text, limit: 60))\""
        case .integer(let whole): "\(whole)"
        case .number(let number): "\(number)"
        default: node.kind
        }
    }

    private func mismatch(_ found: String, line: Int? = nil) -> SettingMismatch {
        SettingMismatch("must be \(expected), not \(found)", line: line)
    }

    private func choice(_ text: String, _ names: [String]) throws(SettingMismatch) -> String {
        if names.contains(text) { return text }
        let nearest = NearestName.of(text, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw SettingMismatch("must be \(expected), not \"\(SafeText.line(text, limit: 60))\"" + nearest)
    }

    private func strings(_ items: [DocumentNode], mayBeEmpty: Bool = false) throws(SettingMismatch) -> [String] {
        var texts: [String] = []
        for item in items {
            guard case .text(let text) = item.content else { throw mismatch("\(item.kind) in the list", line: item.line) }
            guard mayBeEmpty || !text.isEmpty else { throw mismatch("an empty string in the list", line: item.line) }
            texts.append(text)
        }
        return texts
    }

    private func blocks(_ items: [DocumentNode]) throws(SettingMismatch) -> [BlockRule] {
        var rules: [BlockRule] = []
        for item in items {
            let found = try entries(item, ["files", "reason"], form: "{ files = \"GLOB\", reason = \"why\" }")
            rules.append(BlockRule(files: try text(found, "files"), reason: try text(found, "reason")))
        }
        return rules
    }

    private func timeouts(_ items: [DocumentNode], _ context: SettingContext) throws(SettingMismatch) -> [FileTimeout] {
        var rules: [FileTimeout] = []
        for item in items {
            let found = try entries(item, ["files", "time"], form: "{ files = \"GLOB\", time = \"20m\" }")
            guard let node = found["time"], case .seconds(let seconds) = try SettingKind.duration.read(node, context) else { continue }
            rules.append(FileTimeout(files: try text(found, "files"), seconds: seconds))
        }
        return rules
    }

    private func groups(_ items: [DocumentNode], _ context: SettingContext) throws(SettingMismatch) -> [FileGroup] {
        var groups: [FileGroup] = []
        for item in items {
            let found = try entries(item, ["files", "max"], form: "{ files = [\"GLOB\"], max = 1 }")
            guard let files = found["files"], case .strings(let globs) = try SettingKind.strings.read(files, context), !globs.isEmpty else {
                throw SettingMismatch("has a group without files", line: item.line)
            }
            guard let most = found["max"] else { continue }
            guard case .integer(let max) = most.content, (1...FileGroup.mostSeats).contains(max) else {
                throw SettingMismatch("has a group whose 'max' is no whole number from 1 to \(FileGroup.mostSeats)", line: most.line)
            }
            groups.append(FileGroup(files: globs, max: max))
        }
        return groups
    }

    /// The values of a table that has all of `keys` and no other.
    private func entries(_ item: DocumentNode, _ keys: [String], form: String) throws(SettingMismatch) -> [String: DocumentNode] {
        guard case .table(let entries) = item.content else { throw mismatch("\(item.kind) in the list", line: item.line) }
        var found: [String: DocumentNode] = [:]
        for (name, node) in entries {
            guard keys.contains(name) else {
                throw SettingMismatch("has an unknown key '\(name)'" + NearestName.hint(for: name, among: keys), line: node.line)
            }
            found[name] = node
        }
        for name in keys where found[name] == nil {
            throw SettingMismatch("has an entry without '\(name)'; each is \(form)", line: item.line)
        }
        return found
    }

    private func text(_ found: [String: DocumentNode], _ name: String) throws(SettingMismatch) -> String {
        guard let node = found[name], case .text(let text) = node.content, !text.isEmpty else {
            throw SettingMismatch("needs '\(name)' to be a string that is not empty", line: found[name]?.line)
        }
        return text
    }

    private static func localPath(_ text: String, _ context: SettingContext,
                                  keepsNone: Bool) throws(SettingMismatch) -> String {
        if keepsNone, text == "none" { return text }
        guard !text.isEmpty, !text.utf8.contains(0) else { throw SettingMismatch("must be a path, not an empty string") }
        guard let path = LocalPath.absolute(text, from: context.folder, home: context.home) else {
            throw SettingMismatch("is \"\(text)\", but HOME is not set; write the path in full")
        }
        return path
    }
}
