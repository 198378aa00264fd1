import FoundationEssentials
import Glibc
import TestSupport

/// Runs the cases and prints the table.
struct Bench {
    struct Plan {
        var rounds = 5
        /// Parts of the names of the cases to run; all where there are none.
        var only: [String] = []
        var includesMillion = false
        var includesExtras = true
    }

    private let plan: Plan
    private let folder: TemporaryFolder
    private let trees: Trees
    private let peers: [Peer]
    private let server: PrivateSSHServer
    /// 20 ms and 50 Mbit/s away from the server.
    private let slowLink: SlowLink
    private let slowPeers: [Peer]

    init(program: String, plan: Plan) throws {
        self.plan = plan
        folder = try TemporaryFolder(in: "/dev/shm")
        trees = Trees(folder: folder)
        server = try PrivateSSHServer()
        peers = Peers(server: server, configFile: server.configFile, folder: folder, program: program).all
        slowLink = try SlowLink(to: server.port, roundTrip: 0.020, bytesPerSecond: 50e6 / 8)
        let known = try String(contentsOfFile: server.knownHostsFile, encoding: .utf8).replacing(":\(server.port) ", with: ":\(slowLink.port) ")
        let slowKnown = try folder.write(known, to: "slow-known-hosts")
        let configuration = try String(contentsOfFile: server.configFile, encoding: .utf8)
            .replacing("Port \(server.port)", with: "Port \(slowLink.port)").replacing(server.knownHostsFile, with: slowKnown)
        slowPeers = Peers(server: server, configFile: try folder.write(configuration, to: "slow-ssh-config"), folder: folder, program: program).all
            .filter { ["slt-remote", "rsync -az"].contains($0.name) }
    }

    /// - Returns: whether every bar was kept.
    func run() throws -> Bool {
        try warmUp()
        var isKept = true
        for run in try cases() {
            isKept = try measure(run) && isKept
        }
        return isKept
    }

    /// Uploads the worker and opens the shared connection.
    private func warmUp() throws {
        try Shell.run("mkdir '\(folder.file("small"))' && echo x > '\(folder.file("small/x"))'")
        for (index, peer) in peers.enumerated() { try Shell.run(peer.command(folder.file("small"), folder.file("warm-\(index)"))) }
    }

    private func wants(_ name: String) -> Bool { plan.only.isEmpty || plan.only.contains { name.contains($0) } }

    private func cases() throws -> [Case] {
        var cases: [Case] = []
        let source = folder.file("headers")
        cases.append(Case(name: "headers, first", bar: 0.60, source: source))
        cases.append(Case(name: "headers, nothing changed", bar: 0.30, source: source, before: source))
        cases.append(Case(name: "headers, one file changed", bar: 0.35, source: source, before: source) { run in
            "echo '// \(run)' >> '\(source)/system/stdio.h'"
        })
        cases.append(Case(name: "headers, 100 files changed", bar: 0.35, source: source, before: source) { run in
            "cd '\(source)' && find . -name '*.h' | sort | awk 'NR % 80 == 1' | head -100 | while read -r f; do echo '// \(run)' >> \"$f\"; done"
        })
        cases.append(Case(name: "headers, branch switch and back", bar: 0.35, source: source, before: source) { run in
            "cd '\(source)' && find . -name '*.h' | sort | awk 'NR % 8 == 1' | head -1000 | tr '\\n' '\\0' | xargs -0 touch -d @\(1_700_000_000 + run)"
        })
        cases.append(Case(name: "texts, first", bar: 0.55, source: folder.file("texts")))
        cases.append(Case(name: "1 GiB, first", bar: 0.70, source: folder.file("large"), isHeavy: true))
        cases.append(Case(name: "1 GiB, 1 MB changed and 100 bytes in front", bar: 0.60, source: folder.file("changed"),
                          before: folder.file("large"), resets: true, isHeavy: true))
        cases.append(Case(name: "headers, first, 20 ms and 50 Mbit/s", bar: 0.80, source: source, isHeavy: true, isSlow: true))
        cases.append(Case(name: "headers, 1 % changed, 20 ms and 50 Mbit/s", bar: 0.80, source: source, before: source, change: { run in
            "cd '\(source)' && find . -name '*.h' | sort | awk 'NR % 80 == 1' | head -100 | while read -r f; do echo '// \(run)' >> \"$f\"; done"
        }, isSlow: true))
        if plan.includesMillion {
            let million = folder.file("million")
            cases.append(Case(name: "1,000,000 files, nothing changed", bar: 0.40, source: million, before: million, isHeavy: true, measuresMemory: true))
        }
        return cases.filter { wants($0.name) }
    }

    /// Sources are made when a case first needs them, and kept while another may.
    private func prepare(_ path: String) throws {
        guard access(path, F_OK) != 0 else { return }
        switch path {
        case folder.file("headers"): _ = try trees.headers()
        case folder.file("texts"): _ = try trees.texts()
        case folder.file("large"): _ = try trees.large()
        case folder.file("changed"):
            try prepare(folder.file("large"))
            _ = try trees.changed(folder.file("large"))
        case folder.file("million"): _ = try trees.million()
        default: break
        }
    }

    private func measure(_ run: Case) throws -> Bool {
        try prepare(run.source)
        if let before = run.before { try prepare(before) }
        let peers = run.isSlow ? slowPeers : peers
        let entrants = peers.enumerated().filter { _, peer in
            run.isSlow || (!peer.isExtra || (plan.includesExtras && !run.measuresMemory)) && (!peer.isCopyOnly || run.before == nil)
        }
        let rounds = run.isHeavy ? min(3, plan.rounds) : plan.rounds
        var seconds = [[Double]](repeating: [], count: peers.count)
        var wire = [[Double]](repeating: [], count: peers.count)
        var memory = (client: 0.0, worker: 0.0)
        var changes = 0
        if run.before != nil {
            for (index, _) in entrants { try fill(index, run) }
        }
        for round in 0..<rounds {
            for (index, peer) in round % 2 == 0 ? entrants : entrants.reversed() {
                let target = target(index)
                if run.before == nil { try Shell.run("rm -rf '\(target)'") } else if run.resets, round > 0 { try fill(index, run) }
                if let change = run.change {
                    changes += 1
                    try Shell.run(change(changes))
                }
                let before = slowLink.bytes
                let result = try Shell.measure(peer.command(run.source, target), watchesWorker: run.measuresMemory && index == 0)
                guard result.status == 0 else {
                    if index == 0 { try? Shell.run("cat '\(folder.file("product.err"))'") }
                    throw Shell.Failure(line: peer.name + ", " + run.name, status: result.status)
                }
                if index == 0 { memory = (max(memory.client, result.residentMiB), max(memory.worker, result.workerMiB)) }
                seconds[index].append(result.seconds)
                wire[index].append(Double(slowLink.bytes - before))
                if round == 0, index == 0 { try verify(run, target) }
            }
        }
        for (index, _) in entrants { try Shell.run("rm -rf '\(target(index))'") }
        let isKept = report(run, entrants.map { ($1.name, seconds[$0]) }, memory)
        return run.isSlow ? reportWire(entrants.map { ($1.name, wire[$0]) }) && isKept : isKept
    }

    /// The most bytes on the wire, as a part of what `rsync -az` takes.
    private static let wireBar = 1.05

    private func reportWire(_ results: [(name: String, bytes: [Double])]) -> Bool {
        let ratio = Self.median(zip(results[0].bytes, results[1].bytes).map { $0 / $1 })
        let isKept = ratio <= Self.wireBar
        let each = results.map { "\($0.name) \(Int(Self.median($0.bytes) / 1000)) kB" }.joined(separator: ", ")
        Output.line("  on the wire: \(Self.text(ratio, 2)) of rsync -az, bar \(Self.text(Self.wireBar, 2))\(isKept ? "" : "  MISSED") (\(each))")
        return isKept
    }

    private func target(_ index: Int) -> String { folder.file("target-\(index)") }

    private func fill(_ index: Int, _ run: Case) throws {
        guard let before = run.before else { return }
        try Shell.run("rm -rf '\(target(index))' && cp -a '\(before)' '\(target(index))'")
    }

    /// rsync has to find nothing left to do.
    private func verify(_ run: Case, _ target: String) throws {
        let left = folder.file("left")
        try Shell.run("rsync -aHnic --delete '\(run.source)/' '\(target)/' > '\(left)'; [ ! -s '\(left)' ] || { head '\(left)'; false; }")
    }

    private func report(_ run: Case, _ results: [(name: String, seconds: [Double])], _ memory: (client: Double, worker: Double)) -> Bool {
        let ratios = zip(results[0].seconds, results[1].seconds).map { $0 / $1 }
        let ratio = Self.median(ratios)
        let isKept = ratio <= run.bar
        Output.line("\n\(run.name): \(Self.text(ratio, 2)) of \(results[1].name), bar \(Self.text(run.bar, 2))\(isKept ? "" : "  MISSED")")
        for (name, seconds) in results {
            Output.line("  \(name.padded(26)) \(Self.text(Self.median(seconds), 3)) s   [\(seconds.map { Self.text($0, 3) }.joined(separator: " "))]")
        }
        if run.measuresMemory { Output.line("  client \(Int(memory.client)) MiB, worker \(Int(memory.worker)) MiB at most") }
        return isKept
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    static func text(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "-" }
        let scale = digits == 2 ? 100.0 : 1000.0
        let number = Int((value * scale).rounded())
        let fraction = String(number % Int(scale))
        return "\(number / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
