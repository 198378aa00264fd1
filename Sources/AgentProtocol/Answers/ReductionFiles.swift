import FoundationEssentials
import Glibc

/// The files of a reduction: the reproducer, its SQL and, until nothing more can go, what the next one goes on from.
package struct ReductionFiles<Failure: Error>: Sendable {
    /// What whoever reduces has of its own.
    package struct Ways: Sendable {
        private let write: @Sendable (_ bytes: [UInt8], _ path: String) throws(Failure) -> Void
        private let refusal: @Sendable (_ problem: String) -> Failure
        private let unwritten: @Sendable (_ failure: Failure, _ state: String) -> Failure
        private let warn: @Sendable (_ text: String) -> Void

        /// - Parameters:
        ///   - write: writes a file whole or not at all; what is no regular file is added to.
        ///   - refusal: for a place that is the input, or has another file.
        ///   - unwritten: for what could not be written, and is kept in the state at a path.
        ///   - warn: tells people.
        package init(write: @escaping @Sendable ([UInt8], String) throws(Failure) -> Void, refusal: @escaping @Sendable (String) -> Failure,
                     unwritten: @escaping @Sendable (Failure, String) -> Failure, warn: @escaping @Sendable (String) -> Void) {
            (self.write, self.refusal, self.unwritten, self.warn) = (write, refusal, unwritten, warn)
        }

        fileprivate func put(_ bytes: [UInt8], _ path: String) throws(Failure) { try write(bytes, path) }
        fileprivate func refused(_ problem: String) -> Failure { refusal(problem) }
        fileprivate func kept(_ failure: Failure, _ state: String) -> Failure { unwritten(failure, state) }
        fileprivate func tell(_ text: String) { warn(text) }
    }

    private let places: ReductionPlaces
    private let input: String
    private let place: String
    private let ways: Ways

    /// - Parameters:
    ///   - input: path of the file that is reduced, on this machine.
    ///   - place: where it is reduced: ``ReductionState/here``, `on sandbox`.
    package init(_ places: ReductionPlaces, reducing input: String, at place: String, _ ways: Ways) {
        self.places = places
        self.input = input
        self.place = place
        self.ways = ways
    }

    /// - Parameter line: that the reduction has found; nil before it has found one.
    package func check(line: Int? = nil) throws(Failure) {
        if let problem = places.problem(reducing: input, line: line) { throw ways.refused(problem) }
    }

    // MARK: The result

    /// What there is so far, should this process be killed. Nothing goes to a device before the end.
    package func keepSoFar(_ reduced: ReducedFile) {
        guard !places.isStream else { return }
        // Either is of use without the other.
        try? write(reduced)
        try? keep(reduced, isDone: false)
    }

    /// Writes what has come of it. What cannot be written is kept for the same command.
    /// - Returns: the two files.
    @discardableResult
    package func end(_ reduced: ReducedFile) throws(Failure) -> (script: String, sql: String?) {
        do throws(Failure) {
            try write(reduced)
        } catch {
            guard let state = places.state, (try? keep(reduced, isDone: false)) != nil else { throw error }
            throw ways.kept(error, state)
        }
        try keep(reduced, isDone: reduced.isMinimal)
        return (places.script(reduced), places.sql(reduced))
    }

    private func write(_ reduced: ReducedFile) throws(Failure) {
        try check(line: reduced.line)
        try ways.put(reduced.scriptBytes, places.script(reduced))
        if let sql = places.sql(reduced) { try ways.put(reduced.sqlBytes, sql) }
    }

    // MARK: The state

    /// What an earlier reduction has left in the same place.
    package var left: ReducedFile? {
        guard let path = places.state else { return nil }
        let state = ReductionState(at: path) { ways.tell($0) }
        if state.reductions[places.key] != nil, state.place(of: places.key) != place {
            ways.tell("warning: \(path) is of a reduction \(state.place(of: places.key).map { Bounds.message($0) } ?? "in another place"); this one begins anew")
        }
        return state.left(of: places.key, at: place)
    }

    /// Keeps what the next one goes on from, beside what is left of other records.
    private func keep(_ reduced: ReducedFile, isDone: Bool) throws(Failure) {
        guard let path = places.state else { return }
        var state = ReductionState(at: path)
        if isDone { state.remove(places.key) } else { state.keep(reduced, of: places.key, at: place) }
        guard !state.reductions.isEmpty else {
            unlink(path)
            return
        }
        try ways.put(state.bytes, path)
    }
}

extension ReductionState {
    /// What earlier reductions have left in a file; one that is damaged is told, and is nothing.
    package init(at path: String, warn: (String) -> Void = { _ in }) {
        self.init()
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        if let state = ReductionState(Array(bytes)) { self = state } else { warn("warning: \(path) is damaged; the reduction begins anew") }
    }
}
