/// Letters as git folds them under `core.ignoreCase`: those of ASCII only.
enum LetterCase {
    static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}
