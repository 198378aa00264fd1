import Fleet
import FoundationEssentials
import Glibc
import TestSupport

/// Runs `slt-remote` with the real worker, on this machine and over a real sshd, while it kills clients, agents,
/// connections, workers and supervisors at random instants of a run's whole life: the upload, the sync, the making of the run
/// directory, the run, the fetch. Whatever was killed is started again as a user would, and in the end nothing may be
/// lost, doubled or left behind.
struct HostChaos {
    let folder: String
    /// The folder that holds both programs.
    let programs: String
    private var random: SeededRandom
    private let server: PrivateSSHServer
    private(set) var casualties = Casualties()

    static let killsInRound = 40
    /// The most a round may take, in seconds.
    private static let patience = 600

    init(folder: String, seed: UInt64, programs: String) throws {
        self.folder = folder
        self.programs = programs
        random = SeededRandom(seed)
        server = try PrivateSSHServer()
    }

    mutating func run(_ wanted: Int) throws {
        while casualties.total < wanted && casualties.violations.isEmpty {
            casualties.rounds += 1
            try round(min(HostChaos.killsInRound, wanted - casualties.total))
        }
    }

    // MARK: a round

    private mutating func round(_ wanted: Int) throws {
        let place = try ChaosPlace(folder: "\(folder)/\(casualties.rounds)", programs: programs, server: random.below(2) == 0 ? server : nil, random: &random)
        let target = casualties.total + wanted
        // Some rounds see the beginning of everything again and again, others get far between two kills.
        let pace = [20, 60, 200][random.below(3)]
        var client: RunningProgram?
        let deadline = ContinuousClock.now + .seconds(HostChaos.patience)
        while ContinuousClock.now < deadline {
            if casualties.total >= target { place.openGate() }
            if client?.hasEnded ?? true {
                if let client { judge(client, place) }
                guard let next = try place.next(isOver: casualties.total >= target) else { break }
                client = try place.start(next)
            }
            if casualties.total < target, let client { try strike(place, client) }
            usleep(useconds_t(1000 * random.below(pace)))
        }
        casualties.check(client?.hasEnded ?? true, "it took more than \(HostChaos.patience) s: \(client?.errors.suffix(400) ?? "")")
        try examine(place)
        if casualties.violations.isEmpty { try? FileManager.default.removeItem(atPath: place.folder) }
    }

    /// A client may be killed, fail to reach the host, or see its build command killed; it may never find that results do
    /// not add up.
    private mutating func judge(_ client: RunningProgram, _ place: ChaosPlace) {
        let code = client.code
        // What a killed client asked for may be under way still.
        if code == 2, client.errors.contains("it is running") || client.errors.contains("uses it") { return }
        casualties.check([0, 1, 3, 4, 5, -SIGKILL].contains(code), "a client ended with \(code): \(client.errors.suffix(400))")
        for words in ["do not add up", "cannot account"] { casualties.check(!client.errors.contains(words), "\(client.errors.suffix(400))") }
    }

    private mutating func strike(_ place: ChaosPlace, _ client: RunningProgram) throws {
        switch random.below(20) {
        case 0...3:
            client.signal(SIGKILL)
            casualties.add("client")
        case 4...8: hit(place.processes("agent"), "agent")
        case 9, 10:
            if place.server?.killConnections() ?? 0 > 0 { casualties.add("connection") }
        case 11...13: hit(place.processes("supervise"), "supervisor")
        default: hit(try place.workers(), "worker")
        }
    }

    private mutating func hit(_ pids: [Int32], _ kind: String) {
        guard !pids.isEmpty, kill(pids[random.below(pids.count)], SIGKILL) == 0 else { return }
        casualties.add(kind)
    }

    // MARK: checks

    private mutating func examine(_ place: ChaosPlace) throws {
        let runs = try RunDirectory.list(state: place.state)
        casualties.check(!runs.isEmpty, "there is no run")
        for id in runs {
            let directory = try RunDirectory.open(state: place.state, id: id)
            try casualties.examine(directory, expecting: place.expected)
            let fetched = try place.finish(["fetch", id])
            casualties.check(fetched.code == 0, "fetch: \(fetched.code) \(fetched.errors)")
            let home = FileManager.default.contents(atPath: "\(place.results)/\(id)/records.jsonl")
            casualties.check(home == FileManager.default.contents(atPath: directory.path + "/records.jsonl"), "run \(id): other records came home")
        }
        let doctor = try place.finish(["doctor"])
        casualties.check(doctor.code == 0 && doctor.output.isEmpty, "doctor finds: \(doctor.output) \(doctor.errors)")
        try casualties.examineProcesses(place.folder, state: place.state)
        let left = place.temporaryFiles()
        casualties.check(left.isEmpty, "temporary files are left: \(left)")
    }
}
