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
            } else if isDigit(scalar) {
                shape.append("N")
                // t12 → tN
                rest = isWord(before) ? rest.drop(while: isDigit) : afterNumber(rest)
                before = scalar
            } else {
                shape.append(scalar)
                before = scalar
                rest = rest.dropFirst()
            }
        }
        return String(shape)
    }

    /// `1.5e-3` is one number, and so is `7f3a`.
    private static func afterNumber(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var rest = text, isDecimal = true
        while let next = rest.first {
            let then = rest.dropFirst()
            if isDigit(next) || (next == "." && then.first.map(isDigit) == true) {
                rest = then
            } else if isDecimal, next == "e" || next == "E", let end = afterExponent(then) {
                rest = end
                isDecimal = false
            } else if isHex(next) {
                rest = then
                isDecimal = false
            } else {
                break
            }
        }
        return rest
    }

    private static func afterExponent(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar>? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text
        return digits.first.map(isDigit) == true ? digits.drop(while: isDigit) : nil
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isHex(_ scalar: Unicode.Scalar) -> Bool { ("a"..."f").contains(scalar) }
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || isDigit(scalar) || scalar == "_" }
}
