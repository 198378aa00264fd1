/// What a script in the dialect of sqllogictest-rs holds, with all that it includes.
struct RSReading {
    /// A script that another one includes.
    struct Inclusion {
        /// The one that includes it.
        var script: Script
        /// Of the `include`.
        var line: Int
        /// As it is written there.
        var pattern: String
        var path: String
    }

    var records: [RSRecord] = []
    var inclusions: [Inclusion] = []
    /// What is wrong, where that is collected.
    var problems: [RSParseError] = []

    mutating func add(_ other: RSReading) {
        records += other.records
        inclusions += other.inclusions
        problems += other.problems
    }
}
