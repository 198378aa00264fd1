import ArgumentParser
import Fleet
import RemoteKit
import Reports

/// The hosts of a run that several share.
struct SeveralHosts: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Hosts that share the run, with commas between them. Default: [run] hosts of the configuration, unless --host is given.", valueName: "a,b"))
    var hosts: String?

    /// Their names; `nil` where one host is meant.
    func names(_ common: CommonOptions, _ configuration: Configuration) throws -> [String]? {
        guard let hosts else {
            guard common.host == nil, !configuration.run.hosts.isEmpty else { return nil }
            return try Self.checked(configuration.run.hosts, "[run] hosts")
        }
        guard common.host == nil else { throw RemoteError(.usage, "--host and --hosts exclude each other; choose one") }
        return try Self.checked(hosts.split(separator: ",", omittingEmptySubsequences: false).map(String.init), "--hosts")
    }

    private static func checked(_ names: [String], _ place: String) throws -> [String] {
        guard names.count >= 2, !names.contains("") else { throw RemoteError(.usage, "\(place) must name two hosts or more\(place == "--hosts" ? ", such as --hosts a,b" : ""); use --host for one") }
        guard Set(names).count == names.count else { throw RemoteError(.usage, "\(place) names a host twice") }
        return names
    }

    /// Commands about the same run.
    func commands(_ common: CommonOptions, _ names: [String]) -> CommandWords { CommandWords(hosts: names, options: common.commands(on: nil).options) }
}
