public import Fleet
import Platform

/// Where a run stands that waits for its workspace, in words.
public enum QueueWords {
    /// `waiting: 2 runs before this one; RUN of ann@laptop is at 40 %`
    public static func text(_ place: QueuePlace) -> String {
        if place.isTurn { return "the workspace is free" }
        guard place.before > 0 else { return "waiting: \(SafeText.line(place.holder ?? "another client", limit: 100)) uses the workspace" }
        var text = "waiting: \(Human.count(place.before, "run")) before this one"
        if let run = place.run {
            text += "; \(run)" + (place.runBy.map { " of \(SafeText.line($0, limit: 100))" } ?? "")
            text += place.runShare.map { " is at \(Int(($0 * 100).rounded(.down))) %" } ?? " uses the workspace"
        } else if let holder = place.holder {
            text += "; \(SafeText.line(holder, limit: 100)) uses the workspace"
        }
        return text
    }

    /// `20261121-013000.123456-k3f9 of ann@laptop waits for 3 min`
    /// - Parameter now: seconds since 1970.
    public static func text(_ run: WaitingRun, now: Double) -> String {
        let whose = "\(run.id) of \(SafeText.line(run.startedBy, limit: 100))"
        if let failure = run.failure { return "\(whose) waited and could not be started: \(SafeText.sentence(failure, limit: 500))" }
        return "\(whose) waits for this workspace since \(Human.duration(max(0, now - run.since)))" + (run.isDetached ? ", detached" : "")
    }
}
