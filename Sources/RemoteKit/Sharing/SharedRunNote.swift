import Fleet
import FoundationEssentials
import Glibc

/// What a client remembers of a run over several hosts until its results are merged: which hosts have it, under which names, and which files each has.
/// A file of JSON, `hosts.json`, beside the shares that have come home.
struct SharedRunNote: Codable, Sendable {
    /// Of this format.
    var version = 1
    /// The name of the run.
    var id: String
    /// The name of the project.
    var project: String
    /// Seconds since 1970.
    var createdAt: Double
    /// Of the configuration.
    var hosts: [String]
    /// Every file of the suite, in the order of its claims.
    var files: [SuiteSurvey.File]
    /// Runs on hosts.
    var shares: [Share] = []
    /// Whether the run is one of the whole suite.
    var isWholeSuite: Bool
    /// The words of the command line.
    var commandLine: [String]

    /// A run on one of the hosts.
    struct Share: Codable, Sendable {
        /// The host's name.
        var host: String
        /// The run's name there.
        var run: String
        /// Its files, by their places in ``SharedRunNote/files``.
        var files: [Int]
        /// Whether the host was given up, and its files were dealt to others.
        var isLost = false
    }

    static let name = "hosts.json"
    /// Before the name of a run in the name of its folder, as long as its results are not merged.
    static let prefix = ".shared-"

    /// - Throws: ``RemoteError`` `usage` where it cannot be written.
    func write(in folder: String) throws(RemoteError) {
        do {
            try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: folder + "/" + Self.name), options: .atomic)
        } catch {
            throw RemoteError(.usage, "cannot write \(folder)/\(Self.name): \(error)")
        }
    }

    static func read(in folder: String) throws(RemoteError) -> SharedRunNote {
        do {
            let note = try JSONDecoder().decode(SharedRunNote.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
            guard note.version == 1, RunSpec.isValid(id: note.id), note.shares.allSatisfy({ RunSpec.isValid(id: $0.run) && $0.files.allSatisfy(note.files.indices.contains) }) else {
                throw RemoteError(.usage, "cannot read \(folder)/\(name): it is damaged, or of another release")
            }
            return note
        } catch let error as RemoteError {
            throw error
        } catch {
            throw RemoteError(.usage, "cannot read \(folder)/\(name): \(error)")
        }
    }
}

/// The folder on this machine of a run over several hosts.
struct SharedRunFolder: Sendable {
    /// Absolute; the folder that has the runs over these hosts.
    let parent: String
    let id: String

    /// Until the results are merged.
    var unfinished: String { parent + "/" + SharedRunNote.prefix + id }
    /// When they are.
    var merged: String { parent + "/" + id }

    func shares(of host: String) -> String { unfinished + "/hosts/" + Self.safe(host) }

    private static func safe(_ host: String) -> String { String(ResultsFolder.standard(host: host).split(separator: "/").last ?? "_") }

    /// The one whose results were merged that is meant: of the name, or the latest.
    static func findMerged(_ id: String?, in parent: String) -> SharedRunFolder? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).filter { RunSpec.isValid(id: $0) && access("\(parent)/\($0)/\(SharedRunNote.name)", F_OK) == 0 }.sorted()
        guard let found = id.map({ id in names.first { $0 == id } }) ?? names.last else { return nil }
        return SharedRunFolder(parent: parent, id: found)
    }

    /// The unfinished one that is meant: of the name, or the latest.
    static func find(_ id: String?, in parent: String) -> SharedRunFolder? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).filter { $0.hasPrefix(SharedRunNote.prefix) }
            .map { String($0.dropFirst(SharedRunNote.prefix.count)) }.filter { RunSpec.isValid(id: $0) }.sorted()
        guard let found = id.map({ id in names.first { $0 == id } }) ?? names.last else { return nil }
        return SharedRunFolder(parent: parent, id: found)
    }
}
