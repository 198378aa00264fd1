import Glibc
import Platform

/// Finds out whether the nodes see the state folder, before a run is handed to them: a job of one task must find a new file there and answer beside it.
enum SlurmProbe {
    /// Seconds that a folder stays proven.
    private static let life = 86400.0
    /// Seconds that the answer may take once the job is at work, and that it may wait for a node: where none is free, the elements find out.
    private static let patience = 30.0, queuePatience = 20.0

    static func check(_ directory: RunDirectory, _ slurm: SlurmSpec) throws(FleetError) {
        let state = directory.layout.root.parent.parent
        let proof = state / "slurm-shared"
        let key = Array(StableHash.of(slurm.arguments.joined(separator: "\0").utf8, 0).description.utf8)
        if let info = proof.status(), Clock.now - Double(info.st_mtim.tv_sec) < life, (try? proof.contents(limit: 64)) == key { return }
        let nonce = directory.layout.root / "probe", answer = directory.layout.root / "probe.answer"
        let word = String(UInt64.random(in: .min ... .max), radix: 16)
        try nonce.replace(with: Array((word + "\n").utf8))
        defer { for path in [nonce, answer] { path.unlink() } }
        let script = "#!/bin/sh\nread -r word <\(ShellWord.quoted(nonce.text)) && printf '%s\\n' \"$word\" >\(ShellWord.quoted(answer.text))\n"
        let words = ["sbatch", "--parsable", "--job-name=slt-probe", "--ntasks=1", "--time=1", "--export=NONE", "--chdir=/", "--output=/dev/null", "--error=/dev/null"]
        let submitted = try SlurmTool.ask(words + slurm.arguments, input: script)
        guard submitted.isGood else { throw SlurmJobs.refused(submitted) }
        let job = SlurmJobs.number(submitted.output)
        let began = Clock.monotonic
        var hasBegun = false
        while true {
            if let bytes = try? answer.contents(limit: 64), bytes.elementsEqual((word + "\n").utf8) {
                try? proof.replace(with: key)
                return
            }
            let waited = Clock.seconds(since: began)
            if case .known(let queue) = try SlurmQueue.ask([job]) {
                hasBegun = hasBegun || queue.elements.contains { $0.state == "RUNNING" }
                // What it wrote may take a moment to be seen here.
                if queue.isOver, answer.exists { Clock.pauseThread(0.2) }
                if queue.isOver, !answer.exists, waited > 1 { throw notShared(directory) }
            }
            if waited > (hasBegun ? patience : queuePatience) {
                _ = try? SlurmTool.ask(["scancel", job])
                if hasBegun { throw notShared(directory) }
                return
            }
            Clock.pauseThread(0.1)
        }
    }

    private static func notShared(_ directory: RunDirectory) -> FleetError {
        FleetError(.invalid, "cannot use \(directory.layout.root.parent.parent.text) on the cluster: a job did not find there what was just written; "
            + "set 'state' and 'workspace' of the host to folders on a file system that its nodes share")
    }
}
