import TestSupport

/// As much of JSON Schema (draft 7) as the schema of CTRF uses.
struct JSONSchema {
    private let root: JSONTree

    init(_ root: JSONTree) { self.root = root }

    /// What is wrong with a value, each with its place.
    func faults(of value: JSONTree) -> [String] { faults(value, root, "$") }

    private func faults(_ value: JSONTree, _ schema: JSONTree, _ place: String) -> [String] {
        guard case .object(let rules) = schema else { return [] }
        var found: [String] = []
        if let reference = rules["$ref"] { return faults(value, resolved(reference), place) }
        if case .string(let type)? = rules["type"], value.type != type, !(type == "number" && value.type == "integer") { found.append("\(place) is \(value.type) and not \(type)") }
        if let constant = rules["const"], text(constant) != text(value) { found.append("\(place) is another constant") }
        if case .array(let choices)? = rules["enum"], !choices.contains(where: { text($0) == text(value) }) { found.append("\(place) is none of the words") }
        if case .array(let choices)? = rules["anyOf"], !choices.contains(where: { faults(value, $0, place).isEmpty }) { found.append("\(place) is nothing of what it may be") }
        if case .number(let least)? = rules["minLength"], case .string(let string) = value, string.unicodeScalars.count < Int(least) { found.append("\(place) is too short") }
        switch value {
        case .object(let members): found += object(members, rules, place)
        case .array(let items):
            if case .number(let least)? = rules["minItems"], items.count < Int(least) { found.append("\(place) has too few") }
            if let rule = rules["items"] { for (index, item) in items.enumerated() { found += faults(item, rule, "\(place)[\(index)]") } }
        default: break
        }
        return found
    }

    private func object(_ members: [String: JSONTree], _ rules: [String: JSONTree], _ place: String) -> [String] {
        var found: [String] = [], known: [String: JSONTree] = [:]
        if case .object(let properties)? = rules["properties"] { known = properties }
        if case .array(let required)? = rules["required"] {
            for case .string(let name) in required where members[name] == nil { found.append("\(place).\(name) is missing") }
        }
        for (name, member) in members {
            if let rule = known[name] {
                found += faults(member, rule, "\(place).\(name)")
            } else if case .boolean(false)? = rules["additionalProperties"] {
                found.append("\(place).\(name) is not known")
            } else if let rule = rules["additionalProperties"] {
                found += faults(member, rule, "\(place).\(name)")
            }
        }
        return found
    }

    private func resolved(_ reference: JSONTree) -> JSONTree {
        guard case .string(let path) = reference else { return .null }
        return path.split(separator: "/").dropFirst().reduce(root) { tree, name in
            if case .object(let members) = tree { members[String(name)] ?? .null } else { .null }
        }
    }

    private func text(_ value: JSONTree) -> String {
        switch value {
        case .string(let string): string
        case .number(let number): "\(number)"
        case .boolean(let boolean): "\(boolean)"
        case .null, .array, .object: ""
        }
    }
}
