import FoundationEssentials
import Glibc
package import Platform

/// What an engine is given and no file may hold: the values of its variables, and a connection or a command with a password. A run directory
/// is fetched and passed on; these go from the client to the agent, to the supervisor and to its workers in their memory and
/// environment, which only the same user can read. Who resumes a run brings them again.
public struct EngineSecrets: Codable, Sendable, Equatable {
    /// Values of variables, by name.
    public var environment: [String: String]
    /// What libpq is given.
    public var connection: String?
    /// The words of the engine's command.
    public var command: [String]?

    /// Values for one engine.
    public init(environment: [String: String] = [:], connection: String? = nil, command: [String]? = nil) {
        self.environment = environment
        self.connection = connection
        self.command = command
    }

    /// Those that a specification still has.
    public init(_ engine: EngineSpec) {
        self.init(environment: engine.environment, connection: engine.connection, command: engine.command.isEmpty ? nil : engine.command)
    }

    /// Takes these out of texts.
    package var redaction: Redaction { Redaction(environment: environment, connection: connection, command: command ?? []) }

    // MARK: through the environment of the supervisor

    /// Before the names: the variables must not change what the supervisor and the workers do themselves.
    static let prefix = "SLT_ENGINE_VARIABLE_"
    static let connectionVariable = "SLT_ENGINE_CONNECTION"
    /// The words as JSON.
    static let commandVariable = "SLT_ENGINE_COMMAND"

    /// For ``Supervisor/launch(runDirectory:executable:environment:patience:)``.
    public var variables: [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in environment { variables[EngineSecrets.prefix + name] = value }
        variables[EngineSecrets.connectionVariable] = connection
        variables[EngineSecrets.commandVariable] = command.flatMap { try? JSONEncoder().encode($0) }.map { String(decoding: $0, as: UTF8.self) }
        return variables
    }

    /// What the specification names in this process's environment.
    /// - Parameter moves: takes it out, so that what this process starts does not see it twice.
    static func fromEnvironment(for engine: EngineSpec, moves: Bool) -> EngineSecrets {
        func value(_ name: String) -> String? {
            guard let text = getenv(name).map({ String(cString: $0) }) else { return nil }
            if moves { unsetenv(name) }
            return text
        }
        var secrets = EngineSecrets()
        for name in engine.variables ?? [] { secrets.environment[name] = value(prefix + name) }
        secrets.connection = value(connectionVariable)
        secrets.command = value(commandVariable).flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
        return secrets
    }
}

extension EngineSpec {
    /// The same without what no file may hold: names only.
    public func withoutSecrets() -> EngineSpec {
        var copy = self
        copy.variables = environment.isEmpty ? nil : environment.keys.sorted()
        copy.environment = [:]
        if let connection, EngineSpec.hasPassword(connection) { copy.connection = EngineSpec.hiddenConnection }
        let shown = EngineSecrets(self).redaction.words(command)
        if shown != command {
            copy.command = shown
            copy.isCommandHidden = true
        }
        return copy
    }

    /// Stands in a specification for a connection with a password.
    static let hiddenConnection = "(not kept: it has a password)"

    /// The same with `secrets` in their places. A specification of an older release has its values itself.
    public func with(_ secrets: EngineSecrets) -> EngineSpec {
        var copy = self
        copy.environment.merge(secrets.environment.filter { environment[$0.key] != nil || variables?.contains($0.key) == true }) { $1 }
        if connection == EngineSpec.hiddenConnection { copy.connection = secrets.connection }
        if isCommandHidden == true, let command = secrets.command {
            copy.command = command
            copy.isCommandHidden = nil
        }
        return copy
    }

    /// What `secrets` should have and has not.
    public func missing(in secrets: EngineSecrets) -> [String] {
        let names = (variables ?? []).filter { secrets.environment[$0] == nil }
        let needsConnection = connection == EngineSpec.hiddenConnection && (secrets.connection ?? "").isEmpty
        let needsCommand = isCommandHidden == true && (secrets.command ?? []).isEmpty
        return names + (needsConnection ? ["engine.connection"] : []) + (needsCommand ? ["engine.command"] : [])
    }

    private static func hasPassword(_ connection: String) -> Bool { ConnectionText(connection).hasSecrets || Redaction().message(connection) != connection }
}
