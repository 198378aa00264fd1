import CFleet
import FoundationEssentials
import Glibc

/// A few words about a folder that go with it when it is moved, and with it when it is deleted: an extended attribute, which no
/// sync touches. Where the file system has none, a file in the state folder that names the folder by its inode and birth.
struct FolderNote {
    let name: String
    let folder: String
    let identity: FolderIdentity
    let state: String

    private static let limit = 16 << 10

    private var attribute: String { "user.slt-remote.\(name)" }
    private var file: Path { Path(state).absolute / "workspaces" / "\(identity.name).\(name)" }

    func read<Value: Decodable>(_ type: Value.Type) -> Value? {
        guard let bytes = attributeBytes() ?? (try? file.contents(limit: Self.limit)), !bytes.isEmpty else { return nil }
        return try? JSONDecoder().decode(type, from: Data(bytes))
    }

    private func attributeBytes() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Self.limit)
        let count = cfleet_get_attribute(folder, attribute, &bytes, UInt(bytes.count))
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    /// - Throws: when neither place can be written.
    func write(_ value: some Encodable) throws(FleetError) {
        let bytes = try JSON.encode(value)
        if cfleet_set_attribute(folder, attribute, bytes, UInt(bytes.count)) == 0 { return }
        // What an attribute says from before would win over the file.
        _ = cfleet_set_attribute(folder, attribute, bytes, 0)
        try file.parent.makeFolders()
        try file.replace(with: bytes)
    }
}
