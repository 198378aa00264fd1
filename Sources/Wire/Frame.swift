import Platform

/// The unit of a conversation: 9 bytes of header (kind, exchange, payload length; integers little-endian) and
/// the payload. `docs/wire.md` describes the format.
struct Frame {
    enum Kind: UInt8 {
        /// First frame of each side: version and build, as JSON.
        case hello = 0
        /// Begins an exchange; the payload is the request.
        case open = 1
        /// One message of an exchange.
        case message = 2
        /// No more messages from this side.
        case finish = 3
        /// Ends the exchange for both sides; the payload is a ``WireFault`` as JSON.
        case fail = 4
        /// The receiver has consumed so many bytes of messages (4-byte count).
        case credit = 5
        case ping = 6
        case pong = 7
        /// The side that answers is at work on the exchange.
        case pulse = 8
    }

    static let headerSize = 9

    var kind: Kind
    var exchange: UInt32
    var payload: [UInt8]

    init(_ kind: Kind, exchange: UInt32 = 0, payload: [UInt8] = []) {
        self.kind = kind
        self.exchange = exchange
        self.payload = payload
    }

    func append(to bytes: inout [UInt8]) {
        appendHead(to: &bytes)
        bytes += payload
    }

    /// Appends all but the payload.
    func appendHead(to bytes: inout [UInt8]) {
        bytes.append(kind.rawValue)
        bytes.append(littleEndian: exchange)
        bytes.append(littleEndian: UInt32(payload.count))
    }
}
