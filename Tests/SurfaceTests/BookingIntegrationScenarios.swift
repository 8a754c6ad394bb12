import Cryptography
import Foundation
import Postgres
import Support
import Testing

/// The booking application shows PostgreSQL the tokens that the server has issued.
@Suite("Tokens in SQL", .serving(), .timeLimit(.minutes(10)))
struct BookingIntegrationScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    /// Who and where a token is in SQL, as `user organization`; nil where it is refused.
    private func place(of token: String) async throws -> String? {
        do {
            return try await site.database.transaction { transaction in
                _ = try await transaction.write("SELECT authz.session(\(token))")
                return try await transaction.value("SELECT concat_ws(' ', authz.user_id(), authz.organization_id())")
            }
        } catch let error as PostgresError {
            #expect(error.sqlState == "28000", "\(error)")
            return nil
        }
    }

    @Test("The token of a login counts in SQL, with an organization and without")
    func logins() async throws {
        let nobody = try await site.person()
        #expect(try await place(of: site.session(of: nobody, visitor).access) == nobody.idText)
        let staff = try await site.person()
        let organization = try await site.organization("La Cripta", with: staff, as: "Staff")
        let tokens = try await site.session(of: staff, visitor)
        #expect(try await place(of: tokens.access) == "\(staff.idText) \(organization.uuidString.lowercased())")
    }

    @Test("The token of a refresh counts too, in the organization that was asked for, also when it is asked for again")
    func refreshes() async throws {
        let person = try await site.person()
        let organizations = [
            try await site.organization("Uno", with: person, as: "Admin"),
            try await site.organization("Dos", with: person, as: "Staff"),
        ]
        let refresh = try await site.session(of: person, visitor).refresh
        for organization in organizations + organizations {
            let id = organization.uuidString.lowercased()
            let body: JSONText = ["refresh_token": .string(refresh), "organization_id": .string(id)]
            let access = try await visitor.post("/auth/refresh", body).string("access_token")
            #expect(try await place(of: access) == "\(person.idText) \(id)")
        }
    }

    @Test("A logout ends it at once, also in transactions that have begun")
    func logout() async throws {
        let person = try await site.person()
        _ = try await site.organization("La Cripta", with: person, as: "Staff")
        let tokens = try await site.session(of: person, visitor)
        try await site.database.transaction { transaction in
            _ = try await transaction.write("SELECT authz.session(\(tokens.access))")
            let holds: SQL = "SELECT authz.has_permission('manage_bookings')"
            #expect(try await transaction.value(holds) == true)
            #expect(try await visitor.post("/auth/logout", token: tokens.access).status == 200)
            #expect(try await transaction.value(holds) == false)
        }
        #expect(try await place(of: tokens.access) == nil)
    }

    @Test("A token that says anything else than was issued is refused in SQL, whoever signs it")
    func forgeries() async throws {
        let person = try await site.person()
        let organization = try await site.organization("La Cripta", with: person, as: "Admin")
        let other = try await site.organization("El Faro", with: person, as: "Admin")
        let tokens = try await site.session(of: person, visitor)
        let mint = try Mint(like: tokens.access)
        #expect(try await place(of: mint.token()) == "\(person.idText) \(organization.uuidString.lowercased())")
        let changes: [(inout AccessTokenClaims) -> Void] = [
            { $0.expiresAt += 1 }, { $0.organizationID = other }, { $0.organizationID = nil }, { $0.userID = UUID() },
            { $0.sessionID = UUID() }, { $0.context = ContextCode([UInt8](repeating: 0, count: 32)) },
        ]
        for change in changes { #expect(try await place(of: mint.token(change)) == nil) }
    }

    @Test("What the documentation shows works as it stands there")
    func documentation() async throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).appending(path: Self.page).standardized,
            encoding: .utf8
        )
        let examples = page.matches(of: /```sql\n([\s\S]*?)```/).map { String($0.1) }
        let table = try #require(examples.first { $0.contains("authz.protect(") })
        let transaction = try #require(examples.first { $0.contains("authz.session($1)") })
        #expect(table.split(separator: "\n").count == 5)
        let person = try await site.person()
        let organization = try await site.organization("La Cripta", with: person, as: "Staff")
        let token = try await site.session(of: person, visitor).access
        let loop = TestLoops.next()
        try await Script.run(Self.role + table, url: site.scratch.url, on: loop)
        try await Script.run(
            "SET ROLE booking_app; " + transaction.replacing("$1", with: "'\(token)'"),
            url: site.scratch.url,
            on: loop
        )
        #expect(
            try await site.database.texts("SELECT organization_id::text FROM public.bookings")
                == [organization.uuidString.lowercased()]
        )
    }

    private static let page = "../../../docs/booking-integration.md"

    /// Roles are the cluster's: another test may make it at the same time.
    private static let role = """
        DO $$ BEGIN CREATE ROLE booking_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        """

    @Test("With the keys of a leaked dump nobody gets in over HTTP")
    func leakedKeys() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let mint = try Mint(like: tokens.access)
        let later = Int(Date().timeIntervalSince1970) + 86_400
        let session = try #require(UUID(uuidString: JWT(tokens.access).session ?? ""))
        let code: [UInt8]? = try await site.database.value("SELECT portero.claim_mac(\(session), \(later), NULL)")
        let right = ContextCode(try #require(code))
        let forge = { (claims: inout AccessTokenClaims) in
            claims.expiresAt = later
            claims.context = right
        }
        let forged = mint.token(secret: "a secret that is as long as it must be, but not the server's", forge)
        // As good as a token gets without the server's secret.
        #expect(try await place(of: forged) == person.idText)
        let parts = forged.split(separator: ".")
        let signed = "\(parts[0]).\(parts[1])."
        for token in [forged, signed, signed + tokens.access.split(separator: ".")[2]] {
            #expect(try await visitor.get("/auth/me", token: token).shape == Reply.problem(401))
        }
    }
}

extension Transaction {
    /// The first column of the first row; nil when there is no row, or it is null.
    fileprivate func value<Value: ColumnValue & Sendable>(_ question: SQL) async throws(PostgresError) -> Value? {
        try await read(question).first { (row: inout Row) throws(PostgresError) -> Value? in
            try row.nextIfPresent()
        } ?? nil
    }
}
