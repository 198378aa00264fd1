import Glibc
import TestSupport

/// Runs a line of sh and returns what it prints.
/// - Throws: where it does not end with `status`.
@discardableResult
func shell(_ line: String, status wanted: Int32? = 0) throws -> String {
    guard let pipe = popen(line, "r") else { throw POSIXFailure(call: line, errno: errno) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = fread(&buffer, 1, buffer.count, pipe)
        if count == 0 { break }
        bytes += buffer[..<count]
    }
    let status = pclose(pipe)
    let text = String(decoding: bytes, as: UTF8.self)
    if let wanted, status != wanted << 8 { throw ShellFailure(line: line, status: status, output: text) }
    return text
}

struct ShellFailure: Error, CustomStringConvertible {
    let line: String
    let status: Int32
    let output: String
    var description: String { "\(line): status \(status): \(output)" }
}

/// `text` as one word of sh.
func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
