import AgentProtocol
import FoundationEssentials
import Glibc
import Platform
import RemoteKit

/// The files of a reduction: the reproducer, its SQL and, until nothing more can go, what the next one goes on from.
struct ReducedFiles {
    private let places: ReductionPlaces
    /// Path of the file that is reduced, in the tree on this machine.
    private let input: String
    /// Where it is reduced: `here`, `on sandbox`.
    private let place: String

    init(_ places: ReductionPlaces, reducing input: String, at place: String) {
        self.places = places
        self.input = input
        self.place = place
    }

    /// - Parameter line: that the reduction has found; nil before it has found one.
    /// - Throws: ``RemoteError`` `usage` where a place is the input, or has another file.
    func check(line: Int? = nil) throws(RemoteError) {
        if let problem = places.problem(reducing: input, line: line) { throw RemoteError(.usage, problem, remedy: .advice("move it away, or name another file with --output")) }
    }

    /// What there is so far, should the client be killed. Nothing goes to a device before the end.
    func keepSoFar(_ reduced: ReducedFile) {
        guard !places.isStream else { return }
        // Either is of use without the other.
        _ = try? write(reduced)
        try? keep(reduced, isDone: false)
    }

    /// Writes what has come of it. What cannot be written is kept for the same command.
    /// - Returns: the two files.
    /// - Throws: ``RemoteError`` `usage` where another file is there that nobody named.
    func end(_ reduced: ReducedFile) throws(RemoteError) -> (script: String, sql: String?) {
        let written: (script: String, sql: String?)
        do throws(RemoteError) {
            written = try write(reduced)
        } catch {
            guard let state = places.state, (try? keep(reduced, isDone: false)) != nil else { throw error }
            throw RemoteError(error.code, "\(error.message); what is left is kept in \(state)", remedy: .advice("make room there and run the same command again, which writes it"))
        }
        try keep(reduced, isDone: reduced.isMinimal)
        return written
    }

    private func write(_ reduced: ReducedFile) throws(RemoteError) -> (script: String, sql: String?) {
        try check(line: reduced.line)
        let (script, sql) = (places.script(reduced), places.sql(reduced))
        try WholeOutput.write(reduced.scriptBytes, to: script)
        if let sql { try WholeOutput.write(reduced.sqlBytes, to: sql) }
        return (script, sql)
    }

    /// Where reproducers of a whole run go, as `1.test` and `1.sql`.
    /// - Throws: ``RemoteError`` `usage` where another file is there, such as a test.
    static func check(folder: String, most: Int) throws(RemoteError) {
        for number in 1...max(1, most) {
            for (ending, mark) in [("test", "#"), ("sql", "--")] {
                let path = "\(folder)/\(number).\(ending)"
                guard let there = FileManager.default.contents(atPath: path), !there.isEmpty, !there.starts(with: "\(mark) Reduced from ".utf8) else { continue }
                throw RemoteError(.usage, "cannot write \(path): another file is there", remedy: .advice("move it away, or name another folder with --output"))
            }
        }
    }

    // MARK: The state

    /// What an earlier reduction has left in the same place.
    var left: ReducedFile? {
        guard let path = places.state else { return nil }
        let state = Self.state(path)
        if state.reductions[places.key] != nil, state.place(of: places.key) != place {
            Terminal.shared.say("warning: \(path) is of a reduction \(SafeText.line(state.place(of: places.key) ?? "in another place", limit: 300)); this one begins anew")
        }
        return state.left(of: places.key, at: place)
    }

    /// What earlier reductions have left; a file that is damaged is told, and is nothing.
    static func state(_ path: String) -> ReductionState {
        guard let bytes = FileManager.default.contents(atPath: path) else { return ReductionState() }
        if let state = ReductionState(Array(bytes)) { return state }
        Terminal.shared.say("warning: \(path) is damaged; the reduction begins anew")
        return ReductionState()
    }

    /// Keeps what the next one goes on from, beside what is left of other records.
    private func keep(_ reduced: ReducedFile, isDone: Bool) throws(RemoteError) {
        guard let path = places.state else { return }
        var state = FileManager.default.contents(atPath: path).flatMap { ReductionState(Array($0)) } ?? ReductionState()
        if isDone { state.remove(places.key) } else { state.keep(reduced, of: places.key, at: place) }
        guard !state.reductions.isEmpty else {
            unlink(path)
            return
        }
        try WholeOutput.write(state.bytes, to: path)
    }
}
