/// `a{b,c{d,e}}` → `ab`, `acd`, `ace`.
enum BraceExpansion {
    /// - Returns: `nil` when a brace is not closed or there would be more than `limit` results.
    static func expand(_ text: [UInt8], limit: Int) -> [[UInt8]]? {
        var depth = 0
        var open = 0
        var commas: [Int] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "{"):
                if depth == 0 { open = index }
                depth += 1
            case UInt8(ascii: ",") where depth == 1: commas.append(index)
            case UInt8(ascii: "}") where depth > 0:
                depth -= 1
                if depth == 0 { return combine(text, open: open, commas: commas, close: index, limit: limit) }
            default: break
            }
            index += 1
        }
        return depth == 0 ? [text] : nil
    }

    private static func combine(_ text: [UInt8], open: Int, commas: [Int], close: Int, limit: Int) -> [[UInt8]]? {
        guard let tails = expand(Array(text[(close + 1)...]), limit: limit) else { return nil }
        var results: [[UInt8]] = []
        var start = open + 1
        for end in commas + [close] {
            guard let middles = expand(Array(text[start..<end]), limit: limit) else { return nil }
            for middle in middles {
                for tail in tails {
                    results.append(text[..<open] + middle + tail)
                    if results.count > limit { return nil }
                }
            }
            start = end + 1
        }
        return results
    }
}
