/// Looks in the receiver's files for the chunks of a wanted one.
///
/// To cut a file costs ten times what it costs to read and digest it. So a large source is only cut in a few places at
/// first. They tell by how much its content has moved, and at the places that this gives, chunks are compared by digest. Only
/// what has no counterpart then is cut and looked through.
struct DeltaSearch {
    typealias Place = (source: Int, offset: Int)

    private let chunks: [FileChunk]
    /// Where each chunk begins in the wanted file.
    private let offsets: [Int]
    private let rule: ChunkRule
    private let threads: Int
    /// Where each chunk is, once found.
    private(set) var places: [Place?]

    /// Sources below this size are cut at once.
    static let smallest = 16 << 20
    /// How many places of a source are cut first.
    private static let samples = 8
    /// Distances that are tried at the most.
    private static let mostShifts = 16
    /// Chunks that one thread compares at a time.
    private static let stretch = 64

    init(for wanted: FileRecipe, rule: ChunkRule, threads: Int) {
        chunks = wanted.chunks
        var end = 0
        offsets = wanted.chunks.map { chunk in
            defer { end += chunk.length }
            return end
        }
        places = Array(repeating: nil, count: wanted.chunks.count)
        self.rule = rule
        self.threads = threads
    }

    /// Looks in one more file, for what was not found in those before.
    mutating func look(in descriptor: Int32, size: Int, number: Int) {
        if size < Self.smallest {
            lookUp(FileRecipe(of: descriptor, 0..<size, rule: rule, threads: threads), from: 0, number)
            return
        }
        compare(descriptor, size, number, shifts(descriptor, size))
        guard places.contains(where: { $0 == nil }) else { return }
        for gap in gaps(size, number) {
            lookUp(FileRecipe(of: descriptor, gap, rule: rule, threads: threads), from: gap.lowerBound, number)
        }
    }

    // MARK: Steps

    /// Looks up chunks of a source that begin at `start` there.
    private mutating func lookUp(_ recipe: FileRecipe?, from start: Int, _ number: Int) {
        guard let recipe else { return }
        var known: [FileChunk: Place] = [:]
        var standing: [Int: FileChunk] = [:]
        var offset = start
        for chunk in recipe.chunks {
            if known[chunk] == nil { known[chunk] = (number, offset) }
            standing[offset] = chunk
            offset += chunk.length
        }
        for index in places.indices where places[index] == nil {
            // What has not moved is to be seen as that, though the same content may stand elsewhere too.
            places[index] = standing[offsets[index]] == chunks[index] ? (number, offsets[index]) : known[chunks[index]]
        }
    }

    /// By how much content may have moved towards the end, the likeliest last.
    private func shifts(_ descriptor: Int32, _ size: Int) -> [Int] {
        var first: [FileChunk: Int] = [:]
        for (index, chunk) in chunks.enumerated() where first[chunk] == nil { first[chunk] = offsets[index] }
        // Some thirty chunks' length each.
        let length = min(32 << rule.bits, size / Self.samples)
        var counts: [Int: Int] = [:]
        for sample in 0..<Self.samples {
            let start = (size - length) / (Self.samples - 1) * sample
            guard let recipe = FileRecipe(of: descriptor, start..<start + length, rule: rule, threads: 1) else { continue }
            var offset = start
            for chunk in recipe.chunks {
                if let there = first[chunk] { counts[there - offset, default: 0] += 1 }
                offset += chunk.length
            }
        }
        // What has not moved is to be seen as that, though the same content may stand elsewhere too.
        counts[0, default: 0] += offsets.last.map { $0 + (chunks.last?.length ?? 0) } == size ? 1 << 40 : 1
        return counts.sorted { ($0.value, -abs($0.key)) < ($1.value, -abs($1.key)) }.suffix(Self.mostShifts).map(\.key)
    }

    /// Compares chunks with what is at the places that the shifts give.
    private mutating func compare(_ descriptor: Int32, _ size: Int, _ number: Int, _ shifts: [Int]) {
        let (chunks, offsets) = (chunks, offsets)
        let open = places.indices.filter { places[$0] == nil }
        let stretches = (open.count + Self.stretch - 1) / Self.stretch
        let found = Monitor([[(index: Int, offset: Int)]](repeating: [], count: stretches))
        _ = ParallelWork.run(stretches, threads: threads) { stretch, buffer in
            var hits: [(index: Int, offset: Int)] = []
            // The one that was right last is tried first.
            var shifts = shifts
            for index in open[stretch * Self.stretch..<min(open.count, (stretch + 1) * Self.stretch)] {
                for (rank, shift) in shifts.enumerated().reversed() {
                    let offset = offsets[index] - shift
                    guard offset >= 0, offset <= size - chunks[index].length else { continue }
                    let memory = buffer.reserve(chunks[index].length)
                    guard (try? FileBytes.read(descriptor, into: memory, at: UInt64(offset))) == memory.count,
                          ContentDigest.of(UnsafeRawBufferPointer(memory)) == chunks[index].digest else { continue }
                    hits.append((index, offset))
                    shifts.append(shifts.remove(at: rank))
                    break
                }
            }
            found.withLock { $0[stretch] = hits }
            return true
        }
        for hit in found.withLock({ $0 }).joined() { places[hit.index] = (number, hit.offset) }
        // Content that the wanted file has more than once.
        var known: [FileChunk: Place] = [:]
        for index in places.indices { if let place = places[index] { known[chunks[index]] = place } }
        for index in places.indices where places[index] == nil { places[index] = known[chunks[index]] }
    }

    /// What of a source no chunk was found in.
    private func gaps(_ size: Int, _ number: Int) -> [Range<Int>] {
        let covered = places.indices.compactMap { index in
            places[index].flatMap { $0.source == number ? $0.offset..<$0.offset + chunks[index].length : nil }
        }.sorted { $0.lowerBound < $1.lowerBound }
        var gaps: [Range<Int>] = []
        var end = 0
        for range in covered {
            if range.lowerBound > end { gaps.append(end..<range.lowerBound) }
            end = max(end, range.upperBound)
        }
        if end < size { gaps.append(end..<size) }
        return gaps
    }
}
