import Foundation
import Mail
import Testing

@Suite("Mail to files")
struct FileTransportTests {
    private let parent = FileManager.default.temporaryDirectory.appending(path: "portero-eml-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    }

    @Test("A mail becomes one file that only its owner reads, and sending it again replaces it")
    func writes() async throws {
        defer { try? FileManager.default.removeItem(at: parent) }
        let directory = parent.appending(path: "mail")
        let message = try Sample.message()
        let transport = FileTransport(directory: directory.path)
        #expect(await transport.send(message) == .delivered)
        #expect(await transport.send(message) == .delivered)

        let name = "\(message.id.uuidString.lowercased()).eml"
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [name])
        let file = directory.appending(path: name)
        #expect(try Data(contentsOf: file) == Data(message.rendered()))
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let ofDirectory = try FileManager.default.attributesOfItem(atPath: directory.path)
        #expect(ofDirectory[.posixPermissions] as? Int == 0o700)
    }

    @Test("A directory that cannot be written to is a temporary failure that leaves nothing behind")
    func reportsTrouble() async throws {
        defer { try? FileManager.default.removeItem(at: parent) }
        let file = parent.appending(path: "file")
        try Data().write(to: file)
        for path in [file.path, parent.appending(path: "a/b").path] {
            guard case .temporaryFailure = await FileTransport(directory: path).send(try Sample.message()) else {
                Issue.record("\(path) was written to")
                continue
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path) == ["file"])
    }
}
