/// Where a file is cut into chunks, by its content alone, so that what is inserted moves the cuts along with the content.
///
/// A gear hash (Xia et al., FastCDC, USENIX ATC 2016) of the 64 bytes before a place is looked at. The place is a
/// candidate where the hash's upper `bits` bits are zero, and a cut where no other candidate lies less than ``minimum``
/// bytes before it. That says nothing of earlier cuts, so any part of a file can be looked at by itself, in parallel.
/// Chunks that come out longer than ``maximum`` are divided at multiples of it.
struct ChunkRule: Sendable, Hashable {
    /// Files shorter than this come whole, where bytes are not dear.
    static let smallestFile: UInt64 = 512 << 10

    let bits: Int

    /// - Returns: `nil` where `bits` is not from 10 to 26.
    init?(bits: Int) {
        guard (10...26).contains(bits) else { return nil }
        self.bits = bits
    }

    /// What suits a file of so many bytes: fine for small ones, and no endless lists for large ones.
    init(fileSize: UInt64) {
        var bits = fileSize < 512 << 10 ? 10 : fileSize < 16 << 20 ? 13 : 16
        while bits < 24, fileSize >> UInt64(bits) > 1 << 17 { bits += 1 }
        self.bits = bits
    }

    var minimum: Int { 1 << (bits - 2) }
    var maximum: Int { 1 << (bits + 3) }

    /// The most chunks that so many bytes are cut into.
    func mostChunks(_ size: Int) -> Int { size / minimum + size / maximum + 2 }

    /// Bytes that the hash depends on.
    static let window = 64

    /// How many bytes before a place have to be known to judge it.
    var lookBack: Int { minimum + Self.window }

    /// One number a byte value, from SplitMix64 (Steele, Lea, Flood 2014), the same in every release.
    static let gears: [UInt64] = {
        var state: UInt64 = 0x736c_745f_7379_6e63
        return (0..<256).map { _ in
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }()

    /// The candidates that one rolling hash meets. The hash itself is kept apart, where it can stay in a register.
    private struct Marks {
        /// The last candidate.
        var last = Int.min / 2
        var cuts: [Int] = []

        @inline(never)
        mutating func note(_ place: Int, _ minimum: Int) {
            if place - last >= minimum { cuts.append(place) }
            last = place
        }
    }

    /// The cuts in a part of a file.
    /// - Parameters:
    ///   - bytes: the part, after up to ``lookBack`` bytes that come before it; fewer only at the file's start.
    ///   - start: where in `bytes` the part begins.
    /// - Returns: places in `bytes`, after `start`, in order; the byte before each ends a chunk.
    func cuts(in bytes: UnsafeRawBufferPointer, from start: Int) -> [Int] {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return [] }
        let limit: UInt64 = 1 << UInt64(64 - bits)
        let minimum = minimum
        // Four places roll at once: one alone would wait for its own last step.
        let quarter = (bytes.count - start) / 4
        return Self.gears.withUnsafeBufferPointer { gears in
            guard let gear = gears.baseAddress else { return [] }
            func roll(_ marks: inout Marks, to place: Int) -> UInt64 {
                var hash: UInt64 = 0
                for index in max(0, place - lookBack)..<place {
                    hash = (hash << 1) &+ gear[Int(base[index])]
                    if hash < limit { marks.note(index + 1, minimum) }
                }
                marks.cuts = []
                return hash
            }
            var (a, b, c, d) = (Marks(), Marks(), Marks(), Marks())
            var (ha, hb) = (roll(&a, to: start), roll(&b, to: start + quarter))
            var (hc, hd) = (roll(&c, to: start + 2 * quarter), roll(&d, to: start + 3 * quarter))
            let (atA, atB) = (base + start, base + start + quarter)
            let (atC, atD) = (base + start + 2 * quarter, base + start + 3 * quarter)
            for index in 0..<quarter {
                ha = (ha << 1) &+ gear[Int(atA[index])]
                hb = (hb << 1) &+ gear[Int(atB[index])]
                hc = (hc << 1) &+ gear[Int(atC[index])]
                hd = (hd << 1) &+ gear[Int(atD[index])]
                if min(min(ha, hb), min(hc, hd)) < limit {
                    let place = start + index + 1
                    if ha < limit { a.note(place, minimum) }
                    if hb < limit { b.note(place + quarter, minimum) }
                    if hc < limit { c.note(place + 2 * quarter, minimum) }
                    if hd < limit { d.note(place + 3 * quarter, minimum) }
                }
            }
            for index in start + 4 * quarter..<max(start + 4 * quarter, bytes.count) {
                hd = (hd << 1) &+ gear[Int(base[index])]
                if hd < limit { d.note(index + 1, minimum) }
            }
            return a.cuts + b.cuts + c.cuts + d.cuts
        }
    }
}
