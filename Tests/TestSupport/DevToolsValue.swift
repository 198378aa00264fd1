/// A value of the DevTools protocol, which is JSON.
public enum DevToolsValue: Codable, Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([DevToolsValue])
    case object([String: DevToolsValue])

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() { self = .null }
        else if let bool = try? value.decode(Bool.self) { self = .bool(bool) }
        else if let number = try? value.decode(Double.self) { self = .number(number) }
        else if let text = try? value.decode(String.self) { self = .text(text) }
        else if let list = try? value.decode([DevToolsValue].self) { self = .list(list) }
        else { self = .object(try value.decode([String: DevToolsValue].self)) }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .number(let number): if number == number.rounded(), abs(number) < 1e15 { try value.encode(Int(number)) } else { try value.encode(number) }
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .object(let object): try value.encode(object)
        }
    }

    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(arrayLiteral elements: DevToolsValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, DevToolsValue)...) { self = .object(Dictionary(elements) { $1 }) }

    /// A member of an object; `null` where there is none.
    public subscript(_ name: String) -> DevToolsValue {
        if case .object(let object) = self { object[name] ?? .null } else { .null }
    }

    public var text: String? { if case .text(let text) = self { text } else { nil } }
    public var number: Double? { if case .number(let number) = self { number } else { nil } }
    public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    public var list: [DevToolsValue] { if case .list(let list) = self { list } else { [] } }
}
