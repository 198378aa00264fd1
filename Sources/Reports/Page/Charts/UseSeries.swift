import Fleet
import Platform
import RemoteKit

/// The use of the host and of the fleet over time, as few points as a chart can show.
struct UseSeries {
    /// An average over one or more samples.
    struct Point: Equatable {
        /// Seconds since 1970, of the first sample.
        var time: Double
        /// Seconds until the next point, or as long as this one.
        var length: Double
        /// Average use of the cores, 0...1.
        var cpu: Double
        /// Workers that ran a file.
        var active: Double
    }

    private(set) var points: [Point] = []

    static let mostPoints = 300

    /// Reads the samples of a run; none where there are none, or they cannot be read.
    init(_ folder: RunFolder) {
        var samples: [Point] = []
        try? folder.forEachSample { sample in
            let cpu = sample.host.cpu
            if sample.host.time.isFinite, cpu.isFinite {
                samples.append(Point(time: sample.host.time, length: 1, cpu: min(1, max(0, cpu)), active: Double(sample.workers.count(where: \.isRunning))))
            }
            // A day has 86,400.
            return samples.count < 2_000_000
        }
        self.init(samples)
    }

    init(_ samples: [Point]) {
        let samples = samples.sorted { $0.time < $1.time }
        let size = max(1, (samples.count + Self.mostPoints - 1) / Self.mostPoints)
        for begin in stride(from: 0, to: samples.count, by: size) {
            let part = samples[begin..<min(begin + size, samples.count)]
            let count = Double(part.count)
            points.append(Point(time: part[begin].time, length: part.last.map { $0.time - part[begin].time + 1 } ?? 1,
                                cpu: part.reduce(0) { $0 + $1.cpu } / count, active: part.reduce(0) { $0 + $1.active } / count))
        }
    }

    /// The area below a figure, in a drawing of `TimelineChart.width` by 100.
    /// - Parameter value: from 0 to 1.
    func shapes(start: Double, end: Double, _ value: (Point) -> Double) -> String {
        guard end > start else { return "" }
        var area = SVGPath(), line = SVGPath(), part: [(x: Double, y: Double)] = []
        let x = { (time: Double) in min(TimelineChart.width, max(0, (time - start) / (end - start) * TimelineChart.width)) }
        for (index, point) in points.enumerated() {
            let y = 100 - 100 * min(1, max(0, value(point)))
            part.append((x(point.time), y))
            let next = index + 1 < points.count ? points[index + 1].time : .infinity
            // A run that was resumed has nothing in between.
            guard next - point.time > 10 + 3 * point.length else { continue }
            part.append((x(point.time + point.length), y))
            area.area(part, base: 100)
            line.line(part)
            part = []
        }
        return area.element("area") + line.element("line")
    }
}
