import Glibc
import Platform

/// A process that cannot be mistaken for a later one with the same pid.
struct ProcessIdentity: Sendable, Equatable {
    var host: String
    /// The kernel's id of this boot: pids and start times of another boot say nothing.
    var boot: String
    var pid: Int32
    /// Field 22 of `/proc/PID/stat`, in clock ticks since boot.
    var startTime: UInt64

    enum Life { case alive, dead, unknown }

    /// `unknown` when the process belongs to another host, or to other pids of this one.
    var life: Life {
        if host != Machine.processes { return .unknown }
        if boot != Machine.boot { return .dead }
        return ProcessIdentity.isAlive(pid: pid, startTime: startTime) ? .alive : .dead
    }

    static var current: ProcessIdentity {
        let pid = getpid()
        return ProcessIdentity(host: Machine.processes, boot: Machine.boot, pid: pid, startTime: startTime(of: pid) ?? 0)
    }

    /// ``ProcessMark`` of another process of this host.
    static func mark(pid: Int32) -> String { "\(Machine.processes) \(Machine.boot) \(pid) \(startTime(of: pid) ?? 0)" }

    /// Whether this very process lives; a zombie does not.
    static func isAlive(pid: Int32, startTime: UInt64) -> Bool {
        guard pid > 0, let fields = ProcessFields(pid: pid) else { return false }
        return fields.startTime == startTime && fields.state != UInt8(ascii: "Z") && fields.state != UInt8(ascii: "X")
    }

    static func startTime(of pid: Int32) -> UInt64? { ProcessFields(pid: pid)?.startTime }
}

/// What a host is called, and which of its boots this is.
enum Machine {
    static let host: String = {
        // It is a word of a claim's line.
        String(HostName.own.map { $0.isWhitespace ? "_" : $0 })
    }()

    /// The name for the owner of a process. In a namespace of pids (a container, a node of a cluster made of them) it has the namespace in it:
    /// such machines may share a name and a boot, and a pid of one says nothing in another.
    static let processes: String = {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/pid", &buffer, buffer.count)
        // `pid:[4026531836]` is the first one of every Linux (PROC_PID_INIT_INO in include/linux/proc_ns.h).
        let name = count > 0 ? buffer.prefix(count).map { UInt8(bitPattern: $0) } : []
        let digits = String(decoding: name.filter { (0x30...0x39).contains($0) }, as: UTF8.self)
        return digits.isEmpty || digits == "4026531836" ? host : "\(host)/\(digits)"
    }()

    static let boot: String = {
        let bytes = Path("/proc/sys/kernel/random/boot_id").kernelText() ?? []
        let text = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        return text.isEmpty ? "unknown" : text
    }()

    static let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    static let pageSize = max(4096, sysconf(Int32(_SC_PAGESIZE)))
}

/// The fields of `/proc/PID/stat` (proc(5)) that a fleet needs.
package struct ProcessFields {
    var state: UInt8
    /// User and system time, its reaped children included, in ticks.
    var ticks: UInt64
    package var startTime: UInt64
    /// Bytes.
    package var virtualSize: Int
    package var resident: Int

    package init?(pid: Int32) {
        guard let bytes = Path("/proc/\(pid)/stat").kernelText(limit: 4096),
              // The command's name may hold anything, also `)`: the last one ends it.
              let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: 0x20)
        guard fields.count > 21, let state = fields[0].first else { return nil }
        func number(_ field: Int) -> UInt64 { decimal(fields[field - 3]) ?? 0 }
        self.state = state
        ticks = number(14) &+ number(15) &+ number(16) &+ number(17)
        startTime = number(22)
        virtualSize = Int(clamping: number(23))
        resident = Int(clamping: number(24).multipliedReportingOverflow(by: UInt64(Machine.pageSize)).partialValue)
    }
}

/// The value of a run of decimal digits, `nil` for anything else or too much.
func decimal(_ digits: some Sequence<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var any = false
    for digit in digits {
        guard digit >= 0x30, digit <= 0x39 else { return nil }
        let (product, over) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
        if over || carry { return nil }
        value = sum
        any = true
    }
    return any ? value : nil
}
