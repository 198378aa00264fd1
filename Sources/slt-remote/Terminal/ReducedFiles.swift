import AgentProtocol
import FoundationEssentials
import Glibc
import Platform
import RemoteKit

/// The files of a reduction: the reproducer, its SQL and, until nothing more can go, what the next one goes on from.
enum ReducedFiles {
    /// - Returns: the two files.
    /// - Throws: ``RemoteError`` `usage` where another file is there that nobody named.
    @discardableResult
    static func write(_ reduced: ReducedFile, to places: ReductionPlaces, isNamed: Bool) throws(RemoteError) -> (script: String, sql: String) {
        let (script, sql) = (places.script(reduced), places.sql(reduced))
        if !isNamed, let there = FileManager.default.contents(atPath: script), !there.starts(with: "# Reduced from ".utf8) {
            throw RemoteError(.usage, "cannot write \(script): another file is there", remedy: .advice("name one with --output"))
        }
        try WholeOutput.write(Array(reduced.script.utf8), to: script)
        try WholeOutput.write(Array(reduced.sql.utf8), to: sql)
        return (script, sql)
    }

    /// What earlier reductions have left; a file that is damaged is told, and is nothing.
    static func state(_ path: String) -> ReductionState {
        guard let bytes = FileManager.default.contents(atPath: path) else { return ReductionState() }
        if let state = ReductionState(Array(bytes)) { return state }
        Terminal.shared.say("warning: \(path) is damaged; the reduction begins anew")
        return ReductionState()
    }

    /// Keeps what the next one goes on from; nothing where nothing more can go.
    static func keep(_ reduced: ReducedFile, at places: ReductionPlaces) throws(RemoteError) {
        guard !reduced.isMinimal else {
            unlink(places.state)
            return
        }
        var state = ReductionState()
        state.reductions[places.key] = reduced
        try WholeOutput.write(state.bytes, to: places.state)
    }
}
