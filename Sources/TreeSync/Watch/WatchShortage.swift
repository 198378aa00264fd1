import Platform

/// Why not all folders of a source are watched, so that it is looked through now and then instead.
public struct WatchShortage: Sendable, Hashable {
    /// The kernel's setting (sysctl) that is too low; `nil` where it is something else.
    public var setting: String?
    /// What the setting is.
    public var value: Int?
    /// The system's words.
    public var reason: String

    init(_ number: Int32, setting: String?) {
        self.setting = setting
        value = setting.flatMap { name in FileBytes.smallText("/proc/sys/" + name.split(separator: ".").joined(separator: "/")).flatMap { Int($0) } }
        reason = ErrorText.of(number)
    }
}
