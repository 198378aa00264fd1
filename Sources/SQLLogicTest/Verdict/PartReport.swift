/// What a part of a script tells besides its verdict, for ``PartMerge``.
package struct PartReport: Sendable, Codable, Equatable {
    /// In the order of the script.
    var labels: [LabelUse] = []
    /// What the statements up to the end of each block came to, in one number a block. Parts that do not agree had different databases.
    var trail: [Int] = []

    init() {}
}
