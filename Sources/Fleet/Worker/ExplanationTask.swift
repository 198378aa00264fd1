import Platform

/// The time in which failures of a file may be explained, once its record is public. Nothing depends on it: it ends early when the run does.
public struct ExplanationTask {
    /// The file, with a folder of its own again.
    public let file: FileTask
    /// Bytes of memory that what explains may have; `nil` without a limit.
    public let memoryLimit: Int?
    /// Monotonic nanoseconds.
    let deadline: UInt64
    let isOver: () -> Bool

    /// Seconds that are left.
    public var patience: Double {
        let now = Clock.monotonic
        return deadline > now ? Double(deadline - now) / 1e9 : 0
    }

    /// Whether the run has ended meanwhile, so that nothing may be waited for.
    public var isCancelled: Bool { isOver() }

    /// Seconds for explaining a file: as long as files may take, and not much more than this one took.
    package static func patience(duration: Double, fileTimeout: Double) -> Double { min(fileTimeout, 2 + 4 * duration) }
}
