import ArgumentParser
import Glibc
import Platform
import RemoteKit
import Reports

/// Runs the command; its exit code is what scripts rely on, so every way out is here.
@MainActor func start() async -> Int32 {
    HomeFolder.complete()
    let parsed: any ParsableCommand
    do {
        parsed = try SltRemote.parseAsRoot()
    } catch {
        guard SltRemote.exitCode(for: error) != .success else { return show(error) }
        Terminal.shared.say(Verbs.mistake(CommandLine.arguments) ?? SltRemote.fullMessage(for: error))
        return RemoteKit.ExitCode.usage.rawValue
    }
    do {
        var command = parsed
        if var verb = command as? any AsyncParsableCommand {
            if let fault = SystemNeeds.shortage(raised: 65536) {
                Terminal.shared.say("slt-remote: \(fault)")
                return RemoteKit.ExitCode.usage.rawValue
            }
            try await verb.run()
        } else {
            // Help, completion scripts and the like.
            try command.run()
        }
        return RemoteKit.ExitCode.passed.rawValue
    } catch let leave as Leave {
        return leave.code.rawValue
    } catch where SltRemote.exitCode(for: error) == .success {
        return show(error)
    } catch {
        if !(error is CancellationError) {
            let words = RemedyWords((parsed as? any Verb)?.common.commands ?? CommandWords())
            Terminal.shared.say("slt-remote: \(words.text(RemoteError(error)))")
        }
        return RemoteKit.ExitCode.of(error).rawValue
    }
}

/// Prints what was asked for in the place of work: help, the version, a completion script.
@MainActor func show(_ request: any Error) -> Int32 {
    let text = SltRemote.fullMessage(for: request)
    Terminal.shared.output(data: Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
    return RemoteKit.ExitCode.passed.rawValue
}

let code = await start()
// Not exit: a connection's thread may still be freeing what libcrypto's exit handlers would take from under it. Nothing
// here is buffered.
_exit(code)
