/// Where everything is in a run directory; `docs/run-directory.md` describes each file.
struct RunLayout: Sendable {
    let root: Path
    /// What its supervisor writes alone: the run directory, or the folder of one element of a cluster's job.
    let own: Path

    /// - Parameter own: where other than in the run directory the supervisor has its files.
    init(root: Path, own: Path? = nil) {
        self.root = root
        self.own = own ?? root
    }

    /// The folders of elements, `ELEMENT.LIFE`.
    var nodes: Path { root / "nodes" }
    /// The run as an element sees it.
    func node(_ name: String) -> RunLayout { RunLayout(root: root, own: nodes / name) }
    /// What an element says of itself.
    var nodeNote: Path { own / "node.json" }
    /// How an element has ended.
    var nodeSummary: Path { own / "summary.json" }
    /// That an element is to leave.
    func leave(_ element: Int) -> Path { nodes / "leave-\(element)" }
    /// The jobs of a run on a cluster: what is to be submitted, and what was.
    var jobs: Path { root / "jobs.json" }
    /// What Slurm said last.
    var cluster: Path { root / "cluster.json" }
    /// When the first element began: the time budget counts from there.
    var began: Path { root / "began" }
    /// Held by whoever looks after the whole run.
    var runLock: Path { root / "supervisor.lock" }

    var spec: Path { root / "spec.json" }
    var revision: Path { root / "resumed.json" }
    /// The configuration of the run, for people.
    var configuration: Path { root / "configuration.toml" }
    var manifest: Path { root / "manifest" }
    var cursor: Path { root / "cursor" }
    var claims: Path { root / "claims" }
    var results: Path { root / "results" }
    var scoreboard: Path { own / "scoreboard" }
    var samples: Path { own / "samples" }
    var events: Path { own / "events" }
    var feed: Path { own / "feed" }
    var logs: Path { own / "logs" }
    var temporary: Path { own / "tmp" }
    var work: Path { own / "work" }
    var supervisorLock: Path { own / "supervisor.lock" }
    var supervisorLog: Path { logs / "supervisor.log" }
    var stop: Path { root / "stop" }
    var workers: Path { root / "workers" }
    var pause: Path { root / "pause" }
    var controlGroup: Path { own / "cgroup" }
    var iterations: Path { root / "iterations.jsonl" }
    var summary: Path { root / "summary.json" }
    var records: Path { root / "records.jsonl" }

    /// Rows that explain failures, a file for each record that has some; made when the first one is written.
    var rows: Path { root / "rows" }
    func rows(_ id: Int) -> Path { rows / "\(id)" }
    /// Seats of files that exclude each other, and who waits for one.
    var groups: Path { root / "groups" }
    /// Databases of files that failed, where they are to stay; made when the first one does.
    var databases: Path { root / "databases" }
    func database(_ id: Int) -> Path { databases / "\(id).sqlite" }
    /// What the record of the file says of it.
    func databaseNote(_ id: Int) -> Path { databases / "\(id).json" }
    /// How much room of the run's it takes, and which process has reserved that.
    func databaseRoom(_ id: Int) -> Path { databases / "\(id).room" }
    /// A byte for each retry that was asked for.
    var retries: Path { root / "retries" }
    /// What ran the files.
    var engine: Path { root / "engine.json" }
    /// What was taken from verdicts of earlier runs, and what is audited.
    var cache: Path { root / "cache.json" }
    /// The records of the files that are not run.
    var known: Path { root / "known.jsonl" }
    /// What workers have found out of the inputs of files that passed.
    var verdictNotes: Path { own / "verdict-notes" }
    /// What is known to fail, as it was when the run started.
    var knownFailures: Path { root / "known-failures.json" }

    /// Files that are run in parts; made with the first one.
    var parts: Path { root / "parts" }
    /// The parts of one file, which have claims and results of their own.
    func parts(_ position: Int) -> RunLayout { RunLayout(root: parts / "\(position)") }
    /// In the folder of parts: how the file is cut.
    var plan: Path { root / "plan" }
    /// In the folder of parts: the file is to be run as one.
    var whole: Path { root / "whole" }

    /// Whether jobs were handed to a cluster, and the run has not ended since.
    var hasJobs: Bool { jobs.exists && !summary.exists }

    /// Folders made with the run directory.
    var folders: [Path] { [claims, results] + ownFolders }
    /// Those that each supervisor has for itself.
    var ownFolders: [Path] { [feed, logs, temporary, work] }

    func claim(_ id: Int, _ generation: Int) -> Path { claims / "\(id).\(generation)" }

    /// A thousand results a folder, so that a million files make a thousand folders of a thousand.
    func resultShard(_ id: Int) -> Path { results / "\(id / RunLayout.resultsPerShard)" }
    func result(_ id: Int) -> Path { resultShard(id) / "\(id)" }
    static let resultsPerShard = 1000

    func workerLog(_ slot: Int) -> Path { logs / "worker-\(slot).log" }
    func feed(_ slot: Int) -> Path { feed / "worker-\(slot)" }
    func work(_ id: Int, _ generation: Int) -> Path { work / "\(id).\(generation)" }
}
