import Platform

/// Shapes of a chart as the data of a `<path>` (SVG 2, chapter 9), with one decimal.
struct SVGPath {
    private(set) var data = ""

    var isEmpty: Bool { data.isEmpty }

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double) {
        data += "M\(Self.number(x)) \(Self.number(y))h\(Self.number(width))v\(Self.number(height))h-\(Self.number(width))z"
    }

    /// The area between the points and a base line.
    mutating func area(_ points: [(x: Double, y: Double)], base: Double) {
        guard let first = points.first, let last = points.last else { return }
        data += "M\(Self.number(first.x)) \(Self.number(base))"
        for point in points { data += "L\(Self.number(point.x)) \(Self.number(point.y))" }
        data += "L\(Self.number(last.x)) \(Self.number(base))z"
    }

    mutating func line(_ points: [(x: Double, y: Double)]) {
        for (index, point) in points.enumerated() { data += "\(index == 0 ? "M" : "L")\(Self.number(point.x)) \(Self.number(point.y))" }
    }

    func element(_ name: String) -> String { isEmpty ? "" : "<path class=\"\(name)\" d=\"\(data)\"/>" }

    /// `12.5`, `12`
    static func number(_ value: Double) -> String {
        let text = Human.fixed(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
