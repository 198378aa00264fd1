import RemoteKit
import TestSupport
import Testing

@Suite("Configuration: finding the files") struct ConfigurationFilesTests {
    @Test("the project's file is found upwards, the nearest first")
    func upwards() throws {
        let folder = try TemporaryFolder()
        try folder.write("host = 'outer'", to: "slt-remote.toml")
        try folder.write("host = 'inner'", to: "a/slt-remote.toml")
        try folder.write("", to: "a/b/c/x")
        let found = try ConfigurationFiles.find(environment: [:], workingDirectory: folder.file("a/b/c"))
        #expect(found.project == ConfigurationSource(name: folder.file("a/slt-remote.toml"), folder: folder.file("a"), text: "host = 'inner'"))
        #expect(try ConfigurationFiles.find(environment: [:], workingDirectory: folder.file("a")).project?.name == "slt-remote.toml")
    }

    @Test("the user's file is below XDG_CONFIG_HOME, or else below ~/.config")
    func user() throws {
        let folder = try TemporaryFolder()
        try folder.write("host = 'xdg'", to: "x/slt-remote/config.toml")
        try folder.write("host = 'home'", to: ".config/slt-remote/config.toml")
        let home = try ConfigurationFiles.find(environment: ["HOME": folder.path, "XDG_CONFIG_HOME": "relative"], workingDirectory: folder.path)
        #expect(home.user?.text == "host = 'home'")
        #expect(home.user?.name == "~/.config/slt-remote/config.toml")
        let xdg = try ConfigurationFiles.find(environment: ["HOME": "/nowhere", "XDG_CONFIG_HOME": folder.file("x")], workingDirectory: folder.path)
        #expect(xdg.user?.text == "host = 'xdg'")
    }

    @Test("a named file takes the place of the search, and has to be there")
    func named() throws {
        let folder = try TemporaryFolder()
        try folder.write("host = 'found'", to: "slt-remote.toml")
        try folder.write("host = 'named'", to: "other/x.toml")
        let found = try ConfigurationFiles.find(named: "other/x.toml", environment: ["SLT_REMOTE_CONFIG": "nowhere"], workingDirectory: folder.path)
        #expect(found.project == ConfigurationSource(name: "other/x.toml", folder: folder.file("other"), text: "host = 'named'"))
        #expect(throws: ConfigurationError(.unreadable, at: "--config", "cannot read nowhere: there is no such file; check the path")) {
            try ConfigurationFiles.find(named: "nowhere", place: "--config", environment: [:], workingDirectory: folder.path)
        }
        #expect(throws: ConfigurationError(.unreadable, at: "SLT_REMOTE_CONFIG", "cannot read nowhere: there is no such file; check the path")) {
            try ConfigurationFiles.find(environment: ["SLT_REMOTE_CONFIG": "nowhere"], workingDirectory: folder.path)
        }
    }

    @Test("a folder is no configuration")
    func folder() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "slt-remote.toml/x")
        #expect(throws: ConfigurationError(.unreadable, at: "slt-remote.toml", "cannot read: it is a folder; name the file in it")) {
            try ConfigurationFiles.find(environment: [:], workingDirectory: folder.path)
        }
    }
}
