/// Bytes that wait for their reader. Removing all of them costs no copy.
struct ByteQueue {
    private var bytes: [UInt8] = []
    private var head = 0

    var count: Int { bytes.count - head }

    mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
        if head > 0, head == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1 << 20 {
            bytes.removeFirst(head)
            head = 0
        }
        bytes.append(contentsOf: more)
    }

    /// 1 to `limit` bytes; none when there are none.
    mutating func removeFirst(upTo limit: Int) -> [UInt8] {
        guard count > 0, limit > 0 else { return [] }
        if head == 0, bytes.count <= limit {
            defer { bytes = [] }
            return bytes
        }
        let end = min(head + limit, bytes.count)
        defer { head = end }
        return Array(bytes[head ..< end])
    }
}
