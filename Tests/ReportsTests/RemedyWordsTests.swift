import Platform
import RemoteKit
import Reports
import Testing

@Suite("what can be done about an error, in words") struct RemedyWordsTests {
    private let words = RemedyWords(CommandWords(host: "box", options: ["--config", "my own.toml"]))

    @Test("commands are about the same host and the configuration that the user named", arguments: [
        (Remedy.awaitRun(run: "r-1"), "wait for it (slt-remote attach --host box --config 'my own.toml' r-1) or end it (slt-remote stop --host box --config 'my own.toml' r-1)"),
        (.follow(run: "r-1"), "follow it with: slt-remote attach --host box --config 'my own.toml' r-1"),
        (.fetchAgain(run: "r-1"), "try again with: slt-remote fetch --host box --config 'my own.toml' r-1"),
        (.listRuns, "list the runs with: slt-remote runs --host box --config 'my own.toml'"),
        (.startRun, "start one with: slt-remote run --host box --config 'my own.toml'"),
        (.listFetchedRuns, "list those on this machine with: slt-remote history --host box --config 'my own.toml'"),
        (.nameFetchedRuns, "name two, or bring more home with: slt-remote fetch --host box --config 'my own.toml' RUN"),
        (.otherResultsFolder, "choose another with: slt-remote fetch --host box --config 'my own.toml' --to DIR"),
    ])
    func commands(remedy: Remedy, text: String) { #expect(words.text(remedy) == text) }

    @Test("options are named", arguments: [
        (Remedy.takeOver, "--take-over"), (.deleteAnyway, "--force"), (.resumeOnOtherSources, "--force"), (.allowPartialSync, "--allow-partial"),
        (.allFiles, "--failed"), (.fewerRuns, "--limit"), (.nameHost, "--host"), (.nameRun, "--all"), (.startOrNameRun, "--all"),
        (.acceptHostKey(fingerprint: "SHA256:x", check: "compare it", alias: "box"), "--accept-host-key SHA256:x"),
    ])
    func options(remedy: Remedy, option: String) { #expect(words.text(remedy).contains(option)) }

    @Test("an error is why, and what to do; a host's words act on nothing")
    func errors() {
        #expect(words.text(RemoteError(.usage, "cannot x: y")) == "cannot x: y")
        #expect(words.text(RemoteError(.usage, "cannot x: y", remedy: .advice("do\u{1B}[2J z"))) == "cannot x: y; do\\e[2J z")
        #expect(RemedyWords(CommandWords()).text(.follow(run: "$(x)")) == "follow it with: slt-remote attach '$(x)'")
    }
}
