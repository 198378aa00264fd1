import Platform

/// The names of files that a receiver is still writing. Such names are never sent, and what an interrupted sync
/// left of them is removed by the next one.
enum TemporaryName {
    private static let prefix = Array(".slt-remote.".utf8)
    private static let suffix = Array(".tmp".utf8)
    private static let length = prefix.count + 16 + suffix.count

    static func make() -> [UInt8] {
        var random = UInt64.random(in: .min ... .max)
        var name = prefix
        for _ in 0..<16 {
            name.append(Hex.digit(UInt8(random & 15)))
            random >>= 4
        }
        return name + suffix
    }

    /// The name that a large file called `name` has while it is written: the next sync finds what came of it.
    static func make(for name: some Collection<UInt8>) -> [UInt8] {
        let digest = Array(name).withUnsafeBytes { ContentDigest.of($0) }
        return prefix + digest.hexadecimal.utf8.prefix(16) + suffix
    }

    static func matches(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        guard name.count == length, name.starts(with: prefix), name.suffix(suffix.count).elementsEqual(suffix) else { return false }
        return name.dropFirst(prefix.count).dropLast(suffix.count).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    static let repository = Array(".git".utf8)
}
