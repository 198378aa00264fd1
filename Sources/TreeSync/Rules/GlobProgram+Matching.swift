/// Two ways to compare. The usual one tries: each star takes as little as it can, and more where what follows does not
/// fit. Only the last `*` and the last `**` can ever have to take more: what an earlier one could gain, a later one that
/// begins sooner gains too. Where a pattern is made to be slow, all ways are followed at once, which takes no pattern more
/// than (steps × bytes of text).
extension GlobProgram {
    private static let slash = UInt8(ascii: "/")

    /// - Returns: `nil` where it takes too long to tell.
    func matchesByTrial(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        var patience = 8 * (steps.count + text.count) + 64
        return steps.withUnsafeBufferPointer { steps -> Bool? in
            var (step, place) = (0, 0)
            var run = (step: -1, place: 0), deep = (step: -1, place: 0)
            while true {
                patience -= 1
                if patience < 0 { return nil }
                if step == steps.count {
                    if place == text.count { return true }
                } else {
                    switch steps[step] {
                    case .run:
                        run = (step, place)
                        step += 1
                        continue
                    case .deepRun, .folders:
                        if step + 1 == steps.count, case .deepRun = steps[step] { return true }
                        (deep, run.step) = ((step, place), -1)
                        step += 1
                        continue
                    default:
                        if place < text.count, fits(steps[step], text[place]) {
                            step += 1
                            place += 1
                            continue
                        }
                    }
                }
                if run.step >= 0, let next = longer(run.place, steps, after: run.step, text) {
                    run.place = next
                    (step, place) = (run.step + 1, next)
                } else if deep.step >= 0, let next = deeper(deep.place, steps, at: deep.step, text) {
                    (run.step, deep.place) = (-1, next)
                    (step, place) = (deep.step + 1, next)
                } else {
                    return false
                }
            }
        }
    }

    @inline(__always)
    private func fits(_ step: Step, _ byte: UInt8) -> Bool {
        switch step {
        case .byte(let wanted): byte == wanted
        case .any: crossesSlashes || byte != Self.slash
        case .set(let index): sets[index].contains(byte) && (crossesSlashes || byte != Self.slash)
        case .run, .deepRun, .folders, .never: false
        }
    }

    /// Where a `*` that ended at `place` ends next: no earlier than at a byte that the step after it takes.
    private func longer(_ place: Int, _ steps: UnsafeBufferPointer<Step>, after star: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard place < text.count, text[place] != Self.slash else { return nil }
        guard star + 1 < steps.count, case .byte(let wanted) = steps[star + 1] else { return place + 1 }
        var next = place + 1
        while next < text.count {
            if text[next] == wanted { return next }
            if text[next] == Self.slash { return nil }
            next += 1
        }
        return nil
    }

    /// The same of a `**`, or of `**/`, which ends after a slash.
    private func deeper(_ place: Int, _ steps: UnsafeBufferPointer<Step>, at star: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int? {
        if case .folders = steps[star] { return text[place...].firstIndex(of: Self.slash).map { $0 + 1 } }
        guard place < text.count else { return nil }
        guard star + 1 < steps.count, case .byte(let wanted) = steps[star + 1] else { return place + 1 }
        return text[(place + 1)...].firstIndex(of: wanted)
    }

    // MARK: All ways at once

    func matchesAtOnce(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let width = steps.count + 1
        return withUnsafeTemporaryAllocation(of: Bool.self, capacity: 2 * width) { storage in
            storage.initialize(repeating: false)
            var current = UnsafeMutableBufferPointer(rebasing: storage[..<width])
            var next = UnsafeMutableBufferPointer(rebasing: storage[width...])
            enter(0, &current)
            for byte in text {
                next.update(repeating: false)
                guard advance(current, over: byte, into: &next) else { return false }
                swap(&current, &next)
            }
            return current[steps.count]
        }
    }

    /// Marks `step` and what can be reached from it without a byte.
    private func enter(_ step: Int, _ states: inout UnsafeMutableBufferPointer<Bool>) {
        var step = step
        while true {
            states[step] = true
            guard step < steps.count else { return }
            switch steps[step] {
            case .run, .deepRun, .folders: step += 1
            default: return
            }
        }
    }

    private func advance(_ states: UnsafeMutableBufferPointer<Bool>, over byte: UInt8,
                         into next: inout UnsafeMutableBufferPointer<Bool>) -> Bool {
        let isSlash = byte == Self.slash
        var alive = false
        for step in 0..<steps.count where states[step] {
            var moves = fits(steps[step], byte)
            switch steps[step] {
            case .run:
                if !isSlash { enter(step, &next); alive = true }
            case .deepRun:
                enter(step, &next)
                alive = true
            case .folders:
                next[step] = true
                alive = true
                moves = isSlash
            case .byte, .any, .set, .never: break
            }
            if moves { enter(step + 1, &next); alive = true }
        }
        return alive
    }
}
