/// What may be done, and asked of the user, to log in.
public struct SSHLoginRules: Sendable, Equatable {
    /// `PubkeyAuthentication`: whether keys are tried.
    public var usesKeys = true
    /// `PasswordAuthentication`: whether a password is asked for.
    public var usesPassword = true
    /// `KbdInteractiveAuthentication`: whether the user is asked what the host asks.
    public var usesQuestions = true
    /// `BatchMode`: the user is asked for nothing.
    public var asksNothing = false
    /// How often a password, or the answers to questions, may be wrong.
    public var prompts = 3
    /// `PreferredAuthentications`: the methods and their order; `nil` for all.
    public var order: [String]?
    /// What the configuration has that cannot be used here: keywords, for messages.
    public var unsupported: [String] = []

    /// All that can be tried is tried.
    public init() {}

    static let all = ["publickey", "password", "keyboard-interactive"]

    /// The keyword that keeps a method from being tried.
    func bar(_ method: String) -> String? {
        guard Self.all.contains(method), !methods.contains(method) else { return nil }
        switch method {
        case "publickey" where !usesKeys: return "PubkeyAuthentication"
        case "password" where !usesPassword: return "PasswordAuthentication"
        case "keyboard-interactive" where !usesQuestions: return "KbdInteractiveAuthentication"
        case "password" where asksNothing, "keyboard-interactive" where asksNothing: return "BatchMode"
        case _ where order?.contains(method) == false: return "PreferredAuthentications"
        default: return "NumberOfPasswordPrompts"
        }
    }

    /// The methods that may be tried, in order.
    var methods: [String] {
        (order ?? Self.all).filter { method in
            switch method {
            case "publickey": usesKeys
            case "password": usesPassword && !asksNothing && prompts > 0
            case "keyboard-interactive": usesQuestions && !asksNothing && prompts > 0
            default: false
            }
        }
    }
}

extension SSHLoginRules {
    init(_ value: (String) -> String?, _ isSet: (String) -> Bool, preferred: String?) {
        usesKeys = value("pubkeyauthentication") == nil || isSet("pubkeyauthentication")
        usesPassword = value("passwordauthentication") == nil || isSet("passwordauthentication")
        usesQuestions = value("kbdinteractiveauthentication") == nil || isSet("kbdinteractiveauthentication")
        asksNothing = isSet("batchmode")
        prompts = value("numberofpasswordprompts").flatMap { Int($0) } ?? prompts
        // "none" is a method, too.
        order = preferred?.split(separator: ",").map(String.init)
        for (key, keyword) in [("certificatefile", "CertificateFile"), ("pkcs11provider", "PKCS11Provider"),
                               ("hostbasedauthentication", "HostbasedAuthentication"), ("gssapiauthentication", "GSSAPIAuthentication")]
        where isSet(key) { unsupported.append(keyword) }
    }
}
