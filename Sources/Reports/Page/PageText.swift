import Mustache

/// Escapes what a template puts into a page, within an element or a value in double quotes.
///
/// Mustache's own goes by characters as people see them: a quote with a combining mark behind it is none of its five, but ends a value all the same.
/// This one goes by scalars. Templates ask for it in their first line.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String { MarkupText.xml(text) }

    /// As a template names it.
    static let name = "PAGE"

    /// Makes the name known to Mustache.
    static let registration: Void = MustacheContentTypes.register(PageText(), named: name)
}
