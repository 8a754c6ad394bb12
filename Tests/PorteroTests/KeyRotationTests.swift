import Foundation
import Support
import Testing

@testable import portero

@Suite("portero key rotate", .serialized, .timeLimit(.minutes(3)))
struct KeyRotationTests {
    @Test("After a restart tokens of the secret before are good, new ones are of the new one; without it they are not")
    func rotates() async throws {
        try await withScratchFolder { keys in
            let file = keys + "/secret"
            try writeFile(file, Array("\(goodSecret)\n".utf8), mode: 0o600)
            let settings = ["PORTERO_SECRET": "", "PORTERO_SECRET_FILE": file]
            try await ServedDatabase.lend(settings) { site in
                let login = try await site.logIn()
                let old = login.field("access_token")
                let rotation = try await site.command("key rotate")
                #expect(rotation.status == 0)
                #expect(rotation.output == "put a new secret before 1 older in \(file)\n")
                #expect(rotation.complaints.hasPrefix("portero: restart the servers"))
                #expect(try await site.me(old) == 200)

                try await site.restart()
                #expect(try await site.me(old) == 200)
                let refreshed = try await site.ask(
                    "POST",
                    "/auth/refresh",
                    ["refresh_token": .string(login.field("refresh_token"))]
                )
                #expect(refreshed.status == 200)
                let new = refreshed.field("access_token")
                #expect(try await site.me(new) == 200)
                #expect(keyName(of: new) != keyName(of: old))

                let newest = try #require(try secrets(in: file).first)
                unlink(file)
                try writeFile(file, Array("\(newest)\n".utf8), mode: 0o600)
                try await site.restart()
                #expect(try await site.me(old) == 401)
                #expect(try await site.me(new) == 200)
            }
        }
    }

    @Test("The data directory's secret is made where there is none, and at most three are kept, for its owner alone")
    func keepsThree() async throws {
        try await withScratchFolder { place in
            var before: [Substring] = []
            for round in 1...4 {
                let run = Run("key rotate", environment: ["PORTERO_DATA_DIR": place])
                #expect(run.status == 0)
                #expect(run.output == "put a new secret before \(min(round, 2)) older in \(place)/secret\n")
                #expect(run.complaints.contains("the oldest was left out") == (round >= 3))
                let secrets = try secrets(in: place + "/secret")
                #expect(secrets.count == min(round + 1, 3))
                #expect(secrets.allSatisfy { Data(base64Encoded: String($0))?.count == 48 })
                #expect(Array(secrets.dropFirst().prefix(before.count)) == Array(before.prefix(2)))
                before = secrets
                #expect(try mode(of: place + "/secret") == 0o600)
                #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["secret"])
                #expect(secrets.allSatisfy { !run.output.contains($0) && !run.complaints.contains($0) })
            }
            let directory = try DataDirectory(creating: place)
            #expect(try directory.secrets().map(\.text) == before.map(String.init))
        }
    }

    @Test("Of the environment's own secret the line to set is printed, and nothing is changed")
    func printsTheLine() async throws {
        try await withScratchFolder { place in
            let environment = [
                "PORTERO_SECRET": "\(goodSecret), \(freshSecret())", "DATABASE_URL": "postgresql://h/d",
                "PORTERO_DATA_DIR": place,
            ]
            let run = Run("key rotate", environment: environment)
            #expect(run.status == 0)
            let line = try #require(run.output.wholeMatch(of: /PORTERO_SECRET=([^\n]+)\n/)).1
            #expect(line.split(separator: ",").count == 3 && line.contains(",\(goodSecret),"))
            let configuration = try Configuration(
                reading: Environment(variables: environment.merging(["PORTERO_SECRET": String(line)]) { $1 })
            )
            #expect(configuration.secrets.count == 3)
            #expect(run.complaints.split(separator: "\n").allSatisfy { $0.hasPrefix("portero: ") })
            #expect(try FileManager.default.contentsOfDirectory(atPath: place) == [])
        }
    }

    @Test("Through a symbolic link the file behind it is replaced, and the link stays")
    func followsLinks() async throws {
        try await withScratchFolder { place in
            try writeFile(place + "/real", Array(goodSecret.utf8), mode: 0o600)
            symlink("real", place + "/link")
            let run = Run("key rotate", environment: ["PORTERO_SECRET_FILE": place + "/link"])
            #expect(run.status == 0)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: place + "/link") == "real")
            #expect(try secrets(in: place + "/real").last == Substring(goodSecret))
        }
    }

    @Test("A file that others can read stays as it is")
    func refusesExposedFiles() async throws {
        try await withScratchFolder { place in
            let file = place + "/secret"
            try writeFile(file, Array(goodSecret.utf8), mode: 0o600)
            chmod(file, 0o640)
            let run = Run("key rotate", environment: ["PORTERO_SECRET_FILE": file])
            #expect(run.status == 78)
            #expect(run.complaints == "portero: \(file) can be read by others; chmod 600 it, if it still is a secret\n")
            #expect(try secrets(in: file) == [Substring(goodSecret)])
            #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["secret"])
        }
    }

    /// The secrets in a file of one line.
    private func secrets(in file: String) throws -> [Substring] {
        let lines = String(decoding: try wholeFile(file, atMost: 4096), as: UTF8.self).split(separator: "\n")
        try #require(lines.count == 1)
        return lines[0].split(separator: ",")
    }

    /// The header of a token, which names its key.
    private func keyName(of token: String) -> Substring? {
        token.split(separator: ".").first
    }
}
