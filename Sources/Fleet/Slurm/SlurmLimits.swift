import Glibc
import Platform

/// What a cluster allows, as far as a run has to know before it is submitted.
enum SlurmLimits {
    /// Elements of one array.
    /// - Throws: ``FleetError`` where there is no Slurm, or it does not answer.
    static func elementsOfArray() throws(FleetError) -> Int {
        let answer = try SlurmTool.ask(["scontrol", "show", "config"])
        guard answer.isGood else {
            throw FleetError(.invalid, "cannot use Slurm on \(HostName.own): \(answer.complaint); try again when its controller answers", isRetryable: true)
        }
        let line = answer.output.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
        guard let value = line?.split(separator: "=").last.flatMap({ Int($0.filter { $0 != " " }) }), value > 0 else { return 1001 }
        // An index must be below it.
        return value
    }

    /// Whether the jobs may last as long as they have to.
    /// - Parameter minutes: of a job.
    static func checkTime(minutes: Int, _ arguments: [String]) throws(FleetError) {
        let answer = try SlurmTool.ask(["sinfo", "-h", "-o", "%P|%l"])
        guard answer.isGood else { return }
        let wanted = partition(arguments)
        for line in answer.output.split(separator: "\n") {
            let fields = line.split(separator: "|").map { String($0) }
            guard fields.count == 2, let limit = Self.minutes(fields[1]) else { continue }
            let name = String(fields[0].filter { $0 != "*" })
            guard wanted.map({ $0 == name }) ?? fields[0].hasSuffix("*"), limit < minutes else { continue }
            throw FleetError(.invalid, "cannot run for so long: the jobs need \(minutes) minutes for the run's time budget, and the partition '\(name)' allows \(limit); "
                + "shorten the time of the run, or name another partition in slurm.arguments")
        }
    }

    /// The partition that sbatch's arguments name; nil where several or none.
    static func partition(_ arguments: [String]) -> String? {
        var found: String?
        for (index, word) in arguments.enumerated() {
            if word.hasPrefix("--partition=") {
                found = String(word.dropFirst(12))
            } else if word == "-p" || word == "--partition" {
                found = index + 1 < arguments.count ? arguments[index + 1] : nil
            } else if word.hasPrefix("-p"), !word.hasPrefix("--") {
                found = String(word.dropFirst(2))
            }
        }
        return found?.contains(",") == true ? nil : found
    }

    /// `infinite`, `30:00`, `1:00:00`, `2-00:00:00`; nil where there is no limit.
    static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: "-")
        let days = parts.count == 2 ? Int(parts[0]) : 0
        let clock = (parts.last ?? "").split(separator: ":").map { Int($0) }
        guard let days, !clock.isEmpty, !clock.contains(nil) else { return nil }
        let numbers = clock.compactMap(\.self)
        let hours = numbers.count == 3 ? numbers[0] : 0, minutes = numbers.count == 3 ? numbers[1] : numbers[0]
        return days * 1440 + hours * 60 + minutes
    }
}
