/// How a file is put together from what the receiver has and what it has to ask for.
struct DeltaPlan: Sendable {
    /// A chunk that is taken from `source`, a number of a file that the receiver has.
    struct Copy: Sendable {
        var source: Int
        var from: Int
        var to: Int
        var chunk: FileChunk
    }

    private(set) var copies: [Copy] = []
    /// What is missing, in order, neighbours joined.
    private(set) var missing: [Range<Int>] = []
    /// Whether the first source already is the file.
    private(set) var isSame = false

    private var size = 0

    /// The same file, all of which is asked for.
    var copyingNothing: DeltaPlan {
        var plan = self
        plan.copies = []
        plan.isSame = false
        plan.missing = [0..<size]
        return plan
    }

    /// - Parameters:
    ///   - places: where each chunk is, for those that the receiver has.
    ///   - oldSize: of the first source; `nil` where there is none.
    init(for wanted: FileRecipe, at places: [DeltaSearch.Place?], oldSize: Int?) {
        var end = 0
        var isUnmoved = true
        for (chunk, place) in zip(wanted.chunks, places) {
            if let place {
                copies.append(Copy(source: place.source, from: place.offset, to: end, chunk: chunk))
                isUnmoved = isUnmoved && place.source == 0 && place.offset == end
            } else if let last = missing.last, last.upperBound == end {
                missing[missing.count - 1] = last.lowerBound..<end + chunk.length
            } else {
                missing.append(end..<end + chunk.length)
            }
            end += chunk.length
        }
        size = end
        isSame = isUnmoved && missing.isEmpty && end == oldSize
    }
}
