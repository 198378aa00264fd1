import Fleet
import Platform
import RemoteKit

/// Failed files of the last runs, a column each, oldest first.
struct TrendChart {
    let points: [TrendPoint]
    /// The run that the page is about.
    let current: String

    static let mostRuns = 40
    /// Units of a run.
    private static let step = 10.0

    var shown: [TrendPoint] { points.suffix(Self.mostRuns) }

    /// The most failed files of a run.
    var most: Int { shown.map(\.failed).max() ?? 0 }

    var width: Int { shown.count * Int(Self.step) }

    /// The shapes, for a drawing of ``width`` by 100. A run without failures has a low column at the bottom.
    var shapes: String {
        var failed = SVGPath(), passed = SVGPath(), mark = SVGPath()
        for (index, point) in shown.enumerated() {
            let x = Double(index) * Self.step
            if point.run == current { mark.rectangle(x: x, y: 0, width: Self.step, height: 100) }
            let height = point.failed > 0 ? max(6, 96 * Double(point.failed) / Double(max(1, most))) : 3
            if point.failed > 0 {
                failed.rectangle(x: x + 1.5, y: 100 - height, width: Self.step - 3, height: height)
            } else {
                passed.rectangle(x: x + 1.5, y: 100 - height, width: Self.step - 3, height: height)
            }
        }
        return mark.element("current") + failed.element("fail") + passed.element("pass")
    }
}
