@testable import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("cgroups of workers") struct ControlGroupTests {
    private static let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"
    private static let hybrid = """
        31 23 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
        32 31 0:29 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10 - cgroup2 cgroup2 rw,nsdelegate
        33 31 0:30 / /sys/fs/cgroup/memory rw,nosuid,nodev,noexec,relatime shared:12 - cgroup cgroup rw,memory

        """

    /// `/proc/self/cgroup` and `/proc/self/mountinfo` as they are found, and the folder that they mean.
    @Test("the folder of this process is found whatever mounted it", arguments: [
        // systemd: a login over SSH, and a scope of the user's own manager.
        ("0::/user.slice/user-1000.slice/session-3.scope\n", unified, "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r7c.scope\n", unified,
         "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/run-r7c.scope"),
        // Both versions; memory may be with the first one, which its own file tells.
        ("12:memory:/user.slice\n3:cpu,cpuacct:/\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n0::/user.slice/user-0.slice/session-1.scope\n",
         hybrid, "/sys/fs/cgroup/unified/user.slice/user-0.slice/session-1.scope"),
        // A container with a namespace of its own, one without, and a process that is above what is mounted.
        ("0::/\n", "703 694 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n", "/sys/fs/cgroup"),
        ("0::/docker/4f1c/deep\n", "703 694 0:26 /docker/4f1c /sys/fs/cgroup ro,relatime master:4 - cgroup2 cgroup rw\n", "/sys/fs/cgroup/deep"),
        ("0::/docker/4f1c\n", "703 694 0:26 /docker/4f1c /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n", "/sys/fs/cgroup"),
        ("0::/docker/4f1cb\n", "703 694 0:26 /docker/4f1c /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n", nil),
        ("0::/\n", "703 694 0:26 /docker/4f1c /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n", nil),
        // Names with a colon, a blank, a backslash.
        ("0::/a:b c\n", "9 1 0:26 / /mnt/my\\040cg\\134roup rw - cgroup2 none rw\n", "/mnt/my cg\\roup/a:b c"),
        // The first version alone, nothing mounted, nothing to read, lines that are cut.
        ("4:memory:/user.slice\n1:name=systemd:/\n", "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", nil),
        ("0::/x\n", "25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n", nil),
        ("", "", nil), ("0::", unified, nil), ("0::/x", "30 23 0:26 / /sys/fs/cgroup rw -\n30 23 - cgroup2\n -", nil),
    ] as [(String, String, String?)])
    func place(groups: String, mounts: String, expected: String?) {
        #expect(ControlGroup.folder(groups: Array(groups.utf8), mounts: Array(mounts.utf8))?.text == expected)
    }

    @Test("on this machine the folder that was found has this process in it, or there is none to find")
    func here() throws {
        guard let own = ControlGroup.own() else {
            let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
            let shown = mounts.split(separator: "\n").filter { $0.contains(" - cgroup2 ") }
            return #expect(!shown.contains { $0.split(separator: " ").dropFirst(3).first == "/" })
        }
        #expect(own.processes.contains(getpid()), "\(own.folder.text)")
    }

    @Test("a run that is started from within another one has its groups beside that one's")
    func beside() {
        func home(_ path: String) -> String { MemoryGroups.home(of: ControlGroup(folder: Path(path))).folder.text }
        #expect(home("/sys/fs/cgroup/a/slt-20261121-x/supervisor") == "/sys/fs/cgroup/a")
        #expect(home("/sys/fs/cgroup/a/other/supervisor") == "/sys/fs/cgroup/a/other/supervisor")
        #expect(home("/sys/fs/cgroup/slt-x/worker-0") == "/sys/fs/cgroup/slt-x/worker-0")
        #expect(home("/sys/fs/cgroup") == "/sys/fs/cgroup")
        #expect(home("") == "")
    }

    /// Not every file system has the one, and not every user may set the other.
    private static let marking = """
        import os, sys
        try: os.setxattr(sys.argv[1], "user.delegate", sys.argv[2].encode())
        except OSError: os.setxattr(sys.argv[1], "trusted.delegate", sys.argv[2].encode())
        """

    @Test("a group that systemd has marked as delegated is known by that", .enabled(if: getuid() == 0, "only root can set either mark"))
    func mark() async throws {
        let folder = try TemporaryFolder()
        let group = ControlGroup(folder: Path(folder.path))
        for (value, isMarked) in [("0", false), ("1", true)] {
            let program = try RunningProgram(["/usr/bin/python3", "-c", Self.marking, folder.path, value], environment: [:])
            #expect(try await program.finish().code == 0)
            #expect(group.isMarked == isMarked)
        }
    }

    private static let spec = RunSpec(id: "run-1", workspace: "/tmp", workers: 1, timeBudget: 9, fileTimeout: 9, memoryLimit: 1 << 30,
                                      engine: EngineSpec(kind: .sqlite), startedBy: "tests")

    @Test("where a step is refused there are no groups, and nothing is left of them", arguments: [0, 1, 2, 3])
    func refused(step: Int) throws {
        let folder = try TemporaryFolder()
        let layout = RunLayout(root: Path(folder.file("run")))
        try layout.root.makeFolder()
        // Plain files in the place of the kernel's take what is written, and a new folder has none of them.
        let files = [("cgroup.controllers", "cpu memory\n"), ("cgroup.procs", ""), ("cgroup.subtree_control", "")]
        for (name, text) in files.prefix(step) { try folder.write(text, to: "home/" + name) }
        if step == 0 { try folder.write("cpu pids\n", to: "home/cgroup.controllers") }
        #expect(MemoryGroups(Self.spec, layout, in: ControlGroup(folder: Path(folder.file("home")))) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("home")).allSatisfy { $0.hasPrefix("cgroup.") })
        #expect(!layout.controlGroup.exists)
        #expect(MemoryGroups(Self.spec, layout, in: nil) == nil)
    }

    @Test("what a killed supervisor left is taken away, and that of a live one stays")
    func sweep() throws {
        let folder = try TemporaryFolder()
        for run in ["dead", "live"] {
            for group in ["worker-0", "worker-17", "supervisor"] {
                try FileManager.default.createDirectory(atPath: folder.file("cg/slt-\(run)/\(group)"), withIntermediateDirectories: true)
            }
            try folder.write("\(folder.file("cg/slt-\(run)"))\nmemory\n", to: "state/runs/\(run)/cgroup")
            try folder.write("", to: "state/runs/\(run)/supervisor.lock")
        }
        let lock = try File(Path(folder.file("state/runs/live/supervisor.lock")), O_RDWR)
        #expect(try lock.tryLock())
        RunDirectory.removeUnfinished(state: folder.file("state"), ends: true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("cg")) == ["slt-live"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("cg/slt-live")).count == 3)
        #expect(access(folder.file("state/runs/dead/cgroup"), F_OK) != 0)
        #expect(access(folder.file("state/runs/live/cgroup"), F_OK) == 0)
        withExtendedLifetime(lock) {}
    }

    /// A group of the kernel's in which this process may make others.
    private static let writable: ControlGroup? = ControlGroup.own().flatMap { own in
        [own.folder, own.folder / "cgroup.procs"].allSatisfy { $0.withCString { access($0, W_OK) } == 0 } ? own : nil
    }

    @Test("the end of a group ends all that is in it, also what hides in a session of its own",
          .enabled(if: writable != nil, "no cgroup of version 2 is writable here"))
    func end() async throws {
        let group = try #require(Self.writable).child("slt-test-\(getpid())")
        #expect(group.make())
        let folder = try TemporaryFolder()
        let script = "while [ ! -e '\(folder.file("go"))' ]; do sleep 0.01; done; setsid sleep 1000 & exec sleep 1000"
        let program = try RunningProgram(["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"])
        #expect(group.add(program.pid))
        try folder.write("", to: "go")
        let both = try await eventually { group.processes.filter { commandLine($0) == ["sleep", "1000"] }.count == 2 }
        #expect(both, "\(group.processes.map { commandLine($0) })")
        #expect(!group.set("cgroup.nonsense", "1"))
        #expect(group.outOfMemoryKills == 0)
        group.end()
        #expect(try await eventually { group.processes.isEmpty })
        #expect(try await program.finish().code == -SIGKILL)
        group.remove()
        #expect(!group.folder.exists)
    }
}
