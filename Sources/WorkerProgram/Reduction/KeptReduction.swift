import AgentProtocol
import Glibc
import Platform
import SQLLogicTest

/// The files of a reduction: what is left so far is on the disk at any time.
struct KeptReduction {
    private let places: ReductionPlaces
    private let input: String

    /// - Parameter input: path of the file that is reduced.
    init(_ places: ReductionPlaces, reducing input: String) {
        self.places = places
        self.input = input
    }

    /// - Parameter line: that the reduction has found; nil before it has found one.
    /// - Throws: `SQLLogicTestError` `usage` where a place is the input, or has another file.
    func check(line: Int? = nil) throws(SQLLogicTestError) {
        if let problem = places.problem(reducing: input, line: line) { throw SQLLogicTestError(.usage, "\(problem); move it away, or name another file with --output") }
    }

    /// What an earlier one has left on this machine.
    /// - Parameter warn: takes what is wrong with it.
    func read(_ warn: (String) -> Void) -> ReducedFile? {
        guard let path = places.state, access(path, F_OK) == 0 else { return nil }
        guard let state = state else {
            warn("warning: \(path) is damaged; the reduction begins anew")
            return nil
        }
        if state.reductions[places.key] != nil, state.place(of: places.key) != ReductionState.here {
            warn("warning: \(path) is of a reduction \(SafeText.line(state.place(of: places.key) ?? "in another place", limit: 300)); this one begins anew")
        }
        return state.left(of: places.key, at: ReductionState.here)
    }

    private var state: ReductionState? { places.state.flatMap { try? Script(path: $0) }.flatMap { ReductionState($0.bytes) } }

    /// What there is so far, should this process be killed. Nothing goes to a device before the end.
    func keepSoFar(_ file: ReducedFile) {
        guard !places.isStream else { return }
        // Either is of use without the other.
        try? write(file)
        try? keep(file, isDone: false)
    }

    /// Writes what has come of it. What cannot be written is kept for the same command.
    /// - Throws: `SQLLogicTestError` `usage` where another file is there that nobody named.
    func end(_ file: ReducedFile) throws(SQLLogicTestError) {
        do throws(SQLLogicTestError) {
            try write(file)
        } catch {
            guard let path = places.state, (try? keep(file, isDone: false)) != nil else { throw error }
            throw SQLLogicTestError(error.code, "\(error.message); what is left is kept in \(path), and the same command writes it once there is room")
        }
        try keep(file, isDone: file.isMinimal)
    }

    private func write(_ file: ReducedFile) throws(SQLLogicTestError) {
        try check(line: file.line)
        guard let sql = places.sql(file) else { return try pass(file.scriptBytes, to: places.script(file)) }
        try WholeFile.write(file.scriptBytes, to: places.script(file))
        try WholeFile.write(file.sqlBytes, to: sql)
    }

    /// What is no regular file cannot be replaced.
    private func pass(_ bytes: [UInt8], to path: String) throws(SQLLogicTestError) {
        let file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, DescriptorIO.writeAll(file, bytes) else { throw SQLLogicTestError(.unwritable, "cannot write \(path): \(ErrorText.of())") }
    }

    /// Keeps what the next one goes on from, beside what is left of other records.
    private func keep(_ file: ReducedFile, isDone: Bool) throws(SQLLogicTestError) {
        guard let path = places.state else { return }
        var state = state ?? ReductionState()
        if isDone { state.remove(places.key) } else { state.keep(file, of: places.key, at: ReductionState.here) }
        guard !state.reductions.isEmpty else {
            unlink(path)
            return
        }
        try WholeFile.write(state.bytes, to: path)
    }
}
