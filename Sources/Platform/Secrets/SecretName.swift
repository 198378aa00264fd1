/// What names say of the values behind them.
enum SecretName {
    private static let parts = ["password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "access_key", "access-key", "accesskey",
                                "private_key", "private-key", "credential", "authorization", "scram_client_key", "scram_server_key"].map { Array($0.utf8) }
    private static let endings = ["_pwd", "-pwd", "_pass", "-pass", "_auth", "-auth"].map { Array($0.utf8) }
    /// A name that ends so says where a secret is.
    private static let places = ["file", "path", "dir", "url", "prompt"].map { Array($0.utf8) }

    /// Whether the value behind a name is a secret: `PGPASSWORD`, `--api-key`, `sslpassword`; not `passfile`.
    static func isSecret(_ name: [UInt8]) -> Bool {
        let name = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard !places.contains(where: { name.suffix($0.count).elementsEqual($0) }) else { return false }
        return name.elementsEqual("pass".utf8) || endings.contains { name.suffix($0.count).elementsEqual($0) } || parts.contains { contains(name, $0) }
    }

    /// Variables of a kind that everyone sets, which say where something is and in which way it is used.
    static func isPlace(_ name: String) -> Bool {
        name.hasPrefix("LC_") || [
            "PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGAPPNAME", "PGOPTIONS", "PGSSLMODE", "PGTZ", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT",
            "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "PWD", "LD_LIBRARY_PATH", "LD_PRELOAD", "MALLOC_CONF", "RUST_BACKTRACE", "RUST_LOG",
            "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
        ].contains(name)
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

    private static func contains(_ name: [UInt8], _ part: [UInt8]) -> Bool {
        guard name.count >= part.count else { return false }
        return (0...(name.count - part.count)).contains { name[$0...].starts(with: part) }
    }
}
