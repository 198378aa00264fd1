import ArgumentParser
import Glibc
import RemoteKit

/// Runs the command; its exit code is what scripts rely on, so every way out is here.
@MainActor func start() async -> Int32 {
    let parsed: any ParsableCommand
    do {
        parsed = try SltRemote.parseAsRoot()
    } catch {
        let code = SltRemote.exitCode(for: error)
        if code == .success { SltRemote.exit(withError: error) }
        Terminal.shared.say(SltRemote.fullMessage(for: error))
        return RemoteKit.ExitCode.usage.rawValue
    }
    do {
        var command = parsed
        if var verb = command as? any AsyncParsableCommand {
            try await verb.run()
        } else {
            // Help, completion scripts and the like.
            do { try command.run() } catch { SltRemote.exit(withError: error) }
        }
        return RemoteKit.ExitCode.passed.rawValue
    } catch let leave as Leave {
        return leave.code.rawValue
    } catch let request as CleanExit {
        SltRemote.exit(withError: request)
    } catch {
        if !(error is CancellationError) { Terminal.shared.say("slt-remote: \(RemoteError(error).message)") }
        return RemoteKit.ExitCode.of(error).rawValue
    }
}

let code = await start()
// Not exit: a connection's thread may still be freeing what libcrypto's exit handlers would take from under it. Nothing
// here is buffered.
_exit(code)
