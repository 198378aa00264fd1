/// What was done to a fleet, and what was found wrong with it afterwards.
struct Casualties {
    private(set) var kills: [String: Int] = [:]
    var rounds = 0
    /// Published records that were checked.
    var records = 0
    private(set) var violations: [String] = []

    var total: Int { kills.values.reduce(0, +) }

    mutating func add(_ kind: String) { kills[kind, default: 0] += 1 }

    mutating func check(_ holds: Bool, _ what: @autoclosure () -> String) {
        if !holds { violations.append("round \(rounds): \(what())") }
    }

    var summary: String {
        let kinds = kills.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(total) kills (\(kinds)) in \(rounds) rounds, \(records) records, \(violations.count) violations"
    }
}
