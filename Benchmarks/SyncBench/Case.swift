/// One line of the table.
struct Case {
    let name: String
    /// The most that the product may take, as a part of what `rsync -a` (`-az` on the slow link) takes in the same round.
    let bar: Double
    /// The folder that is brought over.
    let source: String
    /// What every destination holds before its first run, and again before each run where `resets` is set; `nil` for a fresh folder.
    var before: String?
    var resets = false
    /// A line of sh that changes the source before each run.
    var change: ((_ run: Int) -> String)?
    var isHeavy = false
    var measuresMemory = false
    /// Whether it goes over the slow link, beside `rsync -az`, and bytes on the wire count too.
    var isSlow = false
}
