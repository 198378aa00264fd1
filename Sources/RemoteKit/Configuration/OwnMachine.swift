import Crypto
import FoundationEssentials
import Platform

/// This machine, as workspaces of a host remember it.
enum OwnMachine {
    /// Stands for this machine, and tells nothing of it: machine-id(5) asks that it be hashed. Where there is none, the machine's name.
    static let token: String = {
        let id = (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8))?.trimmingWhitespace ?? ""
        return digest("slt-remote " + (id.isEmpty ? "name \(HostName.own)" : "id \(id)"), bytes: 12)
    }()

    /// A short name for a tree of this machine: eight hexadecimal digits.
    static func name(ofTree path: String) -> String { digest("\(token)\0\(path)", bytes: 4) }

    private static func digest(_ text: String, bytes: Int) -> String { Hex.encode(SHA256.hash(data: Data(text.utf8)).prefix(bytes)) }
}

extension String {
    fileprivate var trimmingWhitespace: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
