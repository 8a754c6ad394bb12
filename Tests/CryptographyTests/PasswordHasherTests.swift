import Cryptography
import Testing

@Suite("Password hasher")
struct PasswordHasherTests {
    private static let pool = HashPool(threads: 2, queue: 10_000)
    private static let kinds: [PasswordHashKind] = [.bcrypt(cost: 4), .argon2id]
    private let bcrypt = PasswordHasher(kind: .bcrypt(cost: 4), pool: pool)

    @Test("A password verifies against its hash, and no other does", arguments: kinds)
    func roundTrip(kind: PasswordHashKind) async throws {
        let hasher = PasswordHasher(kind: kind, pool: Self.pool)
        let hash = try await hasher.hash("ContraseñaSegura123!")
        #expect(try await hasher.verify("ContraseñaSegura123!", against: hash))
        for other in [
            "", "contraseñasegura123!", "ContraseñaSegura123! ", " ContraseñaSegura123!", "ContrasenaSegura123!",
        ] {
            #expect(try await !hasher.verify(other, against: hash))
        }
        #expect(try await hasher.hash("ContraseñaSegura123!") != hash, "every hash has a salt of its own")
        #expect(!hasher.needsRehash(hash))
    }

    @Test("New hashes have the parameters of the design")
    func parameters() async throws {
        let bcrypt = try await PasswordHasher(kind: .bcrypt(cost: 10), pool: Self.pool).hash("password")
        #expect(bcrypt.hasPrefix("$2b$10$") && bcrypt.utf8.count == 60)
        let argon2id = try await PasswordHasher(kind: .argon2id, pool: Self.pool).hash("password")
        #expect(argon2id.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$") && argon2id.utf8.count == 97)
    }

    @Test(
        "Hashes of other implementations verify",
        arguments: [
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
            ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
            ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
            ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        ]
    )
    func knownHashes(password: String, hash: String) async throws {
        for kind in Self.kinds {
            let hasher = PasswordHasher(kind: kind, pool: Self.pool)
            #expect(try await hasher.verify(password, against: hash))
            #expect(try await !hasher.verify(password + "x", against: hash))
            #expect(hasher.needsRehash(hash))
        }
    }

    @Test("The composed and the decomposed spelling are one password", arguments: kinds)
    func normalization(kind: PasswordHashKind) async throws {
        let hasher = PasswordHasher(kind: kind, pool: Self.pool)
        let hash = try await hasher.hash("contrasen\u{303}a-Ame\u{301}lie")
        #expect(try await hasher.verify("contrase\u{f1}a-Am\u{e9}lie", against: hash))
        #expect(try await hasher.verify("contrasen\u{303}a-Am\u{e9}lie", against: hash))
        #expect(try await !hasher.verify("contrasena-Amelie", against: hash))
        #expect(try await !hasher.verify("ｃontrase\u{f1}a-Am\u{e9}lie", against: hash), "compatibility is not equality")
    }

    @Test(
        "No part of a long password is ignored",
        arguments: [
            (String(repeating: "a", count: 72) + "X", String(repeating: "a", count: 72) + "Y"),
            (String(repeating: "a", count: 73), String(repeating: "a", count: 72)),
            (String(repeating: "a", count: 71) + "ñ1", String(repeating: "a", count: 71) + "ñ2"),
            (String(repeating: "a", count: 71) + "ñ", String(repeating: "a", count: 71) + "ò"),
            (String(repeating: "b", count: 511) + "X", String(repeating: "b", count: 511) + "Y"),
            (String(repeating: "b", count: 2000) + "X", String(repeating: "b", count: 2000)),
            ("abcdefgh\0x", "abcdefgh\0y"),
            ("abcdefgh\0x", "abcdefgh"),
            ("\0", ""),
        ]
    )
    func longPasswords(password: String, other: String) async throws {
        for kind in Self.kinds {
            let hasher = PasswordHasher(kind: kind, pool: Self.pool)
            let hash = try await hasher.hash(password)
            let otherHash = try await hasher.hash(other)
            #expect(try await hasher.verify(password, against: hash))
            #expect(try await !hasher.verify(other, against: hash))
            #expect(try await hasher.verify(other, against: otherHash))
            #expect(try await !hasher.verify(password, against: otherHash))
        }
    }

    @Test("What bcrypt sees whole is hashed as it is, what it does not carries the marker")
    func marker() async throws {
        let whole = try await bcrypt.hash(String(repeating: "a", count: 72))
        #expect(whole.hasPrefix("$2b$04$"))
        let long = try await bcrypt.hash(String(repeating: "a", count: 73))
        #expect(long.hasPrefix("$portero-hmac-sha384$$2b$04$"))
        #expect(!bcrypt.needsRehash(long))
        #expect(PasswordHasher(kind: .bcrypt(cost: 5), pool: Self.pool).needsRehash(long))
        let unmarked = String(long.dropFirst("$portero-hmac-sha384$".count))
        #expect(try await !bcrypt.verify(String(repeating: "a", count: 73), against: unmarked))
    }

    @Test(
        "What is no hash of a known kind never verifies",
        arguments: [
            nil, "", "*0", "*1", "$2b$04$", "password", "$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
            "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2b$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
            "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe\0",
            "$portero-hmac-sha384$*0", "$portero-hmac-sha384$", "$1$abcdefgh$uI7F6wQqJgTkJ8ExuYOzh/",
            "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=99999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=+256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=256,t=2,p=1$$",
            "$argon2id$v=19$m=256,t=2,p=1$!!!!$????",
        ] as [String?]
    )
    func unknownHashes(stored: String?) async throws {
        for kind in Self.kinds {
            let hasher = PasswordHasher(kind: kind, pool: Self.pool)
            for password in ["", "U*U", "password", "*0"] {
                #expect(try await !hasher.verify(password, against: stored))
            }
            #expect(stored.map(hasher.needsRehash) ?? true)
        }
    }

    @Test("A hash of another kind or cost is due for another")
    func rehash() async throws {
        let hash = try await bcrypt.hash("password")
        #expect(!bcrypt.needsRehash(hash))
        #expect(PasswordHasher(kind: .bcrypt(cost: 5), pool: Self.pool).needsRehash(hash))
        let argon2id = PasswordHasher(kind: .argon2id, pool: Self.pool)
        #expect(argon2id.needsRehash(hash))
        #expect(bcrypt.needsRehash(try await argon2id.hash("password")))
    }

    @Test("A full pool refuses to hash and to verify")
    func fullPool() async throws {
        let pool = HashPool(threads: 1, queue: 0)
        pool.close()
        let hasher = PasswordHasher(kind: .bcrypt(cost: 4), pool: pool)
        await #expect(throws: HashQueueFull.self) { try await hasher.hash("password") }
        await #expect(throws: HashQueueFull.self) { try await hasher.verify("password", against: nil) }
    }
}
