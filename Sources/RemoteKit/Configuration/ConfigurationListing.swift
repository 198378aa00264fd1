import Fleet
package import Platform

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
    public func listing() -> String { listing(settings) }

    private func listing(_ settings: [EffectiveSetting]) -> String {
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

    /// The configuration of a run as it is stored: with the files that the command line names, and without secrets.
    public func redactedListing() -> String {
        let redaction = redaction
        var shown = settings.map { setting in
            EffectiveSetting(path: setting.path, value: Self.value(of: setting, self, redaction), origin: setting.origin)
        }
        if namesFiles, let index = shown.firstIndex(where: { $0.path == ["suite", "files"] }) {
            let files = SettingValue.strings(suite.files.map { redaction.message($0) })
            shown[index] = EffectiveSetting(path: ["suite", "files"], value: files.asTOML, origin: .flag("the command line"))
        }
        return listing(shown)
    }

    /// Of variables the names are stored; whatever a value is, somebody may have meant it to be secret.
    private static func value(of setting: EffectiveSetting, _ configuration: Configuration, _ redaction: Redaction) -> String {
        switch setting.path.prefix(2) {
        case ["engine", "environment"], ["prepare", "env"]: SettingValue.quoted(Redaction.mark)
        case ["engine", "connection"]: SettingValue.quoted(redaction.connection(configuration.engine.connection ?? ""))
        case ["engine", "command"]: SettingValue.strings(redaction.words(configuration.engine.command)).asTOML
        case ["prepare", "command"]: SettingValue.quoted(redaction.words([configuration.prepare.command ?? ""])[0])
        default: redaction.message(setting.value)
        }
    }

    /// Takes the secrets of the engine and of the build out of texts.
    package var redaction: Redaction {
        Redaction(Redaction.secrets(environment: prepare.environment, command: [prepare.command].compactMap(\.self))
            + Redaction.secrets(environment: engine.environment, connection: engine.connection, command: engine.command))
    }
}
