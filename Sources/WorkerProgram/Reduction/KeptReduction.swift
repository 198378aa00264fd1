import AgentProtocol
import Glibc
import SQLLogicTest

/// The files of a reduction: what is left so far is on the disk at any time.
struct KeptReduction {
    private let places: ReductionPlaces

    init(_ places: ReductionPlaces) { self.places = places }

    /// What an earlier one has left.
    /// - Parameter warn: takes what is wrong with it.
    func read(_ warn: (String) -> Void) -> ReducedFile? {
        guard access(places.state, F_OK) == 0 else { return nil }
        guard let state = (try? Script(path: places.state)).flatMap({ ReductionState($0.bytes) }) else {
            warn("warning: \(places.state) is damaged; the reduction begins anew")
            return nil
        }
        return state.reductions[places.key]
    }

    /// Writes the reproducer and its SQL, and what the next one goes on from.
    func write(_ file: ReducedFile) throws(SQLLogicTestError) {
        try WholeFile.write(Array(file.script.utf8), to: places.script(file))
        try WholeFile.write(Array(file.sql.utf8), to: places.sql(file))
        guard !file.isMinimal else {
            unlink(places.state)
            return
        }
        var state = ReductionState()
        state.reductions[places.key] = file
        try WholeFile.write(state.bytes, to: places.state)
    }
}
