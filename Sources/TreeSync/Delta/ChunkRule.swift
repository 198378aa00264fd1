/// Where a file is cut into chunks, by its content alone, so that what is inserted moves the cuts along with the content.
///
/// A gear hash (Xia et al., FastCDC, USENIX ATC 2016) of the 64 bytes before a place is looked at. The place is a
/// candidate where the hash's upper `bits` bits are zero, and a cut where no other candidate lies less than ``minimum``
/// bytes before it. That says nothing of earlier cuts, so any part of a file can be looked at by itself, in parallel.
/// Chunks that come out longer than ``maximum`` are divided at multiples of it.
struct ChunkRule: Sendable, Hashable {
    let bits: Int

    /// - Returns: `nil` where `bits` is not from 10 to 26.
    init?(bits: Int) {
        guard (10...26).contains(bits) else { return nil }
        self.bits = bits
    }

    /// What suits a file of so many bytes: fine for small ones, and no endless lists for large ones.
    init(fileSize: UInt64) {
        var bits = fileSize < 16 << 20 ? 13 : 16
        while bits < 24, fileSize >> UInt64(bits) > 1 << 17 { bits += 1 }
        self.bits = bits
    }

    var minimum: Int { 1 << (bits - 2) }
    var maximum: Int { 1 << (bits + 3) }

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

    /// One place of the hash as it rolls.
    private struct Roll {
        var hash: UInt64 = 0
        /// The last candidate.
        var last = Int.min / 2
        var cuts: [Int] = []

        @inline(__always)
        mutating func step(_ gear: UInt64, _ place: Int, _ limit: UInt64, _ minimum: Int) {
            hash = (hash << 1) &+ gear
            if hash < limit { note(place, minimum) }
        }

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
            func roll(to place: Int) -> Roll {
                var roll = Roll()
                for index in max(0, place - lookBack)..<place { roll.step(gear[Int(base[index])], index + 1, limit, minimum) }
                roll.cuts = []
                return roll
            }
            var (a, b, c, d) = (roll(to: start), roll(to: start + quarter), roll(to: start + 2 * quarter), roll(to: start + 3 * quarter))
            var (at, bt, ct, dt) = (start, start + quarter, start + 2 * quarter, start + 3 * quarter)
            for _ in 0..<quarter {
                a.step(gear[Int(base[at])], at &+ 1, limit, minimum)
                b.step(gear[Int(base[bt])], bt &+ 1, limit, minimum)
                c.step(gear[Int(base[ct])], ct &+ 1, limit, minimum)
                d.step(gear[Int(base[dt])], dt &+ 1, limit, minimum)
                at &+= 1
                bt &+= 1
                ct &+= 1
                dt &+= 1
            }
            while dt < bytes.count {
                d.step(gear[Int(base[dt])], dt + 1, limit, minimum)
                dt += 1
            }
            return a.cuts + b.cuts + c.cuts + d.cuts
        }
    }
}
