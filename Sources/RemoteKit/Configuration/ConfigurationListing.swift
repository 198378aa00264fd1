extension EffectiveSetting {
    /// All settings in the order of the schema; tables with chosen names by name.
    static func list(_ settings: [SettingPath: Setting]) -> [EffectiveSetting] {
        var found: [EffectiveSetting] = []
        collect(.root, SettingPath([String]()), settings, into: &found)
        return found
    }

    private static func collect(_ schema: ConfigurationSchema, _ path: SettingPath, _ settings: [SettingPath: Setting],
                                into found: inout [EffectiveSetting]) {
        switch schema {
        case .value:
            guard let setting = settings[path] else { return }
            found.append(EffectiveSetting(path: path.names, value: setting.value.asTOML, origin: setting.origin))
        case .table(let keys):
            for (name, child) in keys { collect(child, path.appending(name), settings, into: &found) }
        case .named(_, let shape):
            for name in names(below: path, settings) { collect(shape, path.appending(name), settings, into: &found) }
        case .environment:
            for name in names(below: path, settings) { collect(.value(.text), path.appending(name), settings, into: &found) }
        }
    }

    private static func names(below path: SettingPath, _ settings: [SettingPath: Setting]) -> [String] {
        let depth = path.names.count
        return Set(settings.keys.filter { $0.names.count > depth && $0.names.starts(with: path.names) }.map { $0.names[depth] }).sorted()
    }
}

extension Configuration {
    /// The whole configuration in the form of a file, with the origin of each value as a comment.
    public func listing() -> String {
        var lines: [(text: String, origin: String?)] = []
        var table: [String] = []
        for setting in settings {
            let parent = Array(setting.path.dropLast())
            if parent != table {
                table = parent
                lines.append(("", nil))
                lines.append(("[\(SettingPath(parent))]", nil))
            }
            lines.append((SettingPath.written(setting.path.last ?? "") + " = " + setting.value, setting.origin.description))
        }
        let width = min(48, lines.filter { $0.origin != nil }.map(\.text.count).max() ?? 0)
        return lines.map { line in
            guard let origin = line.origin else { return line.text }
            return line.text + String(repeating: " ", count: max(0, width - line.text.count)) + "  # " + SafeText.line(origin)
        }.joined(separator: "\n") + "\n"
    }
}
