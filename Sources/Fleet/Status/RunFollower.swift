import Glibc

/// Reads a run's events from any place on. Whoever begins at 0, at any time and as often as he likes, gets the same
/// events in the same order.
public struct RunFollower: Sendable {
    /// The run that is followed.
    public let directory: RunDirectory
    /// Bytes of `events` read so far; hand it to a new follower to go on.
    public private(set) var offset: Int

    /// - Parameter offset: bytes of `events` that were read before.
    public init(_ directory: RunDirectory, from offset: Int = 0) {
        self.directory = directory
        self.offset = max(0, offset)
    }

    /// The events that were added since, about `limit` bytes of them at most; none when there is nothing new. Call
    /// again at once when there were some.
    public mutating func next(limit: Int = 1 << 20) throws(FleetError) -> [RunEvent] {
        let path = directory.layout.events
        guard let file = File(ifPossible: path, O_RDONLY) else {
            if errno == ENOENT { return [] }
            throw .system("read \(path.text)")
        }
        let lines = try file.lines(max(4096, limit), at: offset, longest: RunEvent.longest)
        var events: [RunEvent] = []
        for line in lines.split(separator: UInt8(ascii: "\n")) { events.append(try JSON.decode(RunEvent.self, Array(line), path)) }
        offset += lines.count
        return events
    }
}
