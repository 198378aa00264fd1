import FoundationEssentials
import Fleet
import Glibc
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
    let memoryKills = HostSampler.outOfMemoryKills()
    /// The file it is on.
    var file: Int?
    /// When it began it, in seconds of the monotonic clock.
    var began = 0.0
    /// Why it was ended.
    var ending: FileVerdict.StopReason?
    private var pending: [UInt8] = []
    /// The last it has said on standard error.
    private(set) var said: [UInt8] = []
    /// How much of that is kept, in bytes.
    private static let saidKept = 8192

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
        began = now
        _ = Pipe.write(requests, withUnsafeBytes(of: index) { Array($0) })
    }

    /// Reads what has come.
    /// - Returns: false at the end.
    mutating func receive() -> Bool {
        let chunk = Self.chunk(of: replies)
        pending += chunk
        return !chunk.isEmpty
    }

    /// Hands on what was written to standard error.
    mutating func passErrors() {
        let chunk = Self.chunk(of: errors)
        _ = Pipe.write(2, chunk)
        said = (said + chunk).suffix(Self.saidKept)
    }

    private static func chunk(of descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            var got = read(descriptor, buffer.baseAddress, buffer.count)
            while got < 0, errno == EINTR { got = read(descriptor, buffer.baseAddress, buffer.count) }
            count = max(0, got)
        }
    }

    /// The result of the file, once it is there.
    mutating func takeResult() -> FileResult? {
        let head = MemoryLayout<Int>.size
        guard pending.count >= head else { return nil }
        let count = pending.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        guard pending.count >= head + count else { return nil }
        let bytes = pending[head..<(head + count)]
        pending.removeFirst(head + count)
        return try? JSONDecoder().decode(FileResult.self, from: Data(bytes))
    }

    func close() {
        for descriptor in [requests, replies, errors] { Glibc.close(descriptor) }
    }
}
