import Glibc
import Platform

/// The folder of results. A result is a hard link to a finished file; link(2) fails when the name exists, so the first
/// publisher wins whoever else believes to own the file.
struct Results: Sendable {
    let layout: RunLayout

    enum Publication { case won, late }

    /// Gives `source` the result's name.
    /// - Parameter file: the one behind `source`. An error of link(2) proves nothing on a shared disk, where a repeated request may find
    ///   its own success.
    func publish(_ source: Path, _ file: File, id: Int) throws(FleetError) -> Publication {
        let target = layout.result(id)
        if link(source, target) { return .won }
        var number = errno
        if number == ENOENT && !target.exists {
            try layout.resultShard(id).makeFolder()
            if link(source, target) { return .won }
            number = errno
        }
        // It is there also when the source is gone: whoever published removed all claims of the file.
        if let isOwn = file.isLinked(to: target, after: number) { return isOwn ? .won : .late }
        throw .system("publish the result of file \(id)", number)
    }

    private func link(_ source: Path, _ target: Path) -> Bool {
        source.withCString { from in target.withCString { Glibc.link(from, $0) } } == 0
    }

    /// The record's line in the result, without its newline; `nil` when there is none or it is not whole.
    /// - Parameter isThere: whether it is known to be there: on a shared disk it may not be seen at once.
    func recordLine(_ id: Int, isThere: Bool = false) throws(FleetError) -> [UInt8]? {
        let began = Clock.monotonic
        while !layout.result(id).exists {
            guard isThere, Clock.seconds(since: began) < File.visibility else { return nil }
            layout.result(id).look()
        }
        let bytes = try layout.result(id).contents(limit: 1 << 28)
        guard bytes.last == UInt8(ascii: "\n"), let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end + 1 < bytes.count else { return nil }
        return Array(bytes[(end + 1)..<(bytes.count - 1)])
    }

    /// The ids that have a result, in no order.
    func ids() throws(FleetError) -> [Int] {
        var ids: [Int] = []
        for shard in try layout.results.names() where decimal(shard) != nil {
            for name in try (layout.results / shard).names() {
                if let id = decimal(name).flatMap({ Int(exactly: $0) }) { ids.append(id) }
            }
        }
        return ids
    }
}
