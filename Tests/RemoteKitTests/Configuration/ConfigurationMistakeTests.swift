import RemoteKit
import Testing

@Suite("Configuration: what is wrong") struct ConfigurationMistakeTests {
    @Test("an unknown key is named with file, line and the nearest key")
    func unknownKey() {
        #expect(mistakes("host = 'x'\n\n[sync]\nsource = '.'\nexlude = []")
            == ["slt-remote.toml:5: unknown key 'exlude' in [sync]; did you mean 'exclude'?"])
        #expect(mistakes("hots = 'x'") == ["slt-remote.toml:1: unknown key 'hots'; did you mean 'host'?"])
        #expect(mistakes("[run]\nexclude = []") == ["slt-remote.toml:2: unknown key 'exclude' in [run]; it belongs in [sync]"])
        #expect(mistakes("[sync]\nzzzzzz = 1")
            == ["slt-remote.toml:2: unknown key 'zzzzzz' in [sync]; known: delete, exclude, gitignore, source"])
    }

    @Test("all mistakes of all sources are reported at once")
    func several() {
        let found = mistakes("[sync]\ndelete = 'yes'\n[run]\nworkers = 0\ntime = 0", user: "[run]\nmode = 'drian'",
                             environment: ["SLT_REMOTE_RUN_TIM": "1"], flags: .init(workers: "-1"))
        #expect(found == [
            "slt-remote.toml:2: 'sync.delete' must be true or false, not the string \"yes\"",
            "slt-remote.toml:4: 'run.workers' must be a whole number from 1 to 10000, or \"auto\" for the host's cores, not \"0\"",
            "slt-remote.toml:5: 'run.time' must be a duration of more than zero, such as \"90s\", \"30m\", \"1h30m\" or plain seconds, not \"0\"",
            "~/.config/slt-remote/config.toml:2: 'run.mode' must be \"drain\" or \"soak\", not \"drian\"; did you mean 'drain'?",
            "SLT_REMOTE_RUN_TIM: unknown variable; did you mean 'SLT_REMOTE_RUN_TIME'?",
            "--workers: must be a whole number from 1 to 10000, or \"auto\" for the host's cores, not \"-1\"",
        ])
    }

    @Test("what is not TOML is reported with line and column")
    func syntax() throws {
        let found = mistakes("[run]\nworkers = = 3\n")
        #expect(found.count == 1)
        #expect(try #require(found.first).hasPrefix("slt-remote.toml:2:11: cannot parse: "))
        #expect(mistakes("a = [1,\n }]") == ["slt-remote.toml:2:2: cannot parse: a value is missing here"])
        #expect(mistakes("a =") == ["slt-remote.toml:1:4: cannot parse: a value is missing here"])
        #expect(mistakes("a = 1\na = 2")[0].hasPrefix("slt-remote.toml:2:"))
        #expect(mistakes("\n\u{0}")[0] == "slt-remote.toml:2: cannot parse: there is a NUL byte; remove it")
    }

    @Test("wrong types are named", arguments: [
        ("[hosts.a]\nport = '22'", "slt-remote.toml:2: 'hosts.a.port' must be a whole number from 1 to 65535, not the string \"22\""),
        ("run = 3", "slt-remote.toml:1: 'run' must be a table, as in [run], not an integer"),
        ("hosts = ['a']", "slt-remote.toml:1: 'hosts' must be a table, as in [hosts], not a list"),
        ("[run]\nworkers = 1.5", "slt-remote.toml:2: 'run.workers' must be a whole number from 1 to 10000, or \"auto\" for the host's cores, not 1.5"),
        ("host = 2026-01-01", "slt-remote.toml:1: 'host' must be a string, not a date or time"),
        ("[suite]\nfiles = [\n 'a',\n 3]", "slt-remote.toml:4: 'suite.files' must be a list of strings, such as [\"a\", \"b\"], not an integer in the list"),
        ("[prepare]\nenv = { A = 1 }", "slt-remote.toml:2: 'prepare.env.A' must be a string, not 1"),
        ("[prepare]\nenv = { 'A=B' = 'x' }", "slt-remote.toml:2: 'A=B' in [prepare.env] is not a valid name for an environment variable; use letters, digits and '_'"),
    ])
    func types(text: String, message: String) {
        #expect(mistakes(text) == [message])
    }

    @Test("a blocked file needs a reason, and its line is found")
    func blockReason() {
        #expect(mistakes("[suite]\nblock = [\n  { files = 'a', reason = 'r' },\n  { files = 'b' },\n]")
            == ["slt-remote.toml:4: 'suite.block' has an entry without 'reason'; each is { files = \"GLOB\", reason = \"why\" }"])
        #expect(mistakes("[[suite.block]]\nfiles = 'a'\nreason = 'r'\n[[suite.block]]\nfiles = 'b'\nreson = 's'")
            == ["slt-remote.toml:6: 'suite.block' has an unknown key 'reson'; did you mean 'reason'?"])
    }

    @Test("an engine's command is a list, and goes with its kind")
    func engine() {
        #expect(mistakes("[engine]\nkind = 'command'\ncommand = 'run it'")[0].hasSuffix(
            "'engine.command' must be a list of the program and its arguments, such as [\"bin/tester\", \"{file}\"], not the string \"run it\""))
        #expect(mistakes("[engine]\ncommand = ['x']") == ["slt-remote.toml:2: 'engine.command' is set, but 'engine.kind' is not; add kind = \"command\""])
        #expect(mistakes("[engine]\nkind = 'command'")[0].contains("there is no 'engine.command'"))
        #expect(mistakes("[engine]\nkind = 'external'")[0].contains("there is no 'engine.command'"))
        #expect(mistakes("[engine]\nkind = 'postgers'")[0].hasSuffix("not \"postgers\"; did you mean 'postgres'?"))
    }

    @Test("a folder that would be emptied, or that climbs, is refused", arguments: ["/", "~", "~/", "~/.", "a", "~/a/../..", "~x/a", ""])
    func hostPath(path: String) {
        #expect(mistakes("[hosts.a]\nworkspace = '\(path)'")[0].hasPrefix("slt-remote.toml:2: 'hosts.a.workspace' must be a path on the host"))
    }

    @Test("an unknown profile names the known ones")
    func profile() {
        #expect(mistakes(flags: .init(profile: "quikc")) == ["--profile: unknown profile 'quikc'; did you mean 'quick'?"])
        #expect(mistakes(environment: ["SLT_REMOTE_PROFILE": "zzz"]) == ["SLT_REMOTE_PROFILE: unknown profile 'zzz'; known: full, quick"])
    }

    @Test("messages hold nothing that a terminal would act on")
    func safe() {
        let found = mistakes("\"a\\u001b[2J\\n\" = 1\n[hosts.\"b\\u0007\"]\n[run]\nmode = '''x\ny'''")
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
    }

    @Test("lines are right after every kind of value")
    func lines() {
        let text = """
            # comment [x]
            [suite] # ]
            files = [ # [
              "a#]", 'b"',
              \"\"\"
            c = 1
            \\\"\"\"\"\"",
            ]
            [prepare]
            command = '''
            [run]
            x = 1'''
            env = { A = "}", B = "," }
            timeout = 1979-05-27T07:32:00Z
            [profiles."quick"]
            "workers" = false
            [hosts]
            a.b = 1
            [[suite.block]]
            """
        #expect(mistakes(text).map { $0.prefix(while: { $0 != " " }) }
            == ["slt-remote.toml:14:", "slt-remote.toml:16:", "slt-remote.toml:18:", "slt-remote.toml:19:"])
    }

    @Test("mangled files give messages and never a crash")
    func mangled() throws {
        let sample = Array("a.b = [{ x = \"\\\"\" }, 'y', \"\"\"z\"\"\"]\n[[c]]\n[d.\"e\"]\nf = {g=1,h=[[]]} # i\n".utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = sample.randomElement(using: &generator) ?? 0
            }
            let text = String(decoding: bytes.prefix(Int.random(in: 1...bytes.count, using: &generator)), as: UTF8.self)
            #expect(mistakes(text).allSatisfy { !$0.isEmpty })
        }
    }
}
