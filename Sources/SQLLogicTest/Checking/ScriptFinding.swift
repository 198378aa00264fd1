/// Something that reading a script has shown.
package struct ScriptFinding: Sendable, Equatable, Codable {
    /// From 1.
    package var line: Int
    /// The script that ``line`` is of, when it is one that was included.
    package var file: String?
    /// What it is, for programs; nil for what is wrong.
    package var kind: Kind?
    /// In one line.
    package var message: String

    /// What somebody wants to know of before a stranger's script is run.
    package enum Kind: String, Sendable, Codable {
        /// A record that starts a program.
        case system
        case attach
        case vacuumInto = "vacuum-into"
        /// SQL that reads or writes a file, or starts a program.
        case file
        /// A function or a table that does so.
        case function
        /// Code that the engine loads.
        case code
        /// A script or a result that is not in the folder of the test file.
        case outside
        /// SQL that variables complete while it runs, so that nothing is known of it before.
        case variables
        /// What the script takes from the variables of the environment.
        case environment
    }

    package init(line: Int, file: String? = nil, kind: Kind? = nil, _ message: String) {
        self.line = line
        self.file = file
        self.kind = kind
        self.message = message
    }
}

extension ScriptFinding.Kind {
    init(_ kind: SQLReach.Kind) {
        self = switch kind {
        case .attach: .attach
        case .vacuumInto: .vacuumInto
        case .file: .file
        case .function: .function
        case .code: .code
        }
    }
}
