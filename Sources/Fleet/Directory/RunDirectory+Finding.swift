import FoundationEssentials
import Glibc

extension RunDirectory {
    /// A name for a run that begins now: sorts by time (UTC), with four random characters against a second run in
    /// the same second.
    public static func newID() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let suffix = String((0..<4).compactMap { _ in letters.randomElement() })
        let padded = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(parts.tm_year + 1900)\(padded(parts.tm_mon + 1))\(padded(parts.tm_mday))"
        return "\(date)-\(padded(parts.tm_hour))\(padded(parts.tm_min))\(padded(parts.tm_sec))-\(suffix)"
    }

    /// The run of that name; without a name the live one, else the latest.
    /// - Parameter workspace: only runs of these sources.
    /// - Throws: ``FleetError`` `noSuchRun`.
    public static func find(state: String, id: String?, workspace: String? = nil) throws(FleetError) -> RunDirectory {
        if let id { return try open(state: state, id: id) }
        var latest: RunDirectory?
        for id in try list(state: state).sorted(by: >) {
            guard let directory = try? open(state: state, id: id) else { continue }
            if let workspace, directory.spec.workspace != workspace { continue }
            if try directory.isSupervised() { return directory }
            if latest == nil { latest = directory }
        }
        guard let latest else { throw FleetError(.noSuchRun, "cannot find a run: there is none yet; start one with 'slt-remote run'") }
        return latest
    }

    /// The run that uses the sources of `workspace` now, if any.
    public static func live(state: String, workspace: String) throws(FleetError) -> RunDirectory? {
        for id in try list(state: state) {
            guard let directory = try? open(state: state, id: id), directory.spec.workspace == workspace else { continue }
            if try directory.isSupervised() { return directory }
        }
        return nil
    }

    /// The log of a worker, or of the supervisor. It need not exist yet.
    public func logPath(worker: Int?) -> String {
        (worker.map { layout.workerLog($0) } ?? layout.supervisorLog).text
    }
}
