import Platform

/// The bounds that figures and texts of a host are brought to. Sums of counts near `Int.max` would end this program.
enum Bounds {
    private static let counts = 0...(1 << 40)

    /// From 0 to 2^40; a real count is unchanged.
    static func count(_ count: Int) -> Int { min(max(count, counts.lowerBound), counts.upperBound) }

    /// From 0 to 2^32: a figure of one record. As many records as a disk holds can be added up.
    static func tally(_ count: Int) -> Int { min(max(count, 0), 1 << 32) }

    /// Seconds, also since 1970: from 0 to the year 5138, so that they can be whole numbers.
    static func seconds(_ seconds: Double) -> Double { seconds.isFinite ? min(max(seconds, 0), 1e11) : 0 }

    /// Bytes of memory or disk: from 0 up.
    static func size(_ size: Int) -> Int { max(0, size) }

    /// The most characters of a name or a path, and of a message.
    static let name = 300
    static let path = 4096
    static let message = 4000
    /// The most bytes of a text of several lines.
    static let block = 1 << 20
    /// The most members of a list that people read.
    static let list = 10_000

    static func name(_ text: String) -> String { SafeText.line(text, limit: name) }
    static func path(_ text: String) -> String { SafeText.line(text, limit: path) }
    static func message(_ text: String) -> String { SafeText.sentence(text, limit: message) }
    static func block(_ text: String) -> String { UntrustedText.block(text.utf8.count <= block ? text : String(decoding: text.utf8.prefix(block), as: UTF8.self)) }
}
