import Platform

/// Whether this machine has memory for one more process: the floor of a run, for whoever starts processes without a supervisor.
package struct MemoryRoom {
    private let floor: MemoryFloor
    private var lastLook: UInt64 = 0
    private var wasThere = true

    /// Seconds for which an answer holds: processes may start in thousands.
    private static let rest = 0.05

    /// - Parameter floor: bytes that must remain; 0 watches nothing, `nil` is what runs leave free.
    package init(floor: Int?) { self.floor = MemoryFloor(floor) }

    /// Whether there is room now.
    package mutating func isThere() -> Bool {
        guard floor.bytes > 0 else { return true }
        if lastLook == 0 || Clock.seconds(since: lastLook) >= Self.rest {
            lastLook = Clock.monotonic
            wasThere = !floor.isBelow(HostMemory.now().available)
        }
        return wasThere
    }
}
