import Fleet
@testable import RemoteKit
import Testing

/// Resolves `project` (as `/proj/slt-remote.toml`) and `user`, from `/proj/sub`.
func resolve(_ project: String? = nil, user: String? = nil, environment: [String: String] = [:],
             flags: ConfigurationFlags = ConfigurationFlags()) throws(ConfigurationError) -> Configuration {
    let files = ConfigurationFiles(
        project: project.map { ConfigurationSource(name: "slt-remote.toml", folder: "/proj", text: $0) },
        user: user.map { ConfigurationSource(name: "~/.config/slt-remote/config.toml", folder: "/home/u/.config/slt-remote", text: $0) })
    var environment = environment
    if environment["HOME"] == nil { environment["HOME"] = "/home/u" }
    var flags = flags
    flags.prefix = "--"
    return try Configuration.resolve(files: files, environment: environment, flags: flags, workingDirectory: "/proj/sub")
}

/// The messages of what is wrong with `project`, or `["nothing"]`.
func mistakes(_ project: String? = nil, user: String? = nil, environment: [String: String] = [:],
              flags: ConfigurationFlags = ConfigurationFlags()) -> [String] {
    do {
        _ = try resolve(project, user: user, environment: environment, flags: flags)
        return ["nothing"]
    } catch { return error.problems.map(\.description) }
}

@Suite("Configuration: what holds") struct ConfigurationTests {
    @Test("without any source the built-in values hold")
    func builtIn() throws {
        let configuration = try resolve()
        #expect(configuration.sync == .init(source: "/proj/sub", exclude: [], gitignore: true, delete: true))
        #expect(configuration.run == .init(mode: .drain, workers: .auto, time: 3600, fileTimeout: 300, retries: 0, retriesTotal: 100,
                                           attempts: 2, memory: nil, memoryFloor: nil, order: .history, seed: 0, flaky: .warn, cached: false, cacheAudit: 2, recordTimeout: nil, hosts: [], split: .auto))
        #expect(configuration.suite.timeouts.isEmpty)
        #expect(configuration.prepare == .init(command: nil, timeout: 1800, environment: [:]))
        #expect(configuration.engine == EngineSpec(kind: .sqlite))
        #expect(configuration.profileNames == ["full", "quick"])
        #expect(configuration.settings.allSatisfy { $0.origin == .builtIn })
    }

    @Test("what the fleet is told besides is read: time-outs by glob, order, floor of memory")
    func fleet() throws {
        let configuration = try resolve("[suite]\ntimeouts = [{ files = 'a*', time = '20m' }, { files = '**', time = 5 }]\n[run]\norder = 'name'\nmemory-floor = 'none'")
        #expect(configuration.suite.timeouts == [FileTimeout(files: "a*", seconds: 1200), FileTimeout(files: "**", seconds: 5)])
        #expect(configuration.run.order == .name)
        #expect(configuration.run.memoryFloor == 0)
        #expect(configuration.listing().contains("timeouts = [{ files = \"a*\", time = \"20m\" }, { files = \"**\", time = \"5s\" }]"))
        let groups = try resolve("[[suite.group]]\nfiles = ['catalog/**', 'b']\nmax = 1\n[[suite.group]]\nfiles = ['c']\nmax = 3")
        #expect(groups.suite.groups == [FileGroup(files: ["catalog/**", "b"], max: 1), FileGroup(files: ["c"], max: 3)])
        #expect(groups.listing().contains("group = [{ files = [\"catalog/**\", \"b\"], max = 1 }, { files = [\"c\"], max = 3 }]"))
        for (text, words) in ["files = ['a']": "without 'max'", "files = []\nmax = 1": "without files", "files = ['a']\nmax = 0": "whole number from 1 to", "files = ['a[']\nmax = 1": "is not closed"] {
            #expect(mistakes("[[suite.group]]\n" + text).first?.contains(words) == true, "\(mistakes("[[suite.group]]\n" + text))")
        }
        #expect(mistakes("[suite]\ntimeouts = [{ files = 'a' }]")
            == ["slt-remote.toml:2: 'suite.timeouts' has an entry without 'time'; each is { files = \"GLOB\", time = \"20m\" }"])
        #expect(mistakes("[suite]\ntimeouts = [{ files = 'a', time = 0 }]").first?.contains("must be a duration of more than zero") == true)
    }

    @Test("the user's file beats the project's, variables beat both, flags beat all")
    func precedence() throws {
        let project = "[run]\nworkers = 1\ntime = 1\nfile-timeout = 1\nseed = 1"
        let user = "[run]\nworkers = 2\ntime = 2\nfile-timeout = 2"
        let environment = ["SLT_REMOTE_RUN_WORKERS": "3", "SLT_REMOTE_RUN_TIME": "3s"]
        let run = try resolve(project, user: user, environment: environment, flags: .init(workers: "4")).run
        #expect(run.seed == 1)
        #expect(run.fileTimeout == 2)
        #expect(run.time == 3)
        #expect(run.workers == .exactly(4))
    }

    @Test("a profile beats the files and loses to variables and flags")
    func profile() throws {
        let file = "[run]\nworkers = 3\ntime = 9\n[profiles.quick]\nworkers = 5\n[profiles.slow]\nmemory = '1G'"
        let quick = try resolve(file, flags: .init(profile: "quick"))
        #expect(quick.run.workers == .exactly(5))
        #expect(quick.run.time == 300)
        #expect(quick.profile == "quick")
        let slow = try resolve(file, environment: ["SLT_REMOTE_PROFILE": "slow", "SLT_REMOTE_RUN_MEMORY": "2G"])
        #expect(slow.run.memory == 2 << 30)
        #expect(slow.run.workers == .exactly(3))
        #expect(try resolve(flags: .init(profile: "full")).run.workers == .exactly(64))
        #expect(try resolve(file, flags: .init(profile: "quick", time: "7")).run.time == 7)
    }

    @Test("tables are merged key by key and lists are replaced")
    func merging() throws {
        let project = """
            [sync]
            exclude = ["a", "b"]
            [prepare]
            env = { A = "1", B = "1" }
            [hosts.box]
            workspace = "/w"
            port = 22
            """
        let configuration = try resolve(project, user: "sync.exclude = ['c']\nprepare.env.B = '2'\nhosts.box.port = 23")
        #expect(configuration.sync.exclude == ["c"])
        #expect(configuration.prepare.environment == ["A": "1", "B": "2"])
        let host = try configuration.host()
        #expect(host.port == 23)
        #expect(host.workspace == "/w")
    }

    @Test("local paths start from the file's folder and ~ is expanded; host paths are left to the host")
    func paths() throws {
        let text = """
            [hosts.box]
            workspace = "~/w/./x/"
            identity-file = "~/.ssh/id"
            known-hosts-file = ["keys/known", "/etc/../known", "none"]
            [sync]
            source = "../src"
            """
        let configuration = try resolve(text)
        #expect(configuration.sync.source == "/src")
        let host = try configuration.host("box")
        #expect(host.workspace == "~/w/x")
        #expect(host.identityFiles == ["/home/u/.ssh/id"])
        #expect(host.knownHostsFiles == ["/proj/keys/known", "/known", "none"])
        #expect(try resolve("[run]", environment: ["SLT_REMOTE_SYNC_SOURCE": "x"]).sync.source == "/proj/sub/x")
    }

    @Test("a command engine has its program, arguments and variables")
    func engine() throws {
        let text = "[engine]\nkind = 'command'\ncommand = ['bin/t', '{file}', '']\nenvironment = { A = 'x y' }"
        #expect(try resolve(text).engine == EngineSpec(kind: .command, command: ["bin/t", "{file}", ""], environment: ["A": "x y"]))
    }

    @Test("blocked files keep their reasons, as inline tables and as [[suite.block]]")
    func block() throws {
        let rules = [BlockRule(files: "a", reason: "r"), BlockRule(files: "b", reason: "s")]
        #expect(try resolve("suite.block = [{ files = 'a', reason = 'r' }, { files = 'b', reason = 's' }]").suite.block == rules)
        #expect(try resolve("[[suite.block]]\nfiles = 'a'\nreason = 'r'\n[[suite.block]]\nfiles = 'b'\nreason = 's'").suite.block == rules)
    }

    @Test("an engine has a dialect and what its kind needs")
    func engineSettings() throws {
        let text = "[engine]\nkind = 'postgres'\ndialect = 'rs'\nconnection = 'host=/tmp'\nprotocol = 'extended'\nlabels = ['a']\nsystem = false\nlibrary = '/l.so'\nreference = '/r.so'"
        var expected = EngineSpec(kind: .postgres)
        expected.dialect = "rs"
        expected.connection = "host=/tmp"
        expected.queryProtocol = "extended"
        expected.labels = ["a"]
        expected.system = false
        expected.library = "/l.so"
        expected.reference = "/r.so"
        #expect(try resolve(text).engine == expected)
    }

    @Test("globs of the command line take the place of the suite's")
    func globs() throws {
        #expect(try resolve("suite.files = ['x']", flags: .init(files: ["y"])).suite.files == ["y"])
    }

    @Test("an empty variable counts as not set")
    func emptyVariable() throws {
        #expect(try resolve(environment: ["SLT_REMOTE_RUN_WORKERS": "", "SLT_REMOTE_PROFILE": ""]).run.workers == .auto)
    }

    @Test("auto is the host's cores and never none")
    func auto() {
        #expect(WorkerCount.auto.resolved(cores: 64) == 64)
        #expect(WorkerCount.auto.resolved(cores: 0) == 1)
        #expect(WorkerCount.exactly(8).resolved(cores: 64) == 8)
    }

    @Test("the listing is a configuration again, with the origin of each value")
    func listing() throws {
        let configuration = try resolve("[run]\nworkers = 8\n[prepare]\ncommand = \"a\\\"\\u001b\"", environment: ["SLT_REMOTE_RUN_TIME": "90"])
        let listing = configuration.listing()
        #expect(listing.contains("workers = 8"))
        #expect(listing.split(separator: "\n").contains { $0.hasPrefix("workers = 8 ") && $0.hasSuffix("# slt-remote.toml:2") })
        #expect(listing.split(separator: "\n").contains { $0.hasPrefix("time = \"1m30s\"") && $0.hasSuffix("# SLT_REMOTE_RUN_TIME") })
        #expect(!listing.utf8.contains(0x1B))
        let again = try resolve(listing)
        #expect(again.run == configuration.run)
        #expect(again.prepare == configuration.prepare)
        #expect(again.sync == configuration.sync)
    }
}
