public import Fleet
import FoundationEssentials

/// All that must be equal for two verdicts of a record to prove that it is flaky, besides the record and its file: what was tested, by what, how and where.
public struct RunConditions: Sendable, Hashable {
    /// What can be equal on several hosts: sources, engine and its version, options, limits, seed.
    let common: [String]
    /// What belongs to the machine: its name, kernel, environment, the files of engine and worker.
    let machine: [String]
    /// The digest of the sources; `nil` where it is not known, or there were several.
    let sources: String?
    /// The machine's name; `nil` where it is not known.
    public let host: String?
    /// What is not known, in words. With anything in it two runs are never known to have had equal conditions.
    public let unknown: [String]

    /// - Parameters:
    ///   - spec: what the run was asked to do.
    ///   - engine: what ran the files; `nil` where that is not known.
    public init(_ spec: RunSpec, _ engine: EngineIdentity?) {
        var parts = Parts()
        sources = Self.sources(spec)
        parts.add("the sources", sources)
        parts.add("the engine", engine?.name)
        // A program that is started says no version; its digest stands for it. Of a server there is no digest; its version stands for that.
        let isProgram = spec.engine.kind == .external || spec.engine.kind == .command
        parts.add("the engine's version", engine?.version ?? (isProgram ? engine?.digest : nil))
        parts.add("the configuration", spec.context.map { Self.digest($0.configuration) })
        common = parts.texts + Self.options(spec)
        parts.texts = []
        host = engine?.host
        parts.add("the host", engine?.host)
        parts.add("the kernel", engine?.kernel)
        parts.add("the environment", engine?.environment)
        parts.add("the engine's digest", engine?.digest ?? (spec.engine.kind == .postgres ? engine?.version : nil))
        parts.add("the engine's libraries", Self.libraries(engine))
        parts.add("the worker's digest", engine?.worker)
        machine = parts.texts
        unknown = parts.unknown
    }

    /// Whether two runs whose conditions are equal are known to have had the same ones.
    public var areKnown: Bool { unknown.isEmpty }

    private struct Parts {
        var texts: [String] = []
        var unknown: [String] = []

        mutating func add(_ what: String, _ text: String?) {
            texts.append(text ?? "")
            if text == nil || text == "" { unknown.append(what) }
        }
    }

    /// The digest of the tree that was brought is what counts: `nil` where it was not brought whole, or the run had several.
    private static func sources(_ spec: RunSpec) -> String? {
        guard spec.source?.partialSync != true, (spec.resumedOn ?? []).isEmpty else { return nil }
        return spec.source?.treeDigest
    }

    private static func libraries(_ engine: EngineIdentity?) -> String? {
        guard let libraries = engine?.libraries else { return nil }
        var texts = ["\(libraries.count)"]
        for library in libraries {
            guard let digest = library.digest else { return nil }
            texts.append("\(library.path)\u{0}\(digest)")
        }
        return texts.sorted().joined(separator: "\u{0}")
    }

    /// What the workers were told besides, as far as a verdict can depend on it.
    private static func options(_ spec: RunSpec) -> [String] {
        let engine = spec.engine
        let parts: [String?] = [engine.kind.rawValue, engine.command.joined(separator: "\u{0}"), engine.variables?.sorted().joined(separator: "\u{0}"),
                                engine.directory?.rawValue, engine.dialect, engine.library, engine.connection, engine.queryProtocol,
                                engine.labels?.sorted().joined(separator: "\u{0}")]
        let limits = ["\(spec.memoryLimit ?? 0)", "\(spec.memoryFloor ?? -1)", "\(spec.fileTimeout)",
                      (spec.fileTimeouts ?? []).map { "\($0.files)\u{0}\($0.seconds)" }.joined(separator: "\u{0}")]
            + (spec.recordTimeout.map { ["\($0) \(engine.persistent == true)"] } ?? [])
        return parts.map { $0 ?? "" } + limits + ["\(spec.seed)"]
    }

    /// Tables of the configuration that decide what a file meets. Which files are run, by how many workers and in which order are no conditions:
    /// what depends on them is flaky.
    private static let tables = ["engine", "prepare"]

    /// - Parameter text: the effective configuration.
    static func digest(_ text: String) -> String {
        let layer = SettingLayer(ConfigurationSource(name: "run", folder: "/", text: text), home: nil)
        guard layer.problems.isEmpty else { return text }
        let lines = layer.settings.filter { tables.contains($0.key.names.first ?? "") }.map { "\($0.key) = \($0.value.value)" }
        return "settings\u{0}" + lines.sorted().joined(separator: "\u{0}")
    }
}
