extension Configuration {
    /// Finds, reads and resolves: what a command does first.
    /// - Parameters:
    ///   - named: what `--config` says.
    ///   - environment: all variables.
    ///   - flags: what the command line says.
    ///   - workingDirectory: absolute.
    /// - Throws: ``ConfigurationError`` with all that is wrong in all sources.
    public static func load(named: String? = nil, environment: [String: String], flags: ConfigurationFlags,
                            workingDirectory: String) throws(ConfigurationError) -> Configuration {
        let files = try ConfigurationFiles.find(named: named, place: flags.prefix + "config", environment: environment, workingDirectory: workingDirectory)
        return try resolve(files: files, environment: environment, flags: flags, workingDirectory: workingDirectory)
    }
}
