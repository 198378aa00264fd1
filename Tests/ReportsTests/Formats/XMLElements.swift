/// The elements of a text that must be well-formed XML, as far as our reports use it: no comments, sections or namespaces.
struct XMLElements {
    struct Fault: Error, CustomStringConvertible { let description: String }

    private(set) var all: [(name: String, attributes: [String: String])] = []
    var names: Set<String> { Set(all.map(\.name)) }

    init(_ text: String) throws {
        let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        guard text.hasPrefix(start) else { throw Fault(description: "no declaration") }
        var open: [String] = []
        var rest = text.dropFirst(start.count)
        while let mark = rest.firstIndex(of: "<") {
            _ = try Self.decoded(rest[..<mark])
            guard let end = rest[mark...].firstIndex(of: ">") else { throw Fault(description: "a tag does not end") }
            let tag = rest[rest.index(after: mark)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == String(tag.dropFirst()) else { throw Fault(description: "</\(tag.dropFirst())> ends nothing") }
                continue
            }
            let name = String(tag.prefix { $0.isLetter || $0 == "-" })
            all.append((name, try Self.attributes(tag.dropFirst(name.count))))
            if !tag.hasSuffix("/") { open.append(name) }
        }
        guard open.isEmpty, try Self.decoded(rest).allSatisfy(\.isWhitespace) else { throw Fault(description: "\(open) does not end") }
    }

    private static func attributes(_ text: Substring) throws -> [String: String] {
        var attributes: [String: String] = [:], rest = text
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals].drop { $0 == " " })
            let value = rest[rest.index(after: equals)...]
            guard value.first == "\"", let end = value.dropFirst().firstIndex(of: "\""), name.allSatisfy(\.isLetter), attributes[name] == nil else { throw Fault(description: "\(rest)") }
            attributes[name] = try decoded(value.dropFirst()[..<end])
            rest = value[value.index(after: end)...]
        }
        guard rest == "" || rest == "/" else { throw Fault(description: "\(rest)") }
        return attributes
    }

    private static func decoded(_ text: Substring) throws -> String {
        var out = "", rest = text
        while let mark = rest.firstIndex(of: "&") {
            guard let end = rest[mark...].firstIndex(of: ";") else { throw Fault(description: "an entity does not end") }
            let name = rest[rest.index(after: mark)..<end]
            let known: [Substring: String] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'", "#10": "\n", "#9": "\t"]
            guard let character = known[name] else { throw Fault(description: "&\(name);") }
            out += rest[..<mark] + character
            rest = rest[rest.index(after: end)...]
        }
        guard !rest.contains("<"), !rest.contains("]]>") else { throw Fault(description: "\(rest)") }
        return out + rest
    }
}

/// The attributes of `junit-10.xsd`, of Jenkins' xunit plugin.
enum JUnitSchema {
    static let attributes: [String: (required: Set<String>, all: Set<String>)] = [
        "testsuites": ([], ["name", "time", "tests", "failures", "errors"]),
        "testsuite": (["name", "tests", "failures", "errors"], ["name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"]),
        "testcase": (["name"], ["name", "time", "classname", "group"]), "properties": ([], []), "property": (["name", "value"], ["name", "value"]),
        "failure": ([], ["type", "message"]), "error": ([], ["type", "message"]), "skipped": ([], ["type", "message"]),
        "flakyFailure": (["type"], ["type", "message"]), "rerunFailure": (["type"], ["type", "message"]), "stackTrace": ([], []), "system-out": ([], []), "system-err": ([], []),
    ]
}
