import Cryptography
import Foundation
import Postgres
import Support
import Testing

/// Nothing that was issued or chosen can be found in what somebody may copy: the database, the log.
@Suite("Secrets at rest", .serving(["PORTERO_LOG_LEVEL": "debug"]), .timeLimit(.minutes(10)))
struct SecretsScenarios {
    /// What a thief could use.
    private struct Loot {
        var tokens: [String] = []
        var codes: [String] = []
        var passwords: [String] = []
    }

    @Test("A dump of the database and the server's log hold no token, code or password that was ever used")
    func nothingToFind() async throws {
        let site = try Site.here()
        let loot = try await use(site)
        // Among them codes that still wait for their mail, and those that were mailed.
        let dump = try await site.dump()
        let log = site.server.log.joined(separator: "\n")
        #expect(dump.contains("authn_login_success") && log.contains("/auth/login"))

        for (place, text) in [("dump", dump), ("log", log)] {
            for secret in loot.tokens + loot.passwords {
                #expect(!text.contains(secret), "\(place)")
                // Also not as the bytes that it stands for, as PostgreSQL prints them.
                #expect(!text.contains(hex(Array(secret.utf8))), "\(place)")
            }
            for token in loot.tokens where !token.contains(".") {
                #expect(!text.contains(hex(JWT.decode(token))), "\(place)")
            }
            for access in loot.tokens where access.contains(".") {
                #expect(!text.contains(access.split(separator: ".")[2]), "\(place)")
            }
            let words = Set(
                text.replacing(/"duration_us":\d+/, with: "").split {
                    !($0.isLetter || $0.isNumber || $0 == "." || $0 == ":")
                }
            )
            for code in loot.codes {
                #expect(!words.contains(code[...]), "\(place)")
                for digest in digests(of: code) { #expect(!text.contains(digest), "\(place)") }
            }
        }
    }

    @Test("Passwords are stored by bcrypt of the configured cost, tokens as SHA-256")
    func forms() async throws {
        let site = try Site.here()
        let visitor = site.visitor()
        let email = Site.newEmail()
        _ = try await visitor.post(
            "/auth/register",
            ["email": .string(email), "password": "ContraseñaSegura123!", "full_name": "Ana"]
        )
        let hash: String? = try await site.database.value(
            "SELECT password_hash FROM portero.users WHERE email = \(email)"
        )
        #expect(hash?.wholeMatch(of: /\$2b\$10\$[.\/A-Za-z0-9]{53}/) != nil)
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let refresh = tokens.refresh
        let isDigest: Bool? = try await site.database.value(
            """
            SELECT t.digest = sha256(\(refresh)::bytea) FROM portero.refresh_tokens t
              JOIN portero.sessions s ON s.id = t.session_id WHERE s.user_id = \(person.id)
            """
        )
        #expect(isDigest == true)
        #expect(refresh.utf8.count == 43)
    }

    @Test("The successor of a used token cannot be had from the table alone")
    func successorIsSealed() async throws {
        let site = try Site.here()
        let visitor = site.visitor()
        let person = try await site.person()
        let first = try await site.session(of: person, visitor).refresh
        let second = try await visitor.post("/auth/refresh", ["refresh_token": .string(first)]).string("refresh_token")
        let nonce: [UInt8] =
            try await site.database.value(
                """
                SELECT t.nonce FROM portero.refresh_tokens t JOIN portero.sessions s ON s.id = t.session_id
                 WHERE s.user_id = \(person.id) AND t.used_at IS NOT NULL
                """
            ) ?? []
        #expect(nonce.count == 32)
        #expect(JWT.encode(nonce) != second)
        for guess in [JWT.encode(nonce), JWT.encode(nonce.reversed())] {
            #expect(try await visitor.post("/auth/refresh", ["refresh_token": .string(guess)]).status == 401)
        }
    }

    /// Goes through everything that issues or takes a secret.
    private func use(_ site: Site) async throws -> Loot {
        var loot = Loot(passwords: ["ContraseñaSegura123!", "Nueva-Cripta-77!", "Otra-Cripta-88!", "Falsa-Cripta-99!"])
        let visitor = site.visitor()
        let email = Site.newEmail()
        let register: JSONText = [
            "email": .string(email), "password": .string(loot.passwords[0]), "full_name": "Ana Llaves",
        ]
        _ = try await visitor.post("/auth/register", register)
        loot.codes.append(try await site.mails.code(to: email))
        _ = try await visitor.post("/auth/verify-email", ["email": .string(email), "code": .string(loot.codes[0])])
        _ = try await visitor.post("/auth/login", ["email": .string(email), "password": .string(loot.passwords[3])])
        let login: JSONText = ["email": .string(email), "password": .string(loot.passwords[0])]
        var tokens = Tokens(try await visitor.post("/auth/login", login))
        for _ in 0..<3 {
            loot.tokens += [tokens.access, tokens.refresh]
            tokens = Tokens(try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)]))
        }
        loot.tokens += [tokens.access, tokens.refresh]
        // In a query, where neither belongs.
        _ = try await visitor.get(
            "/auth/me?access_token=\(tokens.access)&password=\(loot.passwords[1])",
            token: tokens.access
        )
        let change: JSONText = [
            "current_password": .string(loot.passwords[0]), "new_password": .string(loot.passwords[1]),
        ]
        #expect(try await visitor.post("/auth/change-password", change, token: tokens.access).status == 200)
        _ = try await visitor.post("/auth/forgot-password", ["email": .string(email)])
        loot.codes.append(try await site.mails.code(to: email, number: 2))
        let reset: JSONText = [
            "email": .string(email), "code": .string(loot.codes[1]), "new_password": .string(loot.passwords[2]),
        ]
        #expect(try await visitor.post("/auth/reset-password", reset).status == 200)
        // One code that stays unused.
        let other = try await site.person()
        _ = try await visitor.post("/auth/forgot-password", ["email": .string(other.email)])
        loot.codes.append(try await site.mails.code(to: other.email))
        return loot
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What a code hashed without a key would look like.
    private func digests(of code: String) -> [String] {
        [hex(Array(code.utf8)), hex(SHA256.digest(of: Array(code.utf8))), Data(code.utf8).base64EncodedString()]
    }
}

extension Site {
    /// All that the database holds, as SQL.
    func dump() async throws -> String {
        let process = Process()
        let output = folder.appending(path: "dump.sql")
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["pg_dump", "--dbname", scratch.url, "--file", output.path]
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        #expect(process.terminationStatus == 0)
        return try String(contentsOf: output, encoding: .utf8)
    }
}
