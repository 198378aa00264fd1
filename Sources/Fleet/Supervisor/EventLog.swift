import Glibc

/// The file `events`: whole lines of JSON, appended by the supervisor alone.
struct EventLog {
    private let file: File
    private var size: Int

    /// Cuts off a line that a killed supervisor left unfinished.
    init(_ path: Path) throws(FleetError) {
        file = try File(path, O_RDWR | O_CREAT)
        size = Int(try file.status().st_size)
        while size > 0 {
            let start = max(0, size - 65536)
            let tail = try file.read(size - start, at: start)
            if let end = tail.lastIndex(of: UInt8(ascii: "\n")) {
                size = start + end + 1
                break
            }
            size = start
        }
        try file.truncate(to: size)
    }

    mutating func append(_ event: RunEvent) throws(FleetError) { try append(JSON.encode(event)) }

    /// - Parameter lines: whole lines. They are all there or none.
    mutating func append(_ lines: [UInt8]) throws(FleetError) {
        do {
            try file.write(lines, at: size)
        } catch {
            try? file.truncate(to: size)
            throw error
        }
        size += lines.count
    }

    /// The positions that have an event, and how many iterations.
    func announced(_ positions: Positions) throws(FleetError) -> (files: Set<Int>, iterations: Int) {
        var iterations = 0
        var files: Set<Int> = []
        var offset = 0
        while case let lines = try file.lines(4 << 20, at: offset, longest: RunEvent.longest), !lines.isEmpty {
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                switch EventLine(line) {
                case .fileFinished(let id, let iteration): if id < positions.count { files.insert(positions.position(id, iteration: iteration)) }
                case .iterationFinished: iterations += 1
                case .other: break
                }
            }
            offset += lines.count
        }
        return (files, iterations)
    }

    func sync() throws(FleetError) { try file.sync() }
}
