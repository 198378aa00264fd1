import Glibc
import TestSupport

/// A way to bring a folder to the server.
struct Peer {
    let name: String
    /// A line of sh that makes the folder `target` on the host like `source`; both are absolute paths.
    let command: (_ source: String, _ target: String) throws -> String
    /// Whether it can only bring whole trees.
    var isCopyOnly = false
    /// The `-z` or the connection of another peer, which the bars are not about.
    var isExtra = false
}

/// Everything that is compared, against one server.
struct Peers {
    let server: PrivateSSHServer
    /// For `ssh -F`.
    let configFile: String
    let folder: TemporaryFolder
    /// Absolute path of slt-remote, with slt-worker beside it.
    let program: String

    /// The first is the product, the second what the bars are set against.
    var all: [Peer] {
        let ssh = "ssh -F \(configFile)"
        let shared = ssh + " -o ControlMaster=auto -o ControlPath=\(folder.file("control")) -o ControlPersist=600"
        let alias = server.alias
        func rsync(_ flags: String, _ shell: String) -> (String, String) -> String {
            { source, target in "rsync \(flags) --delete -e '\(shell)' '\(source)/' '\(alias):\(target)/'" }
        }
        return [
            Peer(name: "slt-remote", command: product),
            Peer(name: "rsync -a", command: rsync("-a", ssh)),
            Peer(name: "rsync -az", command: rsync("-az", ssh), isExtra: true),
            Peer(name: "rsync -a, ControlMaster", command: rsync("-a", shared), isExtra: true),
            Peer(name: "rclone", command: { source, target in
                "rclone -q --log-file /dev/null --config /dev/null sync '\(source)' ':sftp:\(target)' --sftp-host \(server.address) --sftp-port \(server.port) --sftp-user \(server.user) "
                    + "--sftp-key-file '\(server.identityFile())' --sftp-known-hosts-file '\(server.knownHostsFile)' --links"
            }, isExtra: true),
            Peer(name: "tar | ssh", command: { source, target in
                "tar -C '\(source)' -cf - . | \(ssh) \(alias) \"mkdir -p '\(target)' && tar -C '\(target)' -xf -\""
            }, isCopyOnly: true, isExtra: true),
        ].filter { $0.name != "rclone" || access("/usr/bin/rclone", X_OK) == 0 }
    }

    private func product(_ source: String, _ target: String) throws -> String {
        let configuration = """
        host = "bench"
        [hosts.bench]
        ssh = "\(server.alias)"
        ssh-config = "\(configFile)"
        workspace = "\(target)"
        state = "\(folder.file("state"))"
        [sync]
        source = "\(source)"
        gitignore = false
        [prepare]
        command = "true"
        [suite]
        files = ["*"]
        """
        let name = target.split(separator: "/").joined(separator: "-") + ".toml"
        let file = try folder.write(configuration, to: name)
        return "'\(program)' sync --force --take-over --config '\(file)' >'\(folder.file("product.out"))' 2>'\(folder.file("product.err"))'"
    }
}
