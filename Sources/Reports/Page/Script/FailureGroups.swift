import Fleet
import Platform
import RemoteKit

/// Failed files put together by what they share: where they are, what kind of failure they have, what is said of it.
struct FailureGroups {
    /// One group.
    struct Group: Equatable {
        /// What its files share, safe to show.
        var name: String
        /// Which of the three ways: `folder`, `kind` or `message`.
        let way: String
        /// Failed files; records where the way is not the folder.
        var files = 0
        var records = 0
    }

    private(set) var groups: [Group] = []
    /// For each failed file the groups that it is in.
    private(set) var ofFile: [[Int]] = []
    /// Those that the page shows.
    private(set) var shown: Set<Int> = []

    static let ways = ["folder", "kind", "message"]
    /// Groups of a way that the page shows.
    static let mostShown = 10

    private var numbers: [String: Int] = [:]

    init(_ files: [ReportedFile]) {
        for file in files {
            var own: [Int: Int] = [:]
            // What is known to fail needs nobody's eyes.
            guard !file.isKnown else {
                ofFile.append([])
                continue
            }
            own[number("folder", Self.folder(file.record.file))] = 1
            if file.record.outcome == .fail, !file.blocks.isEmpty {
                for block in file.blocks where block.failure.causedBy == nil {
                    own[number("kind", block.kind.words), default: 0] += 1
                    own[message(block.title), default: 0] += 1
                }
            } else {
                own[number("kind", file.record.outcome.word), default: 0] += 1
                own[message(file.title), default: 0] += 1
            }
            for (group, records) in own {
                groups[group].files += 1
                groups[group].records += records
            }
            ofFile.append(own.keys.sorted())
        }
        for way in Self.ways { shown.formUnion(ranked(way).prefix(Self.mostShown).map(\.number)) }
    }

    private mutating func number(_ way: String, _ name: String) -> Int {
        let key = way + "\0" + name
        if let number = numbers[key] { return number }
        numbers[key] = groups.count
        groups.append(Group(name: name, way: way))
        return groups.count - 1
    }

    /// Messages of one shape are one group. It has the message as its name while all are the same.
    private mutating func message(_ title: String) -> Int {
        let title = SafeText.line(title, limit: 160), pattern = MessageShape.of(title), count = groups.count
        let number = number("message", pattern)
        if number == count { groups[number].name = title } else if groups[number].name != title { groups[number].name = pattern }
        return number
    }

    /// The groups of a way, the largest first.
    func ranked(_ way: String) -> [(number: Int, group: Group)] {
        groups.enumerated().filter { $0.element.way == way }.map { (number: $0.offset, group: $0.element) }
            .sorted { ($1.group.files, $1.group.records, $0.group.name) < ($0.group.files, $0.group.records, $1.group.name) }
    }

    /// The names of those that the page shows, for the words above a list of one group.
    var value: ScriptValue { .object(shown.sorted().map { (String($0), .text(groups[$0].name)) }) }

    private static func folder(_ file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "(top)" }
        return SafeText.line(String(file[..<slash]), limit: 200)
    }
}
