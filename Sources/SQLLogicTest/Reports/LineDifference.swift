/// Two texts line by line: what they share stands once, what differs stands together.
enum LineDifference {
    enum Line: Equatable {
        case same(String)
        case expected(String)
        case actual(String)
        /// So many lines that are the same are left out.
        case omitted(Int)
    }

    /// Lines that are the same and stand around a difference.
    private static let context = 2
    /// Lines of each text that are looked at.
    private static let most = 400

    static func between(_ expected: String, _ actual: String) -> [Line] {
        let old = lines(expected)
        let new = lines(actual)
        let difference = new.difference(from: old)
        var removed = Set<Int>()
        var inserted = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var result: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                result.append(.expected(old[left]))
                left += 1
            } else if right < new.count, inserted.contains(right) {
                result.append(.actual(new[right]))
                right += 1
            } else if left < old.count {
                result.append(.same(old[left]))
                left += 1
                right += 1
            } else {
                break
            }
        }
        return shortened(result)
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(most).map { SafeLine.of($0) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func shortened(_ lines: [Line]) -> [Line] {
        var result: [Line] = []
        var run: [Line] = []
        func flush(atStart: Bool, atEnd: Bool) {
            let head = atStart ? 0 : context
            let tail = atEnd ? 0 : context
            guard run.count > head + tail + 1 else { return result += run }
            result += run.prefix(head)
            result.append(.omitted(run.count - head - tail))
            result += run.suffix(tail)
        }
        for line in lines {
            if case .same = line {
                run.append(line)
                continue
            }
            flush(atStart: result.isEmpty, atEnd: false)
            run = []
            result.append(line)
        }
        flush(atStart: result.isEmpty, atEnd: true)
        return result
    }
}
