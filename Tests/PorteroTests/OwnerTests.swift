import Foundation
import Support
import Testing

@testable import portero

/// Against a cluster of their own, since a role is the whole cluster's.
@Suite("Owners of a database who are no superusers")
struct OwnerTests {
    @Test("One that may not make roles is told the statement that an administrator must run, and needs only that")
    func namesTheStatement() async throws {
        try await withOwner { place, cluster, owner in
            #expect(try await statement(in: place, owner) == "CREATE ROLE portero_app NOLOGIN ROLE owner")
            _ = try psql(cluster.url, "CREATE ROLE portero_app NOLOGIN ROLE owner")
            try await expectWork(in: place, owner)
        }
    }

    @Test("Where the role is there already, the statement makes the owner its member")
    func namesTheGrant() async throws {
        try await withOwner { place, cluster, owner in
            _ = try psql(cluster.url, "CREATE ROLE portero_app NOLOGIN")
            #expect(try await statement(in: place, owner) == "GRANT portero_app TO owner")
            _ = try psql(cluster.url, "GRANT portero_app TO owner")
            try await expectWork(in: place, owner)
        }
    }

    @Test("One with CREATEROLE needs nobody, whether the role is there or not", arguments: [false, true])
    func makesTheRole(_ exists: Bool) async throws {
        try await withOwner("CREATEROLE") { place, cluster, owner in
            if exists { _ = try psql(cluster.url, "CREATE ROLE portero_app NOLOGIN") }
            try await expectWork(in: place, owner)
        }
    }

    @Test("The doctor says when the role cannot be taken on")
    func examinesTheRole() async throws {
        try await withOwner("CREATEROLE") { place, cluster, owner in
            #expect(try await run(["migrate"], in: place, owner).status == 0)
            let well = try await run(["doctor"], in: place, owner)
            #expect(well.status == 0)
            #expect(well.output.contains(/ok +role +portero_app\n/))
            _ = try psql(cluster.url, "REVOKE portero_app FROM owner")
            let ill = try await run(["doctor"], in: place, owner)
            #expect(ill.status == 1)
            #expect(ill.output.contains(/FAILED +role +portero_app cannot be taken on: .*permission denied/))
            #expect(ill.output.split(separator: "\n").filter { $0.hasPrefix("FAILED") }.count == 1)
        }
    }

    /// Lends a database whose owner has no right but the one named, by its URL.
    private func withOwner(
        _ right: String = "",
        _ body: (_ place: String, ScratchCluster, _ owner: String) async throws -> Void
    ) async throws {
        try await withScratchFolder { place in
            try await ScratchCluster.with { cluster in
                _ = try psql(cluster.url, "CREATE ROLE owner LOGIN \(right)")
                _ = try psql(cluster.url, "CREATE DATABASE auth OWNER owner")
                try await body(place, cluster, "postgresql://owner@/auth?host=\(cluster.socketDirectory)")
            }
        }
    }

    /// The statement that the start asks for, as the last words of its one line.
    private func statement(in place: String, _ owner: String) async throws -> String {
        let (status, _, complaints) = try await run(["serve"], in: place, owner)
        #expect(status == 78)
        #expect(complaints.split(separator: "\n").count == 1)
        return complaints.trimmedLine().split(separator: "An administrator must run once: ").last.map(String.init) ?? ""
    }

    /// A new password from the command line leaves nothing of the old one, and opens a closed account.
    private func expectReopening(in place: String, _ owner: String) async throws {
        _ = try psql(
            owner,
            """
            INSERT INTO portero.users (id, email, full_name, is_active)
            VALUES ('00000000-0000-4000-8000-00000000000b', 'bea@example.com', 'Bea', false);
            INSERT INTO portero.one_time_codes (id, purpose, user_id, mac, expires_at)
            SELECT gen_random_uuid(), 'reset_password', id, '', now() + interval '1 hour'
              FROM portero.users WHERE full_name = 'Bea'
            """
        )
        let again = try await run(
            ["admin", "create", "--email", "bea@example.com", "--name", "Otra", "--reset-password"],
            in: place,
            owner,
            ["PORTERO_ADMIN_PASSWORD": "Sombra-Cripta-43"]
        )
        let done = "opened the account again and promoted bea@example.com as Admin of default"
        #expect(again.output == "\(done); it keeps its name and username, and has the new password\n")
        let left = """
            SELECT u.is_active, u.full_name, (SELECT count(*) FROM portero.one_time_codes WHERE replaced_at IS NULL),
                   (SELECT count(*) FROM portero.mail_outbox WHERE kind = 'password_changed')
              FROM portero.users u WHERE u.email = 'bea@example.com'
            """
        #expect(try psql(owner, left) == "t|Bea|0|1\n")
        _ = try psql(owner, "DELETE FROM portero.users WHERE email = 'bea@example.com'")
    }

    /// The server starts, makes an Admin, and sees as its runtime role nothing of a tenant that it does not speak for.
    private func expectWork(in place: String, _ owner: String) async throws {
        let settings = ["DATABASE_URL": owner, "PORTERO_SECRET": goodSecret]
        let server = try RunningServer(in: place, ["serve"], settings)
        try await server.ready()
        let admin = try await run(
            ["admin", "create", "--email", "ana@example.com", "--name", "Ana"],
            in: place,
            owner,
            ["PORTERO_ADMIN_PASSWORD": "Cripta-Sombra-42"]
        )
        #expect(admin.output == "created ana@example.com as Admin of default\n")
        try await expectReopening(in: place, owner)
        kill(server.id, SIGTERM)
        #expect(await server.end() == 0)

        for (table, visible) in [("organizations", 1), ("memberships", 1), ("roles", 0)] {
            let count = "SELECT count(*) > 0 FROM portero.\(table)"
            #expect(try psql(owner, count) == "t\n")
            #expect(try psql(owner, "SET ROLE portero_app; \(count)") == "f\n")
            guard visible > 0 else { continue }
            let id = try psql(owner, "SELECT id FROM portero.organizations WHERE slug = 'default'").trimmedLine()
            let seen = try psql(
                owner,
                "SET ROLE portero_app; SET portero.organization_id = '\(id)'; SELECT count(*) FROM portero.\(table)"
            )
            #expect(seen == "\(visible)\n")
        }
        let forbidden = try psql(owner, "SELECT has_table_privilege('portero_app', 'portero.users', 'SELECT')")
        #expect(forbidden == "f\n")
    }
}

/// Runs one command of the program to its end, on a database.
func run(
    _ arguments: [String],
    in place: String,
    _ database: String,
    _ settings: [String: String] = [:]
) async throws -> (status: Int32, output: String, complaints: String) {
    let standard = ["DATABASE_URL": database, "PORTERO_SECRET": goodSecret]
    let process = try RunningServer(in: place, arguments, standard.merging(settings) { $1 })
    return (await process.end(), process.output, process.complaints())
}
