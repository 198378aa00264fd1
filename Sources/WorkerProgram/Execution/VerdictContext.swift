import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// All that verdicts depend on besides the files of the suite: the engine with its libraries, the settings, the variables and the worker.
struct VerdictContext {
    /// SHA-256; nil where not all of it is known.
    private(set) var digest: String?
    /// Why it is not.
    private(set) var reason: String?
    /// What would run the files.
    private(set) var engine: EngineIdentity?

    /// Why not all is known.
    private struct Unknown: Error { var reason: String }

    /// - Parameters:
    ///   - directory: of the run, with what the engine is given.
    ///   - digestOf: the digest of a file.
    init(_ directory: RunDirectory, digestOf: @escaping (String) -> String?) {
        do throws(Unknown) {
            (digest, engine) = try Self.digest(directory.spec, digestOf)
        } catch {
            reason = error.reason
        }
    }

    private static func digest(_ spec: RunSpec, _ digestOf: @escaping (String) -> String?) throws(Unknown) -> (String, EngineIdentity) {
        if let obstacle = obstacle(spec.engine) { throw Unknown(reason: obstacle) }
        // A digest that is remembered by the file's stamp costs nothing.
        let version = spec.engine.kind == .sqlite && spec.engine.library == nil ? SQLiteLibrary.version : nil
        let inspection = EngineInspection(spec: spec.engine, workspace: spec.workspace, version: version, digestOf: digestOf)
        if let doubt = inspection.doubt { throw Unknown(reason: doubt) }
        let identity = inspection.identity
        guard let worker = identity.worker, let program = identity.digest, let environment = identity.environment else {
            throw Unknown(reason: "the engine's program cannot be read")
        }
        var parts = ["slt-verdicts 1", worker, program, environment, settings(spec)]
        for file in try files(spec, inspection) + inputs(spec) {
            guard let digest = digestOf(file) else { throw Unknown(reason: "\(file) cannot be read") }
            parts += [file, digest]
        }
        return (FileDigest.of(Array(parts.joined(separator: "\0").utf8)), identity)
    }

    /// The engine's program and all libraries. Those of the worker do the sums of an engine that is in it.
    private static func files(_ spec: RunSpec, _ inspection: EngineInspection) throws(Unknown) -> [String] {
        let library = spec.engine.library.map { HostPath.expand($0) }.map { LoadedLibrary.path(of: $0) ?? $0 }
        var files = [library].compactMap(\.self)
        if spec.engine.kind == .external { files += inspection.programFiles }
        var found = Set(files)
        func add(_ libraries: [String]?, of file: String) throws(Unknown) {
            guard let libraries else { throw Unknown(reason: "the libraries that \(file) loads are not known") }
            for library in libraries where found.insert(library).inserted { files.append(library) }
        }
        // What is loaded into the worker is looked for with the worker's variables.
        if let library { try add(LibraryList.of(library, isLibrary: true), of: library) }
        try add(LibraryList.of(OwnProgram.path, isLibrary: false), of: OwnProgram.path)
        guard spec.engine.kind == .external else { return files }
        for program in inspection.programFiles {
            try add(LibraryList.of(program, isLibrary: false, environment: spec.engine.environment, directory: spec.workspace), of: program)
        }
        return files
    }

    /// Why nothing can be known of such an engine.
    private static func obstacle(_ engine: EngineSpec) -> String? {
        switch engine.kind {
        case .sqlite: engine.library.map { $0.contains("/") } ?? true ? nil : "the engine's library is named without its folder"
        case .external: engine.hermetic == true ? nil : "the engine is a program that is not declared hermetic"
        case .postgres: "the engine is a server, whose state is not known"
        case .command: "the engine is a program that reads the files itself"
        }
    }

    /// All that the run was told about its files and its engine; of variables the digest of the environment has the values.
    private static func settings(_ spec: RunSpec) -> String {
        var engine = spec.engine
        engine.environment = [:]
        engine.reference = nil
        struct Settings: Encodable {
            var engine: EngineSpec, seed: UInt64, memoryLimit: Int?, fileTimeout: Double, fileTimeouts: [FileTimeout]?, recordTimeout: Double?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let settings = Settings(engine: engine.withoutSecrets(), seed: spec.seed, memoryLimit: spec.memoryLimit, fileTimeout: spec.fileTimeout, fileTimeouts: spec.fileTimeouts,
                                recordTimeout: spec.recordTimeout)
        return (try? encoder.encode(settings)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The files that an external engine depends on.
    private static func inputs(_ spec: RunSpec) throws(Unknown) -> [String] {
        guard spec.engine.kind == .external, let globs = spec.engine.cacheInputs, !globs.isEmpty else { return [] }
        do throws(FleetError) {
            return try Suite.discover(workspace: spec.workspace, globs: globs).files.map { spec.workspace + "/" + $0.text }.sorted()
        } catch {
            throw Unknown(reason: "the engine's inputs for the cache: \(error.message)")
        }
    }
}
