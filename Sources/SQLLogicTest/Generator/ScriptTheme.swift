/// What a generated script is mostly about; also the name of its folder.
enum ScriptTheme: String, CaseIterable {
    case select, index, random, evidence
}
