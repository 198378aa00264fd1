/// What `ssh` takes as its destination.
enum Destination {
    /// Whether ssh would see a destination in it, and neither an option nor a command.
    static func isUsable(_ text: String) -> Bool {
        // A user of a Windows domain is CORP\me; a machine has no backslash.
        let machine = text.lastIndex(of: "@").map { text[$0...] } ?? text[...]
        let isPlain = !text.contains("\\@") && !machine.contains("\\")
        return isPlain && !text.isEmpty && !text.hasPrefix("-") && !text.contains("@-") && text != "ssh://"
            && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value > 0x20 && $0.value != 0x7F
                && !"'\"`$;&|<>(){}*?".unicodeScalars.contains($0) }
    }
}
