import Glibc

/// HOME of a session that has none, as under cron or a service manager: results, configuration and keys are looked for below it.
enum HomeFolder {
    /// Takes it from the password file. Called before there is another thread or program that reads it.
    static func complete() {
        if let home = getenv("HOME"), home.pointee != 0 { return }
        guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir, home.pointee != 0 else { return }
        setenv("HOME", home, 1)
    }
}
