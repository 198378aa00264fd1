import FoundationEssentials
import Glibc
import Platform

/// Who works here, for the other users of a host.
public enum OwnName {
    /// `user@machine`
    public static var text: String {
        let environment = ProcessInfo.processInfo.environment
        let named = [environment["USER"], environment["LOGNAME"]].compactMap(\.self).first { !$0.isEmpty }
        return "\(named ?? account ?? "uid \(getuid())")@\(HostName.own)"
    }

    /// As the password file has it; cron and containers set no variable.
    private static var account: String? {
        var storage = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(getuid(), &storage, &buffer, buffer.count, &found) == 0, let name = found?.pointee.pw_name else { return nil }
        return String(cString: name)
    }
}
