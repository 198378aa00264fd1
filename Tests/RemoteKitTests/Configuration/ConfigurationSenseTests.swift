@testable import RemoteKit
import Testing

@Suite("Configuration: what says nothing true") struct ConfigurationSenseTests {
    private func resolve(_ text: String) throws(ConfigurationError) -> Configuration {
        try Configuration.resolve(files: ConfigurationFiles(project: ConfigurationSource(name: "slt-remote.toml", folder: "/p", text: text)),
                                  environment: ["HOME": "/h"], workingDirectory: "/p")
    }

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try resolve(text)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("a placeholder that is not known, a command that is not run, a glob that cannot be read, and a host that is not there", arguments: [
        ("[engine]\nkind = 'command'\ncommand = ['x', '{fiel}']", "slt-remote.toml:3: 'engine.command' has the unknown placeholder '{fiel}'; did you mean 'file'?"),
        ("[engine]\nkind = 'command'\ncommand = ['x', '--in={flie}']", "slt-remote.toml:3: 'engine.command' has the unknown placeholder '{flie}'; did you mean 'file'?"),
        ("[engine]\nkind = 'external'\ncommand = ['x', '{file}']", "slt-remote.toml:3: 'engine.command' has the unknown placeholder '{file}'; known: db, host, mode, pass, port, user"),
        ("[engine]\nkind = 'sqlite'\ncommand = ['x']",
         "slt-remote.toml:3: 'engine.command' is set, but 'engine.kind' is \"sqlite\" (slt-remote.toml:2), which runs no command; set kind = \"command\" or remove it"),
        ("[suite]\nfiles = ['[a']", "slt-remote.toml:2: 'suite.files': cannot use the glob '[a': a '[' is not closed"),
        ("[suite]\nblock = [{ files = '../a', reason = 'r' }]", "slt-remote.toml:2: 'suite.block': cannot use the glob '../a': it must not leave the workspace with '..'"),
    ])
    func mistaken(text: String, message: String) { #expect(mistakes(text) == [message]) }

    @Test("a host that is misspelt is an error for every command")
    func host() { #expect(mistakes("host = 'typo'\n[hosts.a]\nssh = 'b'").first?.hasPrefix("slt-remote.toml:1: unknown host 'typo'") == true) }

    @Test("braces of a script's own are left alone, and what may be one is a warning")
    func braces() throws {
        #expect(try resolve("[engine]\nkind = 'command'\ncommand = ['sh', '-c', 'echo ${HOME} {a b} {}', '{file}']").warnings.isEmpty)
        #expect(try resolve("[engine]\nkind = 'command'\ncommand = ['sh', '-c', 'awk {print}', '{file}']").warnings.count == 1)
    }

    @Test("a file that sets nothing, and a key without effect, are warned of")
    func warned() throws {
        #expect(try resolve("# host = 'x'\n").warnings.map(\.description) == ["slt-remote.toml:1: this file sets nothing; config/slt-remote.toml shows every key"])
        #expect(try resolve("[engine]\nkind = 'postgres'\nlibrary = '/x'").warnings.map(\.description)
            == ["slt-remote.toml:3: 'engine.library' has no effect with kind = \"postgres\"; remove it"])
    }

    @Test("what is nested too deep is refused by line, in time that does not grow with its square", .timeLimit(.minutes(15)), arguments: [
        "\n" + Array(repeating: "a", count: 200_000).joined(separator: ".") + " = 1",
        "\n[" + Array(repeating: "a", count: 200_000).joined(separator: ".") + "]",
        "\na = " + String(repeating: "[", count: 400_000),
        "\na = " + String(repeating: "{a=", count: 200_000),
    ])
    func deep(text: String) throws {
        let found = mistakes(text)
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix("slt-remote.toml:2:"))
        #expect(try #require(found.first).hasSuffix("nested deeper than 32 levels"))
    }

    @Test("names start from where one stands, and a folder is its test files")
    func names() throws {
        let configuration = try resolve("[sync]\nsource = '/p/src'\n[suite]\nfiles = ['**/*.slow']")
        let standing = SuiteNames(configuration, workingDirectory: "/p/src/a[1]/b")
        #expect(try standing.globs(["x.test", "../*.test", "/p/src/y", "../.."]) == ["a\\[1\\]/b/x.test", "a\\[1\\]/*.test", "y", ""])
        #expect(standing.upwards == "../../")
        #expect(throws: ConfigurationError.self) { try standing.globs(["../../../x"]) }
        #expect(throws: ConfigurationError.self) { try standing.globs(["/etc/x"]) }
        #expect(try SuiteNames(configuration, workingDirectory: "/elsewhere").globs(["x"]) == ["x"])
    }
}
