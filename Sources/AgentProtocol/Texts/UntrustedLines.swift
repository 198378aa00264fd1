import Platform
import Synchronization

/// Cuts what a program on the host prints into lines that are safe to show: colours are taken out, other control characters
/// are made visible, endless lines are cut.
public final class UntrustedLines: Sendable {
    private let pending = Mutex<[UInt8]>([])
    private let show: @Sendable (String) -> Void
    private static let longest = 4096

    /// - Parameter show: gets each line, safe and without its end.
    public init(_ show: @escaping @Sendable (String) -> Void) { self.show = show }

    /// Takes in what came next.
    public func add(_ text: UntrustedText) {
        let lines = pending.withLock { pending in
            var lines: [[UInt8]] = []
            for byte in text.bytes {
                if byte == UInt8(ascii: "\n") || pending.count >= Self.longest {
                    lines.append(pending)
                    pending.removeAll(keepingCapacity: true)
                }
                if byte != UInt8(ascii: "\n") { pending.append(byte) }
            }
            return lines
        }
        for line in lines { show(Self.clean(line)) }
    }

    /// Shows a last line that has no end.
    public func finish() {
        let rest = pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
        if !rest.isEmpty { show(Self.clean(rest)) }
    }

    /// A progress bar rewrites its line with carriage returns: the last state counts.
    static func clean(_ line: [UInt8]) -> String {
        let whole = line.last == 0x0D ? line.dropLast() : line[...]
        let last = whole.split(separator: 0x0D).last ?? []
        return SafeText.line(String(decoding: withoutColours(last), as: UTF8.self), limit: longest)
    }

    /// Without `ESC [ … m` (ECMA-48, select graphic rendition).
    private static func withoutColours(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            if bytes[at] == 0x1B, at + 1 < bytes.endIndex, bytes[at + 1] == UInt8(ascii: "["),
               let end = bytes[(at + 2)...].firstIndex(where: { !((0x30...0x39).contains($0) || $0 == UInt8(ascii: ";")) }),
               bytes[end] == UInt8(ascii: "m") || bytes[end] == UInt8(ascii: "K") {
                at = end + 1
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        return result
    }
}
