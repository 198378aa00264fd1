import CFleet
import Glibc
import Platform

/// A folder of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst of Linux). Each step may be refused, and says so.
struct ControlGroup: Equatable {
    let folder: Path

    /// Where this process is, if a file system of cgroup v2 shows it.
    static func own() -> ControlGroup? {
        folder(groups: Path("/proc/self/cgroup").kernelText() ?? [], mounts: Path("/proc/self/mountinfo").kernelText() ?? [])
            .map { ControlGroup(folder: $0) }
    }

    /// - Parameters:
    ///   - groups: the text of `/proc/self/cgroup`: version 2 has the line `0::PATH`.
    ///   - mounts: the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
    static func folder(groups: [UInt8], mounts: [UInt8]) -> Path? {
        let mark = Array("0::/".utf8)
        guard let line = groups.split(separator: 0x0A).first(where: { $0.starts(with: mark) }) else { return nil }
        let path = Path(Array(line.dropFirst(3)))
        for mount in mounts.split(separator: 0x0A) {
            let fields = mount.split(separator: 0x20)
            guard let dash = fields.firstIndex(of: [0x2D]), dash >= 6, dash + 1 < fields.count, fields[dash + 1].elementsEqual("cgroup2".utf8),
                  let rest = path.below(Path(unescaped(fields[3]))) else { continue }
            let mount = Path(unescaped(fields[4]))
            return rest.isEmpty ? mount : mount / rest
        }
        return nil
    }

    /// Blanks and backslashes are written as three octal digits there.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            if byte == 0x5C, rest.count >= 3 {
                bytes.append(rest.prefix(3).reduce(0) { $0 &* 8 &+ ($1 &- 0x30) })
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    func child(_ name: String) -> ControlGroup { ControlGroup(folder: folder / name) }

    /// It may be there already.
    func make() -> Bool { (try? folder.makeFolder(mode: 0o755)) != nil }

    @discardableResult
    func set(_ name: String, _ value: String) -> Bool {
        guard let file = File(ifPossible: folder / name, O_WRONLY) else { return false }
        return (try? file.write(Array(value.utf8))) != nil
    }

    /// Moves a process here, 0 for this one.
    @discardableResult
    func add(_ pid: Int32) -> Bool { set("cgroup.procs", "\(pid)") }

    /// The processes that are here, without those of the groups below and of other namespaces.
    var processes: [Int32] {
        ((folder / "cgroup.procs").kernelText() ?? []).split(separator: 0x0A).compactMap { decimal($0).flatMap { Int32(exactly: $0) } }.filter { $0 > 0 }
    }

    /// Whether this process may have groups with a memory limit here. Root may write to all of them, but systemd's are its own,
    /// but for those that it marks (systemd.resource-control(5), `Delegate=`).
    var isDelegated: Bool {
        names("cgroup.controllers", "memory")
            && (geteuid() != 0 || !Path("/run/systemd/system").exists || isMarked)
            && [folder, folder / "cgroup.procs", folder / "cgroup.subtree_control"].allSatisfy { $0.withCString { access($0, W_OK) } == 0 }
    }

    /// Whether systemd leaves the group to others.
    var isMarked: Bool { folder.withCString { cfleet_has_attribute($0, "trusted.delegate") != 0 || cfleet_has_attribute($0, "user.delegate") != 0 } }

    /// Whether its children have the controller.
    var givesMemory: Bool { names("cgroup.subtree_control", "memory") }

    private func names(_ file: String, _ word: String) -> Bool {
        ((folder / file).kernelText() ?? []).split { $0 <= 0x20 }.contains { $0.elementsEqual(word.utf8) }
    }

    /// How many processes of this group and those below it the kernel has ended for want of memory.
    var outOfMemoryKills: UInt64 { HostMemory.outOfMemoryKills(folder / "memory.events") }

    /// Ends every process here and below, also one that hides or forks without end. Kernels before 5.14 refuse.
    func end() { set("cgroup.kill", "1") }

    /// Removes the group. One that has processes stays, after half a second: those that were ended may take a moment to go.
    func remove() {
        for _ in 0..<50 {
            if folder.withCString({ rmdir($0) }) == 0 || errno != EBUSY { return }
            Clock.pauseThread(0.01)
        }
    }
}

extension Path {
    /// What is left of this path below `folder`, without a slash first; empty for the folder itself.
    fileprivate func below(_ folder: Path) -> [UInt8]? {
        if folder.bytes == [0x2F] { return Array(bytes.dropFirst()) }
        guard bytes.starts(with: folder.bytes) else { return nil }
        let rest = bytes.dropFirst(folder.bytes.count)
        return rest.isEmpty || rest.first == 0x2F ? Array(rest.dropFirst()) : nil
    }
}
