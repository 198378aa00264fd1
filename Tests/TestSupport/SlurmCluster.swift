import FoundationEssentials
import Glibc
import Synchronization

/// A cluster of real Slurm daemons on this machine, with keys, ports and folders of its own: a controller and a slurmd for each node. Its daemons end with the last
/// reference to it, or with the calling process, however that ends; where that is killed, network devices of nodes apart (`sltb…`) stay.
///
/// Together, the nodes are this machine under other names. Apart, each has a network, pids, mounts and a host name of its own on a bridge: only such a node
/// can crash, since a job outlives the slurmd that has started it.
public final class SlurmCluster: Sendable {
    public struct Node: Sendable {
        public var name: String
        public var cores: Int
        public init(_ name: String, cores: Int) {
            self.name = name
            self.cores = cores
        }
    }

    /// Why there is none here; `nil` where there is one.
    public static let refusal: String? = geteuid() == 0 ? nil : "slurmd starts jobs for others and needs root"

    /// Why its nodes cannot be machines of their own here; `nil` where they can.
    public static let refusalApart: String? = {
        if let refusal { return refusal }
        let name = "sltb\(String(UInt16.random(in: 0x1000 ... .max), radix: 16))"
        let line = "ip link add \(name) type bridge && ip link del \(name) && unshare --net --pid --fork --mount-proc --uts --mount true"
        return system("PATH=\(path); (\(line)) >/dev/null 2>&1") == 0 ? nil : "network devices or namespaces are refused here, as in containers without privileges"
    }()

    public let folder: TemporaryFolder
    /// The variables with which Slurm's programs find this cluster.
    public var environment: [String: String] { ["SLURM_CONF": folder.file("slurm.conf")] }
    private let nodes: [Node]
    private let net: Net?
    private let port: UInt16
    private let daemons = Mutex<[String: Daemon]>([:])

    /// A network of namespaces: names of devices are short, and several tests may have one.
    private struct Net {
        let id = String(UInt16.random(in: 0x1000 ... .max), radix: 16)
        let prefix = "10.\(Int.random(in: 100...220)).\(Int.random(in: 1...250))"
        var bridge: String { "sltb\(id)" }
        func space(_ index: Int) -> String { "slt\(id)n\(index)" }
        func address(_ index: Int) -> String { "\(prefix).\(index + 10)" }
    }

    /// A daemon in the foreground, behind a shell that ends it when this process lets go of the lifeline.
    private struct Daemon {
        var pid: pid_t
        var lifeline: Int32
    }

    /// Returns when every node is idle.
    /// - Parameters:
    ///   - apart: whether the nodes are machines of their own.
    ///   - lines: further lines of slurm.conf.
    ///   - hidden: a folder in whose place the nodes see an empty one; only of nodes apart.
    public init(_ nodes: [Node], apart: Bool = false, lines: [String] = [], hidden: String? = nil) async throws {
        self.nodes = nodes
        folder = try TemporaryFolder()
        net = apart ? Net() : nil
        port = try PrivateSSHServer.freePort()
        for name in ["run", "log", "state"] + nodes.map({ "spool/" + $0.name }) {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        let key = (0..<1024).map { _ in UInt8.random(in: 0 ... .max) }
        try Data(key).write(to: URL(filePath: folder.file("munge.key")))
        chmod(folder.file("munge.key"), 0o600)
        if let net { try script("ip link add \(net.bridge) type bridge; ip addr add \(net.prefix).1/24 dev \(net.bridge); ip link set \(net.bridge) up") }
        try writeConfiguration(lines)
        let (run, log) = (folder.file("run"), folder.file("log"))
        try start("munged", ["/usr/sbin/munged", "--foreground", "--force", "--socket=\(run)/munge.sock", "--key-file=\(folder.file("munge.key"))",
                             "--pid-file=\(run)/munged.pid", "--log-file=\(log)/munged", "--seed-file=\(folder.file("state/seed"))"])
        guard try await eventually({ access(run + "/munge.sock", F_OK) == 0 }) else { throw SlurmClusterFailure("munged does not listen: \(said())") }
        try startController()
        for node in nodes { try boot(node.name, hiding: hidden) }
        guard try await eventually(every: .milliseconds(100), { try await idle() == nodes.count }) else { throw SlurmClusterFailure("the nodes are not idle: \(said())") }
    }

    deinit {
        let all = daemons.withLock { daemons in
            defer { daemons = [:] }
            return daemons
        }
        for name in all.keys.sorted() where name != "munged" { end(all[name]) }
        end(all["munged"])
        guard let net else { return }
        for index in nodes.indices { _ = try? script("ip link del \(net.space(index)); ip netns del \(net.space(index))") }
        _ = try? script("ip link del \(net.bridge)")
    }

    // MARK: what may happen to it

    public func startController() throws { try start("slurmctld", ["/usr/sbin/slurmctld", "-D", "-f", folder.file("slurm.conf")]) }

    /// Ends the controller in order: killed, it would forget the jobs of the last seconds.
    public func stopController() async throws {
        let note = folder.file("run/slurmctld.pid")
        if let pid = (try? String(contentsOfFile: note, encoding: .utf8)).flatMap({ pid_t($0.filter(\.isNumber)) }) { Glibc.kill(pid, SIGTERM) }
        guard try await eventually({ access(note, F_OK) != 0 }) else { throw SlurmClusterFailure("slurmctld does not end: \(said())") }
        kill("slurmctld")
    }

    /// Starts a node, also after ``crash(_:)``.
    public func boot(_ name: String, hiding hidden: String? = nil) throws {
        let index = try index(name), slurmd = ["/usr/sbin/slurmd", "-D", "-f", folder.file("slurm.conf"), "-N", name]
        guard let net else { return try start(name, slurmd) }
        let space = net.space(index)
        try script("""
            ip netns add \(space); ip link add \(space) type veth peer name e0 netns \(space); ip link set \(space) master \(net.bridge) up
            ip -n \(space) addr add \(net.address(index))/24 dev e0; ip -n \(space) link set e0 up; ip -n \(space) link set lo up
            """)
        let hide = hidden.map { "mount -t tmpfs none '\($0)'; " } ?? ""
        try start(name, ["/usr/bin/nsenter", "--net=/run/netns/\(space)", "/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "--uts", "--mount", "--kill-child",
                         "/bin/sh", "-c", "hostname \(name); \(hide)exec \"$@\"", "sh"] + slurmd)
    }

    /// The machine is gone, with everything on it.
    public func crash(_ name: String) throws {
        kill(name)
        if let net { try script("ip link del \(net.space(index(name))); ip netns del \(net.space(index(name)))") }
    }

    /// The network of a node is gone; what runs there goes on.
    public func cut(_ name: String) throws { if let net { try script("ip link set \(net.space(index(name))) down") } }
    public func join(_ name: String) throws { if let net { try script("ip link set \(net.space(index(name))) up") } }

    /// Runs a program of Slurm's and returns what it printed.
    @discardableResult
    public func ask(_ words: String...) async throws -> String {
        try await RunningProgram.run(["/usr/bin/env"] + words, environment: environment.merging(["PATH": Self.path]) { $1 }).text
    }

    /// Everything that the daemons have said.
    public func said() -> String {
        below(folder.file("log")).sorted().map { "\($0):\n\((try? String(contentsOfFile: $0, encoding: .utf8)) ?? "")" }.joined(separator: "\n")
    }

    // MARK: its parts

    private static let path = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private func idle() async throws -> Int { try await ask("sinfo", "-hN", "-p", "tests", "-o", "%t").split(separator: "\n").count { $0 == "idle" } }

    private func index(_ name: String) throws -> Int {
        guard let index = nodes.firstIndex(where: { $0.name == name }) else { throw SlurmClusterFailure("no node \(name)") }
        return index
    }

    private func start(_ name: String, _ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXFailure(call: "pipe", errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let guardian = ["/bin/sh", "-c", "\"$@\" 3<&- & read -r _ <&3; kill -9 $!; wait", "sh"] + arguments
        let pid = try PrivateSSHServerProcess.spawn(guardian, environment: environment.merging(["PATH": Self.path]) { $1 }, lifeline: ends[0],
                                                    output: folder.file("log/\(name).out"), ownSession: true)
        daemons.withLock { $0[name] = Daemon(pid: pid, lifeline: ends[1]) }
    }

    private func kill(_ name: String) { end(daemons.withLock { $0.removeValue(forKey: name) }) }

    private func end(_ daemon: Daemon?) {
        guard let daemon else { return }
        close(daemon.lifeline)
        PrivateSSHServerProcess.wait(for: daemon.pid)
    }

    private func script(_ text: String) throws {
        try PrivateSSHServerProcess.run(["/bin/sh", "-ec", text], environment: ["PATH": Self.path], scratch: folder)
    }

    private func writeConfiguration(_ further: [String]) throws {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, 255)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), run = folder.file("run")
        var lines = """
            ClusterName=slt
            SlurmctldHost=\(host)(\(net.map { $0.prefix + ".1" } ?? "127.0.0.1"))
            SlurmctldPort=\(port)
            SlurmUser=root
            AuthType=auth/munge
            AuthInfo=socket=\(run)/munge.sock,cred_expire=5
            SlurmctldPidFile=\(run)/slurmctld.pid
            SlurmdPidFile=\(run)/slurmd-%n.pid
            SlurmctldLogFile=\(folder.file("log"))/slurmctld
            SlurmdLogFile=\(folder.file("log"))/slurmd-%n
            StateSaveLocation=\(folder.file("state"))
            SlurmdSpoolDir=\(folder.file("spool"))/%n
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
            SlurmdParameters=config_overrides
            ReturnToService=2
            SlurmdTimeout=4
            KillWait=2
            TCPTimeout=1
            MessageTimeout=5
            MailProg=/bin/true
            PropagateResourceLimits=NONE
            """.split(separator: "\n").map { String($0) }
        for (index, node) in nodes.enumerated() {
            let place = try net.map { "NodeAddr=\($0.address(index))" } ?? "NodeHostname=\(host) NodeAddr=127.0.0.1 Port=\(PrivateSSHServer.freePort())"
            lines.append("NodeName=\(node.name) \(place) CPUs=\(node.cores) Boards=1 SocketsPerBoard=1 CoresPerSocket=\(node.cores) ThreadsPerCore=1 RealMemory=1000")
        }
        lines += further
        lines.append("PartitionName=tests Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 State=UP")
        lines.append("PartitionName=short Nodes=ALL MaxTime=10 State=UP")
        try folder.write(lines.joined(separator: "\n") + "\n", to: "slurm.conf")
        try folder.write("CgroupPlugin=cgroup/v1\nIgnoreSystemd=yes\n", to: "cgroup.conf")
    }
}

public struct SlurmClusterFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
