import Foundation
import Testing

@testable import portero

@Suite("Data directory")
struct DataDirectoryTests {
    @Test("The secret is made once, random, readable by its owner alone")
    func makesTheSecretOnce() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/a/b")
            let secret = try directory.secrets().map(\.text)
            #expect(secret.map { Data(base64Encoded: $0)?.count } == [48])
            #expect(try mode(of: directory.path + "/secret") == 0o600)
            #expect(try directory.secrets().map(\.text) == secret)
            let other = try DataDirectory(creating: place + "/c")
            #expect(try other.secrets().map(\.text) != secret)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["secret"])
        }
    }

    @Test("Starts at once agree on one secret")
    func agreesOnTheSecret() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place)
            let secrets = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<16 { group.addTask { try directory.secrets().map(\.text) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(secrets.count == 1)
        }
    }

    @Test("A secret that others can read, or that has been cut, stops the start")
    func refusesExposedSecrets() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place)
            _ = try directory.secrets()
            chmod(directory.path + "/secret", 0o644)
            #expect(throws: Failure.self) { try directory.secrets() }
            chmod(directory.path + "/secret", 0o600)
            try Data("short\n".utf8).write(to: URL(filePath: directory.path + "/secret"))
            #expect(throws: Failure.self) { try directory.secrets() }
        }
    }

    @Test("A folder that cannot be is refused by the name of its setting")
    func refusesImpossibleFolders() {
        let refusal = #expect(throws: Failure.self) { try DataDirectory(creating: "/proc/portero/data") }
        #expect(refusal?.description.hasPrefix("PORTERO_DATA_DIR: \"/proc/portero/data\" cannot be used: ") == true)
    }
}
