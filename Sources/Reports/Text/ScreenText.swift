import Platform

/// Text of this program's own reports, which alone may carry colours to a terminal. Only reports make it, and only their colours
/// are left in it: whatever else is given to a terminal is shown without any.
public struct ScreenText: Sendable, Equatable {
    public let text: String

    init(_ painted: String, _ style: Style) { text = SafeText.block(painted, colours: style.color) }
}
