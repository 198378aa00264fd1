import Fleet
import Platform

/// How many worker processes a run keeps alive.
public enum WorkerCount: Sendable, Equatable, CustomStringConvertible {
    /// As many as the host has cores.
    case auto
    case exactly(Int)

    /// The number for a host with `cores` cores; at least 1.
    public func resolved(cores: Int) -> Int {
        switch self {
        case .auto: max(1, cores)
        case .exactly(let count): count
        }
    }

    public var description: String {
        switch self {
        case .auto: "auto"
        case .exactly(let count): String(count)
        }
    }
}

/// Files that are kept out of a run, and why.
public struct BlockRule: Sendable, Equatable {
    /// A glob, relative to the workspace.
    public var files: String
    /// Shown with each file.
    public var reason: String

    /// Each parameter is the property of the same name.
    public init(files: String, reason: String) {
        self.files = files
        self.reason = reason
    }
}

/// The value of one key, read and checked.
enum SettingValue: Sendable, Equatable {
    case text(String)
    case flag(Bool)
    case seconds(Double)
    /// Seconds; `nil` is `"none"`: no limit.
    case limit(Double?)
    /// `nil` is `"none"`: no limit.
    case bytes(Int?)
    case workers(WorkerCount)
    case integer(Int)
    case strings([String])
    case blocks([BlockRule])
    case timeouts([FileTimeout])
    case groups([FileGroup])

    /// As it would be written in a configuration file.
    var asTOML: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .flag(let flag): flag ? "true" : "false"
        case .seconds(let seconds): Self.quoted(Quantity.written(seconds: seconds))
        case .limit(nil): "\"none\""
        case .limit(let seconds?): Self.quoted(Quantity.written(seconds: seconds))
        case .bytes(nil): "\"none\""
        case .bytes(let bytes?): bytes > 0 && bytes % 1024 == 0 ? Self.quoted(Quantity.written(bytes: bytes)) : String(bytes)
        case .workers(.auto): "\"auto\""
        case .workers(.exactly(let count)): String(count)
        case .integer(let integer): String(integer)
        case .strings(let strings): "[" + strings.map(Self.quoted).joined(separator: ", ") + "]"
        case .blocks(let rules):
            "[" + rules.map { "{ files = \(Self.quoted($0.files)), reason = \(Self.quoted($0.reason)) }" }
                .joined(separator: ", ") + "]"
        case .groups(let groups):
            "[" + groups.map { "{ files = [\($0.files.map(Self.quoted).joined(separator: ", "))], max = \($0.max) }" }.joined(separator: ", ") + "]"
        case .timeouts(let rules):
            "[" + rules.map { "{ files = \(Self.quoted($0.files)), time = \(Self.quoted(Quantity.written(seconds: $0.seconds))) }" }
                .joined(separator: ", ") + "]"
        }
    }

    /// A TOML basic string, with everything a terminal might act on escaped.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            default:
                let shown = SafeText.line(String(scalar))
                if shown.unicodeScalars.count == 1 { out += shown } else { out += escape(scalar) }
            }
        }
        return out + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\t": return "\\t"
        default:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
        }
    }
}

/// Where a value comes from.
public enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case builtIn
    case file(name: String, line: Int?)
    case environment(String)
    case flag(String)

    public var description: String {
        switch self {
        case .builtIn: "built in"
        case .file(let name, let line): name + (line.map { ":\($0)" } ?? "")
        case .environment(let name): name
        case .flag(let name): name
        }
    }
}

/// The names that lead to a key: `["hosts", "sandbox", "port"]`.
struct SettingPath: Hashable, Sendable, CustomStringConvertible {
    var names: [String]

    init(_ names: [String]) { self.names = names }
    /// From a dotted constant of this program's own, without quoted names.
    init(_ dotted: StaticString) {
        names = dotted.description.split(separator: ".").map(String.init)
    }

    func appending(_ name: String) -> SettingPath { SettingPath(names + [name]) }

    /// As it would be written in a file, names quoted where they must be.
    var description: String { names.map(Self.written).joined(separator: ".") }

    static func written(_ name: String) -> String {
        let isBare = !name.isEmpty && name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                 UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isBare ? name : SettingValue.quoted(name)
    }
}

struct Setting: Sendable, Equatable {
    var value: SettingValue
    var origin: SettingOrigin
}
