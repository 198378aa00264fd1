import FoundationEssentials
import Glibc

/// `2.36`, of the GNU C library.
public struct LibcVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// The 2 of 2.36.
    public var major: Int
    /// The 36 of 2.36.
    public var minor: Int

    /// `MAJOR.MINOR`.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// From `glibc 2.36`, `2.36`; `nil` for another C library.
    public init?(text: some StringProtocol) {
        guard let last = text.split(separator: " ").last else { return nil }
        let parts = last.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    public static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
    public var description: String { "glibc \(major).\(minor)" }

    /// The newest `GLIBC_x.y` among the strings of a program: the names of the symbol versions it links to.
    static func needed(by program: Data) -> LibcVersion {
        let mark = Array("GLIBC_2.".utf8)
        var newest = 0
        program.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            var at = 0
            while at + mark.count < bytes.count, let found = memchr(start + at, CInt(mark[0]), bytes.count - at - mark.count) {
                at = UnsafeRawPointer(found) - start + 1
                guard memcmp(found, mark, mark.count) == 0 else { continue }
                at += mark.count - 1
                let digits = bytes[at..<min(bytes.count, at + 3)].prefix { (0x30...0x39).contains($0) }
                newest = max(newest, Int(String(decoding: digits, as: UTF8.self)) ?? 0)
            }
        }
        return LibcVersion(major: 2, minor: newest)
    }
}
