/// A path below the root of a tree: raw bytes with `/` between the names, empty for the root itself.
public struct TreePath: Sendable, Hashable {
    /// Names with `/` between them; neither at the start nor at the end.
    public var bytes: [UInt8]

    /// A path of raw bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    /// A path that is UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// `name` in the folder that this path names.
    func appending(_ name: some Collection<UInt8>) -> TreePath {
        var joined = [UInt8]()
        joined.reserveCapacity(bytes.count + 1 + name.count)
        joined += bytes
        if !bytes.isEmpty { joined.append(UInt8(ascii: "/")) }
        joined += name
        return TreePath(joined)
    }

    /// The folder that holds what this path names, and its name there.
    var split: (parent: [UInt8], name: [UInt8]) {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ([], bytes) }
        return (Array(bytes[..<slash]), Array(bytes[(slash + 1)...]))
    }
}

extension TreePath: CustomStringConvertible {
    /// For people: control characters, backslashes and what is not UTF-8 as `\xNN`; the root as `.`.
    public var description: String {
        if bytes.isEmpty { return "." }
        var text = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            var decoder = UTF8()
            var source = rest.makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&source), scalar.value >= 0x20, scalar.value != 0x7f,
               !(0x80...0x9f).contains(scalar.value), scalar != "\\" {
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                let byte = rest.removeFirst()
                text += byte < 16 ? "\\x0" : "\\x"
                text += String(byte, radix: 16)
            }
        }
        return text
    }
}

extension TreePath: Codable {
    /// A string where the path is UTF-8, else the list of its bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let text = String(validating: bytes, as: UTF8.self) {
            try container.encode(text)
        } else {
            try container.encode(bytes)
        }
    }

    /// Reads either form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.init(text)
        } else {
            self.init(try container.decode([UInt8].self))
        }
    }
}
