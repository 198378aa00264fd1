/// A process in a line of text, for what it leaves where a run directory does not reach.
package enum ProcessMark {
    /// Host, boot, pid and start time of this process.
    package static var own: String {
        let process = ProcessIdentity.current
        return "\(process.host) \(process.boot) \(process.pid) \(process.startTime)"
    }

    /// The process of a mark; nil where it has ended, or is another host's.
    package static func pid(of mark: String) -> Int32? {
        let words = mark.split(separator: " "), own = ProcessIdentity.current
        guard words.count == 4, words[0] == own.host, words[1] == own.boot, let pid = Int32(words[2]), !isOver(mark) else { return nil }
        return pid
    }

    /// Whether the process of a mark has ended, or the run of a ``RunMark`` has gone; false for those of another host, and for what is no mark.
    package static func isOver(_ mark: String) -> Bool {
        if let isOver = RunMark.isOver(mark) { return isOver }
        let words = mark.split(separator: " ")
        guard words.count == 4, let pid = Int32(words[2]), let start = UInt64(words[3]) else { return false }
        return ProcessIdentity(host: String(words[0]), boot: String(words[1]), pid: pid, startTime: start).life == .dead
    }
}
