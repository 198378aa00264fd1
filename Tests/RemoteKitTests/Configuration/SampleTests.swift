import Fleet
import FoundationEssentials
@testable import RemoteKit
import Testing

@Suite("Configuration: the sample") struct SampleTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config/slt-remote.toml").path

    private func sample() throws -> String { try String(contentsOfFile: Self.path, encoding: .utf8) }

    @Test("the sample is a configuration")
    func accepted() throws {
        let configuration = try resolve(try sample())
        #expect(configuration.hostNames == ["sandbox"])
        #expect(configuration.engine.kind == .command)
        #expect(configuration.run.memory == 4 << 30)
        #expect(configuration.profileNames == ["full", "overnight", "quick"])
        #expect(try configuration.host().target == .ssh("me@sandbox.example.org"))
    }

    @Test("every key there is stands in the sample")
    func complete() throws {
        let configuration = try resolve(try sample())
        let set = Set(configuration.settings.filter { if case .file = $0.origin { true } else { false } }
            .map { $0.path.joined(separator: ".") })
        let keys = leaves(.root, "")
        #expect(keys.count > 25)
        #expect(keys.subtracting(set).isEmpty)
    }

    @Test("the built-in defaults read without a mistake")
    func builtIn() {
        #expect(mistakes() == ["nothing"])
        #expect(mistakes(ConfigurationSchema.builtIn) == ["nothing"])
    }

    /// Keys as the sample would have them; run's keys need not be repeated in each profile.
    private func leaves(_ schema: ConfigurationSchema, _ path: String) -> Set<String> {
        let prefix = path.isEmpty ? "" : path + "."
        return switch schema {
        case .value: [path]
        case .table(let keys): keys.reduce(into: Set<String>()) { $0.formUnion(leaves($1.node, prefix + $1.name)) }
        case .named("host", let shape): leaves(shape, prefix + "sandbox")
        case .named: [prefix + "quick.workers"]
        case .environment: [prefix + (path.hasPrefix("prepare") ? "RUSTFLAGS" : "RUST_BACKTRACE")]
        }
    }
}
