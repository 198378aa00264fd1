import ArgumentParser

/// The commands that block run here, on the main thread, which lives as long as the process: the kernel tells
/// workers of their supervisor's end by the thread that started them.
@MainActor func start() async {
    do {
        var command = try SltWorker.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    } catch {
        SltWorker.exit(withError: error)
    }
}

await start()
