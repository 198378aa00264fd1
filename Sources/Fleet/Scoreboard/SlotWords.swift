import Platform

/// The words of a slot as the values they stand for, wherever they are read from.
protocol SlotWords {
    subscript(word: Scoreboard.Word) -> UInt64 { get }
}

extension SlotWords {
    var state: Scoreboard.State { Scoreboard.State(rawValue: self[.state]) ?? .empty }
    var pid: Int32 { Int32(truncatingIfNeeded: self[.pid]) }
    /// Of that process, in clock ticks since boot.
    var startTime: UInt64 { self[.startTime] }
    var isAlive: Bool { state != .empty && ProcessIdentity.isAlive(pid: pid, startTime: startTime) }
    /// Whether the words do not belong together just now: the worker changes files.
    var isChanging: Bool { self[.sequence] & 1 != 0 }

    /// The position that the worker has claimed.
    var position: Int? { self[.file] == 0 ? nil : Int(clamping: self[.file]) - 1 }
    /// Of the claim, see ``Claim``.
    var generation: Int { Int(clamping: self[.generation]) }
    var tryNumber: Int { Int(clamping: self[.tryNumber]) }
    /// Monotonic nanoseconds.
    var fileStarted: UInt64 { self[.fileStarted] }
    /// Monotonic nanoseconds.
    var lastProgress: UInt64 { self[.lastProgress] }
    /// Of the record that the worker is on, from 1; 0 before the first.
    var line: Int { Int(clamping: self[.line]) }
    var record: Int { Int(clamping: self[.record]) }
    var filesDone: Int { Int(clamping: self[.filesDone]) }

    /// The program that the worker runs; pid 0 without one.
    var program: (pid: Int32, startTime: UInt64) { (Int32(truncatingIfNeeded: self[.childPid]), self[.childStart]) }

    /// Results that came too late.
    var late: Int { Int(clamping: self[.late]) }
    /// 1 = one core, over the last sample.
    var cpu: Double { Double(self[.cpu]) / 1000 }
    /// Bytes, with the programs that the worker runs.
    var resident: Int { Int(clamping: self[.resident]) }
    /// Bytes of address space.
    var virtualSize: Int { Int(clamping: self[.virtualSize]) }
    /// Bytes of address space that the worker has without using them.
    var baseSize: Int { Int(clamping: self[.baseSize]) }
    /// Whether a cgroup holds the worker to its memory.
    var isHeld: Bool { self[.held] == 1 }

    /// Whether the worker explains failures, and has time for it left.
    var isExplaining: Bool { self[.explaining] > Clock.monotonic }

    /// The position that a publisher was about to publish when it was last heard of.
    var pending: Int? { self[.commit] >> 1 == 0 ? nil : Int(clamping: self[.commit] >> 1) - 1 }
}
