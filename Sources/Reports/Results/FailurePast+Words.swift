import Platform
public import RemoteKit

extension FailurePast {
    /// `failed 3 of the last 20 runs, first on 4c1f2e, two days ago`, or `new` for a file that did not fail before.
    /// - Parameter now: seconds since 1970.
    public func words(now: Double) -> String {
        guard failed > 0 else { return runs == 0 ? "new" : "new: passed in the last \(runs == 1 ? "run" : "\(Human.count(runs)) runs")" }
        var text = runs == 1 ? "failed in the last run" : "failed \(Human.count(failed)) of the last \(Human.count(runs, "run"))"
        if firstCommit != nil || firstAt != nil { text += ", first" }
        if let firstCommit { text += " on \(SafeText.line(String(firstCommit.prefix(8)), limit: 8))" }
        if let firstAt { text += (firstCommit == nil ? " " : ", ") + AgeWords.text(now - firstAt) }
        return text
    }
}
