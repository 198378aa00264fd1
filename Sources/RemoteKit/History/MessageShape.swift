/// A message without what differs from failure to failure, so that failures of one cause are counted together.
public enum MessageShape {
    /// Numbers become `N`, quoted texts `'…'`: `no such table: 't12'` and `no such table: 't7'` have one shape.
    public static func of(_ message: String) -> String {
        var shape = String.UnicodeScalarView(), rest = Array(message.unicodeScalars)[...]
        var before: Unicode.Scalar = " "
        while let scalar = rest.first {
            // An apostrophe within a word begins nothing: "can't".
            if "'\"`".unicodeScalars.contains(scalar), !isWord(before), let end = rest.dropFirst().firstIndex(of: scalar) {
                shape.append(contentsOf: [scalar, "…", scalar])
                rest = rest[(end + 1)...]
                before = scalar
            } else if isDigit(scalar), !isWord(before) || before == "N" {
                if before != "N" { shape.append("N") }
                rest = rest.dropFirst()
                // `1.5e-3` is one number.
                while let next = rest.first, isDigit(next) || (next == "." && rest.dropFirst().first.map(isDigit) == true) || isHex(next) { rest = rest.dropFirst() }
                before = "N"
            } else if isDigit(scalar) {
                // t12 → tN
                shape.append("N")
                while let next = rest.first, isDigit(next) { rest = rest.dropFirst() }
                before = "N"
            } else {
                shape.append(scalar)
                before = scalar
                rest = rest.dropFirst()
            }
        }
        return String(shape)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isHex(_ scalar: Unicode.Scalar) -> Bool { ("a"..."f").contains(scalar) }
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || isDigit(scalar) || scalar == "_" }
}
