import Glibc
import Platform

/// Somebody reads a run to bring it home or to follow it: nobody removes it meanwhile. Ends with this value, or with the process.
public final class RunReading: Sendable {
    private let folder: File
    private let results: File?

    fileprivate init(_ folder: File, _ results: File?) {
        self.folder = folder
        self.results = results
    }
}

extension RunDirectory {
    /// - Parameter whole: whether the results are read one by one, which then stay also when the run ends.
    /// - Throws: ``FleetError`` `noSuchRun` where it is just being removed.
    public func beginReading(whole: Bool = false) throws(FleetError) -> RunReading {
        let folder = try File(layout.root, O_RDONLY | O_DIRECTORY)
        // A file system without such locks lets both in.
        if !folder.tryLockWhole(shared: true), errno == EWOULDBLOCK {
            throw FleetError(.noSuchRun, "cannot open the run \(spec.id): it is just being removed", remedy: .listRuns)
        }
        let results = whole ? File(ifPossible: layout.results, O_RDONLY | O_DIRECTORY) : nil
        // Where it is held, the run has ended: nothing is read from there.
        _ = results?.tryLockWhole(shared: true)
        return RunReading(folder, results)
    }
}
