import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// The variables of a login shell, as the user has when logging in: a build finds its compiler on PATH only there,
/// since the shell of an SSH command reads no profile.
enum LoginEnvironment {
    /// Stands between what start-up files print and the variables.
    private static let mark = Array("\u{1}slt-environment\u{2}".utf8)

    /// Asks the user's login shell; this process's variables when it cannot say within `patience`.
    static func capture(patience: Duration = .seconds(20)) async -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        let shell = own["SHELL"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/bin/sh"
        let answer = try? await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await ask(shell) }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let bytes = answer ?? nil, let start = bytes.end(of: mark) else { return own }
        return parse(bytes[start...])
    }

    private static func ask(_ shell: String) async throws -> [UInt8] {
        var options = PlatformOptions()
        options.createSession = true
        // The same words mean the same in every shell that knows -l and -c.
        let script = "printf '\\001slt-environment\\002'; exec /usr/bin/env -0"
        let result = try await run(
            .path(FilePath(shell)), arguments: ["-l", "-c", script], platformOptions: options,
            output: .bytes(limit: 4 << 20), error: .discarded)
        return result.standardOutput
    }

    static func parse(_ bytes: ArraySlice<UInt8>) -> [String: String] {
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self)
            if name != "_" && name != "SHLVL" { variables[name] = String(decoding: entry[(equals + 1)...], as: UTF8.self) }
        }
        return variables
    }
}

extension [UInt8] {
    fileprivate func end(of mark: [UInt8]) -> Int? {
        guard count >= mark.count else { return nil }
        for at in 0...(count - mark.count) where self[at] == mark[0] && self[at..<at + mark.count].elementsEqual(mark) {
            return at + mark.count
        }
        return nil
    }
}
