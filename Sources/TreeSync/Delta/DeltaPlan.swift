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

    init(for wanted: FileRecipe, from sources: [FileRecipe]) {
        var known: [FileChunk: (source: Int, offset: Int)] = [:]
        for (number, source) in sources.enumerated() {
            var offset = 0
            for chunk in source.chunks {
                if known[chunk] == nil { known[chunk] = (number, offset) }
                offset += chunk.length
            }
        }
        var place = 0
        for chunk in wanted.chunks {
            if let found = known[chunk] {
                copies.append(Copy(source: found.source, from: found.offset, to: place, chunk: chunk))
            } else if let last = missing.last, last.upperBound == place {
                missing[missing.count - 1] = last.lowerBound..<place + chunk.length
            } else {
                missing.append(place..<place + chunk.length)
            }
            place += chunk.length
        }
        isSame = sources.first.map { $0.chunks == wanted.chunks } ?? false
    }
}
