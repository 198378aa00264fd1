import Fleet

/// What no key's own check can see: keys that do not fit each other, and names of things that are elsewhere.
extension SettingLayer {
    mutating func checkTogether() {
        checkEngine()
        checkPlaceholders()
        checkGlobs()
    }

    private func text(_ path: StaticString) -> String? { if case .text(let text)? = settings[SettingPath(path)]?.value { text } else { nil } }

    private mutating func checkEngine() {
        guard let kind = settings[SettingPath("engine.kind")], let name = text("engine.kind") else { return }
        let takesCommand = name == "command" || name == "external"
        let command = settings[SettingPath("engine.command")]
        if takesCommand, command == nil {
            problems.append(.init(.invalidValue, at: kind.origin.description,
                "'engine.kind' is \"\(name)\", but there is no 'engine.command'; add \(SettingKind.command.expected)"))
        }
        if let command, !takesCommand {
            let why = kind.origin == .builtIn ? "'engine.kind' is not; add kind = \"command\""
                : "'engine.kind' is \"\(name)\" (\(kind.origin)), which runs no command; set kind = \"command\" or remove it"
            problems.append(.init(.invalidValue, at: command.origin.description, "'engine.command' is set, but \(why)"))
        }
        let fitting: [(key: StaticString, kinds: [String])] = [
            ("engine.library", ["sqlite"]), ("engine.connection", ["postgres"]), ("engine.protocol", ["postgres"]),
            ("engine.dialect", ["sqlite", "postgres", "external"]), ("engine.reference", ["sqlite", "postgres", "external"]),
            ("engine.persistent", ["external"]), ("engine.hermetic", ["external"]), ("engine.cache-inputs", ["external"]),
            ("engine.deterministic", ["postgres", "external"]),
        ]
        if name == "command", let limit = settings[SettingPath("run.record-timeout")], case .limit(_?) = limit.value {
            warnings.append(.init(.invalidValue, at: limit.origin.description,
                "'run.record-timeout' has no effect with kind = \"command\": that program runs the statements itself"))
        }
        // Who says it counts on it.
        if name == "command", let system = settings[SettingPath("engine.system")], case .flag(false) = system.value {
            problems.append(.init(.invalidValue, at: system.origin.description,
                "'engine.system' cannot be false with kind = \"command\": that program reads the files itself; restrict it by its own means"))
        }
        for (key, kinds) in fitting where !kinds.contains(name) {
            guard let setting = settings[SettingPath(key)] else { continue }
            warnings.append(.init(.invalidValue, at: setting.origin.description, "'\(SettingPath(key))' has no effect with kind = \"\(name)\"; remove it"))
        }
    }

    // MARK: {file}

    private static let placeholders = ["command": ["file", "workspace", "results"], "external": ["db", "mode", "host", "port", "user", "pass"]]

    /// A placeholder that is not known is passed on as it stands, and a program that is given no file may pass all. Braces within
    /// a word may be a script's own.
    private mutating func checkPlaceholders() {
        guard let kind = text("engine.kind"), let known = Self.placeholders[kind], let setting = settings[SettingPath("engine.command")],
              case .strings(let words) = setting.value else { return }
        for word in words {
            for name in Self.names(inBraces: word) where !known.contains(name) {
                let hint = NearestName.hint(for: name, among: known)
                let problem = ConfigurationError.Problem(.invalidValue, at: setting.origin.description, "'engine.command' has the unknown placeholder '{\(name)}'\(hint)")
                if word == "{\(name)}" || NearestName.of(name, among: known) != nil { problems.append(problem) } else { warnings.append(problem) }
            }
        }
    }

    /// `fiel` of `--path={fiel}`; not `HOME` of `${HOME}`.
    static func names(inBraces text: String) -> [String] {
        let bytes = Array(text.utf8)
        var names: [String] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "{"): start = index > 0 && bytes[index - 1] == UInt8(ascii: "$") ? nil : index + 1
            case UInt8(ascii: "}"):
                if let first = start, first < index { names.append(String(decoding: bytes[first..<index], as: UTF8.self)) }
                start = nil
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                 UInt8(ascii: "-"): break
            default: start = nil
            }
        }
        return names
    }

    // MARK: globs

    /// A glob that cannot be read is known before anything is sent.
    private mutating func checkGlobs() {
        for key in ["suite.files", "suite.block", "suite.timeouts", "suite.group", "engine.cache-inputs"] as [StaticString] {
            guard let setting = settings[SettingPath(key)] else { continue }
            let globs: [String] = switch setting.value {
            case .strings(let globs): globs
            case .blocks(let rules): rules.map(\.files)
            case .timeouts(let rules): rules.map(\.files)
            case .groups(let groups): groups.flatMap(\.files)
            default: []
            }
            for glob in globs {
                do { _ = try Glob(glob) } catch {
                    problems.append(.init(.invalidValue, at: setting.origin.description, "'\(SettingPath(key))': \(error.message)"))
                }
            }
        }
    }
}
