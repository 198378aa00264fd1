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

    /// - Parameter record: a record's line of JSON, with its newline or without.
    static func line(finished record: [UInt8], at time: Double) -> [UInt8] {
        var json = ByteJSON(capacity: record.count + 80)
        json.add("kind", RunEvent.Kind.fileFinished.rawValue)
        json.add("time", time)
        json.add("record", raw: record.last == UInt8(ascii: "\n") ? Array(record.dropLast()) : record)
        return json.end() + [UInt8(ascii: "\n")]
    }

    /// The positions that have an event, and how many iterations.
    func announced(_ positions: Positions) throws(FleetError) -> (files: Set<Int>, iterations: Int) {
        let iterationMark = Array(#"{"kind":"iteration-finished""#.utf8)
        var iterations = 0
        let mark = Array(#""record":{"id":"#.utf8)
        let iteration = Array(#","iteration":"#.utf8)
        var files: Set<Int> = []
        var offset = 0
        while offset < size {
            let piece = try file.read(min(4 << 20, size - offset), at: offset)
            guard let end = piece.lastIndex(of: UInt8(ascii: "\n")) else { break }
            for line in piece[...end].split(separator: UInt8(ascii: "\n")) {
                if line.starts(with: iterationMark) { iterations += 1 }
                // The mark stands near the line's start, after the kind and the time.
                let head = Array(line.prefix(160))
                guard let at = head.indices.first(where: { head[$0...].starts(with: mark) }) else { continue }
                let digits = head[(at + mark.count)...].prefix { (0x30...0x39).contains($0) }
                guard let id = decimal(digits).flatMap({ Int(exactly: $0) }), id < positions.count else { continue }
                let rest = head[(at + mark.count + digits.count)...]
                let round = rest.starts(with: iteration) ? decimal(rest.dropFirst(iteration.count).prefix { (0x30...0x39).contains($0) }) : nil
                files.insert(positions.position(id, iteration: round.flatMap { Int(exactly: $0) }))
            }
            offset += end + 1
        }
        return (files, iterations)
    }

    func sync() throws(FleetError) { try file.sync() }
}
