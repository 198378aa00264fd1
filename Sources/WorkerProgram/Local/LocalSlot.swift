import FoundationEssentials
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// One worker as its parent sees it.
struct LocalSlot {
    let number: Int
    let pid: pid_t
    let requests: Int32
    let replies: Int32
    /// What the worker and its programs write to standard error.
    let errors: Int32
    /// Address space that it had without using it when it began, in bytes.
    let base: Int
    let startTime: UInt64
    /// How many processes the kernel had ended for want of memory when this one was started.
    let memoryKills = HostMemory.outOfMemoryKills()
    /// The file it is on.
    var file: Int?
    /// When it began it, in seconds of the monotonic clock.
    var began = 0.0
    /// What came of the file, from when the worker has said that, though it may still explain failures.
    var result: FileResult?
    /// Why it was ended.
    var ending: FileVerdict.StopReason?
    private var pending: [UInt8] = []
    /// The last it wrote to standard error.
    private(set) var lastOutput: [UInt8] = []
    /// How much of that is kept, in bytes.
    private static let outputKept = 8192

    init(number: Int, pid: pid_t, requests: Int32, replies: Int32, errors: Int32) {
        self.number = number
        self.pid = pid
        self.requests = requests
        self.replies = replies
        self.errors = errors
        let fields = ProcessFields(pid: pid)
        base = fields.map { max(0, $0.virtualSize - $0.resident) } ?? 0
        startTime = fields?.startTime ?? 0
    }

    mutating func give(_ index: Int, now: Double) {
        file = index
        result = nil
        began = now
        _ = DescriptorIO.writeAll(requests, withUnsafeBytes(of: index) { Array($0) })
    }

    /// Whether a file is run, for which limits hold.
    var isRunning: Bool { file != nil && result == nil && ending == nil }

    /// Whether something has come that was not read yet, the end included.
    var hasMore: Bool { DescriptorIO.isReadable(replies) }

    /// Whether a reply has come in part, or waits to be read: then its file is done, however late this process looks at it.
    var isReplying: Bool { !pending.isEmpty || hasMore }

    /// Reads what has come.
    /// - Returns: false at the end.
    mutating func receive() -> Bool {
        let chunk = DescriptorIO.read(replies, limit: 65536) ?? []
        pending += chunk
        return !chunk.isEmpty
    }

    /// Hands on what was written to standard error.
    mutating func passErrors() {
        let chunk = DescriptorIO.read(errors, limit: 65536) ?? []
        _ = DescriptorIO.writeAll(2, chunk)
        lastOutput = (lastOutput + chunk).suffix(Self.outputKept)
    }

    /// The next reply, once it is whole.
    mutating func nextReply() -> LocalReply? {
        let head = MemoryLayout<Int>.size
        guard pending.count >= head else { return nil }
        let count = pending.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        guard pending.count >= head + count else { return nil }
        let bytes = pending[head..<(head + count)]
        pending.removeFirst(head + count)
        return try? JSONDecoder().decode(LocalReply.self, from: Data(bytes))
    }

    func close() {
        for descriptor in [requests, replies, errors] { Glibc.close(descriptor) }
    }
}
