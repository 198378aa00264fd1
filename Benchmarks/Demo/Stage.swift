import FoundationEssentials
import TestSupport

/// What the commands need: a server, a project with a configuration, a home folder that is not the user's.
struct Stage {
    let folder: TemporaryFolder
    let server: PrivateSSHServer
    let project: String
    let shell: Shell

    init(programs: String, folder: TemporaryFolder) throws {
        self.folder = folder
        let home = folder.file("home")
        project = folder.file("project")
        for path in [home, project, folder.file("host")] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        var options = PrivateSSHServer.Options()
        options.alias = "sandbox"
        options.environment["HOME"] = folder.file("host")
        server = try PrivateSSHServer(options)
        try folder.write(Self.configuration(server: server, folder: folder), to: "project/slt-remote.toml")
        shell = Shell(programs: programs, folder: project, home: home)
    }

    private static func configuration(server: PrivateSSHServer, folder: TemporaryFolder) -> String {
        """
        [hosts.sandbox]
        ssh-config = "\(server.configFile)"
        workspace = "\(folder.file("host"))/workspace"
        state = "\(folder.file("host"))/state"

        [suite]
        files = ["suite/**/*.test"]

        """
    }
}
