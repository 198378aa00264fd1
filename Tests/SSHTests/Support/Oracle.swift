import SSH
import TestSupport

/// The installed ssh beside this client, with one configuration for both.
struct Oracle {
    let server: PrivateSSHServer

    /// - Parameter lines: win over those of the server's own configuration.
    func configuration(_ lines: [String], named name: String = "both") throws -> String {
        return try server.folder.write((lines + ["Include \"\(server.configFile)\""]).joined(separator: "\n") + "\n", to: name)
    }

    /// Whether ssh gets in.
    func admitsSSH(_ config: String) async throws -> Bool {
        try await RunningProgram.run(["/usr/bin/ssh", "-F", config, server.alias, "true"], environment: ["PATH": "/usr/bin:/bin", "SLT_TEST_TOKEN": "variable"]).code == 0
    }

    /// Why this client does not get in.
    func refusal(_ config: String, _ spec: String? = nil) async -> SSHError? {
        await failure { try await session(config, spec).close() }
    }

    func session(_ config: String, _ spec: String? = nil) async throws -> SSHSession {
        var overrides = SSHOverrides()
        overrides.configFile = config
        return try await SSHSession.connect(to: try await SSHTarget.resolve(spec: spec ?? server.alias, overrides: overrides))
    }
}
