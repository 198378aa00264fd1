/// The settings of one source, before they are laid over those of the others.
struct SettingLayer {
    var settings: [SettingPath: Setting] = [:]
    /// Hosts and profiles that have a table, even an empty one.
    var declared: Set<SettingPath> = []
    var problems: [ConfigurationError.Problem] = []
    /// What may be meant, and mostly is not.
    var warnings: [ConfigurationError.Problem] = []

    /// Lays `other` over this: its keys win, one by one; lists are replaced, never joined.
    mutating func overlay(_ other: SettingLayer) {
        settings.merge(other.settings) { $1 }
        declared.formUnion(other.declared)
        problems += other.problems
        warnings += other.warnings
    }
}

extension SettingLayer {
    /// Reads a file. What is wrong in it is in ``problems``, all of it.
    init(_ source: ConfigurationSource, home: String?, isBuiltIn: Bool = false) {
        let document: DocumentNode
        do { document = try source.parse() } catch {
            problems = error.problems
            return
        }
        var reader = DocumentReader(source: source, home: home, isBuiltIn: isBuiltIn)
        reader.read(document, as: .root, at: SettingPath([String]()))
        self = reader.layer
        // In the order of the file, whatever the order of its tables.
        problems = reader.found.sorted { $0.line < $1.line }.map(\.problem)
    }

    /// Reads the `SLT_REMOTE_*` variables. An empty variable counts as one that is not set.
    init(environment: [String: String], workingDirectory: String) {
        let context = SettingContext(folder: workingDirectory, home: environment["HOME"])
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("SLT_REMOTE_") && !text.isEmpty {
            if ConfigurationFiles.variables.contains(name) { continue }
            guard let (path, kind) = ConfigurationSchema.variables[name] else {
                let known = Array(ConfigurationSchema.variables.keys) + ConfigurationFiles.variables
                let hint = NearestName.of(name, among: known).map { "; did you mean '\($0)'?" }
                    ?? "; unset it; config/slt-remote.toml says how variables are named"
                problems.append(.init(.unknownKey, at: name, "unknown variable" + hint))
                continue
            }
            set(path, kind, text, context, .environment(name))
        }
    }

    /// Reads flags. Relative paths start from the working directory.
    init(flags: ConfigurationFlags, workingDirectory: String, home: String?) {
        let context = SettingContext(folder: workingDirectory, home: home)
        for (flag, path, text) in flags.texts {
            guard let text, let kind = ConfigurationSchema.variables.values.first(where: { $0.path == path })?.kind else { continue }
            set(path, kind, text, context, .flag(flag))
        }
        if !flags.files.isEmpty {
            settings[SettingPath("suite.files")] = Setting(value: .strings(flags.files), origin: .flag("the command line"))
        }
    }

    private mutating func set(_ path: SettingPath, _ kind: SettingKind, _ text: String, _ context: SettingContext,
                              _ origin: SettingOrigin) {
        do {
            settings[path] = Setting(value: try kind.read(text: text, context), origin: origin)
        } catch {
            problems.append(.init(.invalidValue, at: origin.description, error.message))
        }
    }
}

/// Walks a file's tree beside the schema.
private struct DocumentReader {
    let source: ConfigurationSource
    let isBuiltIn: Bool
    let context: SettingContext
    var layer = SettingLayer()
    var found: [(line: Int, problem: ConfigurationError.Problem)] = []

    init(source: ConfigurationSource, home: String?, isBuiltIn: Bool) {
        self.source = source
        self.isBuiltIn = isBuiltIn
        context = SettingContext(folder: source.folder, home: home)
    }

    mutating func read(_ node: DocumentNode, as schema: ConfigurationSchema, at path: SettingPath) {
        switch schema {
        case .value(let kind): value(node, kind, path)
        case .table(let keys):
            for (name, child) in entries(of: node, path) {
                if let key = keys.first(where: { $0.name == name }) {
                    read(child, as: key.node, at: path.appending(name))
                } else {
                    unknown(name, among: keys.map(\.name), in: path, line: child.line)
                }
            }
        case .named(let what, let shape):
            for (name, child) in entries(of: node, path) where isUsable(name, what, child.line) {
                layer.declared.insert(path.appending(name))
                read(child, as: shape, at: path.appending(name))
            }
        case .environment:
            for (name, child) in entries(of: node, path) {
                if isVariableName(name) {
                    value(child, .text, path.appending(name))
                } else {
                    problem(.invalidValue, child.line, "'\(name)' in [\(path)] is not a valid name for an environment variable; use letters, digits and '_'")
                }
            }
        }
    }

    private mutating func value(_ node: DocumentNode, _ kind: SettingKind, _ path: SettingPath) {
        do {
            let value = try kind.read(node, context)
            layer.settings[path] = Setting(value: value, origin: origin(node.line))
        } catch {
            problem(.invalidValue, error.line ?? node.line, "'\(path)' \(error.message)")
        }
    }

    private mutating func entries(of node: DocumentNode, _ path: SettingPath) -> [(name: String, node: DocumentNode)] {
        if case .table(let entries) = node.content { return entries }
        problem(.invalidValue, node.line, "'\(path)' must be a table, as in [\(path)], not \(node.kind)")
        return []
    }

    private mutating func unknown(_ name: String, among keys: [String], in path: SettingPath, line: Int?) {
        let place = path.names.isEmpty ? "" : " in [\(path)]"
        let elsewhere = ConfigurationSchema.tables(having: name)
        let hint = elsewhere.isEmpty || NearestName.of(name, among: keys) != nil
            ? NearestName.hint(for: name, among: keys)
            : "; it belongs in \(elsewhere.joined(separator: " or "))"
        problem(.unknownKey, line, "unknown key '\(name)'\(place)\(hint)")
    }

    private mutating func isUsable(_ name: String, _ what: String, _ line: Int?) -> Bool {
        if !name.isEmpty, name != ConfigurationSchema.anyHost, Destination.isUsable(name) { return true }
        problem(.invalidValue, line, "'\(name)' is not a valid name for a \(what); use letters, digits, '.', '-' and '_'")
        return false
    }

    private func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    private mutating func problem(_ code: ConfigurationError.Code, _ line: Int?, _ message: String) {
        found.append((line ?? .max, .init(code, at: origin(line).description, message)))
    }

    private func origin(_ line: Int?) -> SettingOrigin {
        isBuiltIn ? .builtIn : .file(name: source.name, line: line)
    }
}
