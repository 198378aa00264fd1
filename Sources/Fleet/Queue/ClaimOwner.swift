/// Who holds a claim: the first line of a claim's file and of a result's.
///
/// `held HOST BOOT PID START WORKER\n`; the first word becomes `free` when the claim is given back, which is the only
/// change ever made to the line. `WORKER` is the slot number, or -1 for the supervisor.
struct ClaimOwner: Sendable, Equatable {
    var process: ProcessIdentity
    var worker: Int
    var isFree = false

    static let held = Array("held".utf8)
    static let free = Array("free".utf8)

    var line: [UInt8] {
        (isFree ? ClaimOwner.free : ClaimOwner.held)
            + Array(" \(process.host) \(process.boot) \(process.pid) \(process.startTime) \(worker)\n".utf8)
    }

    init(process: ProcessIdentity, worker: Int) {
        self.process = process
        self.worker = worker
    }

    /// `nil` when the line is not whole: its writer died while it claimed.
    init?(line bytes: some Collection<UInt8>) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let fields = bytes[..<end].split(separator: 0x20).map { Array($0) }
        guard fields.count == 6, let pid = decimal(fields[3]).flatMap({ Int32(exactly: $0) }), let start = decimal(fields[4]),
              fields[0] == ClaimOwner.held || fields[0] == ClaimOwner.free else { return nil }
        process = ProcessIdentity(host: String(decoding: fields[1], as: UTF8.self),
                                  boot: String(decoding: fields[2], as: UTF8.self), pid: pid, startTime: start)
        worker = decimal(fields[5]).flatMap { Int(exactly: $0) } ?? -1
        isFree = fields[0] == ClaimOwner.free
    }
}
