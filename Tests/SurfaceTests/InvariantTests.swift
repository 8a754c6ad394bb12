import Foundation
import Postgres
import Support
import Testing

/// What the tables hold by themselves, whoever writes to them.
@Suite("Invariants", .serving(), .serialized, .timeLimit(.minutes(10)))
struct InvariantTests {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    /// The constraint that a statement of the owner violates; nil when it passes.
    private func violation(_ statement: SQL) async throws -> String? {
        do throws(PostgresError) {
            _ = try await site.database.write(statement)
            return nil
        } catch {
            guard case .server(_, let constraint) = error.kind else { throw error }
            return constraint ?? "none"
        }
    }

    @Test("No statement leaves an organization to nobody", arguments: 0..<8)
    func lastAdmin(number: Int) async throws {
        let company = try await site.company()
        let staff = try await site.employee(of: company, as: "Staff")
        let (organization, admin) = (company.id, company.admin.id)
        if number >= 6 {
            try await site.role("Dueña", allowing: ["manage_organization"], in: company)
            try await site.database.run(
                """
                UPDATE portero.memberships SET role_id = (
                    SELECT id FROM portero.roles WHERE organization_id = \(organization) AND name = 'Dueña'
                ) WHERE organization_id = \(organization) AND user_id = \(admin)
                """
            )
        }
        let statement: SQL =
            switch number {
            case 0: "DELETE FROM portero.memberships WHERE organization_id = \(organization) AND user_id = \(admin)"
            case 1: "UPDATE portero.memberships SET is_active = false WHERE organization_id = \(organization)"
            case 2:
                """
                UPDATE portero.memberships SET role_id = (
                    SELECT role_id FROM portero.memberships WHERE user_id = \(staff.person.id)
                ) WHERE organization_id = \(organization)
                """
            case 3: "UPDATE portero.users SET is_active = false WHERE id = \(admin)"
            case 4: "DELETE FROM portero.users WHERE id = \(admin)"
            case 5: "DELETE FROM portero.memberships WHERE organization_id = \(organization)"
            case 6:
                "DELETE FROM portero.role_permissions WHERE organization_id = \(organization) AND role_id IN (SELECT id FROM portero.roles WHERE name = 'Dueña')"
            default:
                """
                UPDATE portero.role_permissions SET permission_id = (
                    SELECT id FROM portero.permissions WHERE name = 'manage_rooms'
                ) WHERE role_id = (
                    SELECT id FROM portero.roles WHERE organization_id = \(organization) AND name = 'Dueña'
                )
                """
            }
        let before = try await site.database.state()
        #expect(try await violation(statement) == "last_admin")
        #expect(try await site.database.state() == before)
    }

    @Test("One may hand over in any order within a transaction")
    func handOver() async throws {
        let company = try await site.company()
        let staff = try await site.employee(of: company, as: "Staff")
        let (organization, admin, heir) = (company.id, company.admin.id, staff.person.id)
        try await site.database.transaction { transaction in
            _ = try await transaction.write(
                "DELETE FROM portero.memberships WHERE organization_id = \(organization) AND user_id = \(admin)"
            )
            _ = try await transaction.write(
                """
                UPDATE portero.memberships SET role_id = (
                    SELECT id FROM portero.roles WHERE organization_id = \(organization) AND name = 'Admin'
                ) WHERE organization_id = \(organization) AND user_id = \(heir)
                """
            )
        }
        #expect(try await visitor.get(company.path, token: staff.token)["role"]?["name"] == "Admin")
    }

    @Test("Of two who leave in transactions of their own, one stays", arguments: ["READ COMMITTED", "REPEATABLE READ"])
    func atOnce(isolation: String) async throws {
        for _ in 0..<4 {
            let company = try await site.company()
            let other = try await site.employee(of: company, as: "Admin")
            let people = [company.admin.idText, other.person.idText]
            let failures = await withTaskGroup(of: Int.self) { group in
                for person in people {
                    group.addTask {
                        let script = """
                            BEGIN ISOLATION LEVEL \(isolation);
                            DELETE FROM portero.memberships WHERE user_id = '\(person)';
                            COMMIT
                            """
                        do {
                            try await Script.run(script, url: site.scratch.url, on: TestLoops.next())
                            return 0
                        } catch {
                            return 1
                        }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(failures == 1)
            let left = try await site.database.count(
                "SELECT count(*) FROM portero.memberships WHERE organization_id = \(company.id)"
            )
            #expect(left == 1)
        }
    }

    @Test("A whole organization may be deleted, and one that never had an Admin is nobody's to keep")
    func whatIsAllowed() async throws {
        let company = try await site.company()
        #expect(try await violation("DELETE FROM portero.organizations WHERE id = \(company.id)") == nil)
        let person = try await site.person()
        let plain = try await site.organization("Sin nadie", with: person, as: "Staff")
        #expect(try await violation("DELETE FROM portero.memberships WHERE organization_id = \(plain)") == nil)
        #expect(try await violation("DELETE FROM portero.organizations WHERE id = \(plain)") == nil)
    }

    @Test(
        "What is built in stays as it is",
        arguments: [
            ("UPDATE portero.roles SET name = 'Otro' WHERE name = 'Admin'", "role_built_in"),
            ("UPDATE portero.roles SET built_in = false", "role_built_in"),
            ("UPDATE portero.roles SET description = 'x' WHERE name = 'Staff'", "role_built_in"),
            ("DELETE FROM portero.roles WHERE name = 'Usuario'", "role_built_in"),
            (
                "INSERT INTO portero.roles (id, organization_id, name, built_in) SELECT gen_random_uuid(), id, 'X', true FROM portero.organizations",
                "role_built_in"
            ),
            ("DELETE FROM portero.role_permissions", "role_built_in"),
            (
                "INSERT INTO portero.role_permissions (organization_id, role_id, permission_id) SELECT r.organization_id, r.id, p.id FROM portero.roles r, portero.permissions p WHERE r.name = 'Usuario' AND p.name = 'manage_users'",
                "role_built_in"
            ),
            ("DELETE FROM portero.permissions WHERE name = 'manage_users'", "permission_built_in"),
            ("UPDATE portero.permissions SET name = 'x_x' WHERE name = 'manage_rooms'", "permission_built_in"),
            ("INSERT INTO portero.permissions (name) VALUES ('all_of_it')", "permission_built_in"),
        ] as [(StaticString, String)]
    )
    func builtIn(statement: StaticString, refusal: String) async throws {
        #expect(try await violation(SQL(stringLiteral: statement)) == refusal)
    }

    @Test("A migration may change what is built in, if it says so")
    func maintenance() async throws {
        try await Script.run(
            """
            SET LOCAL portero.maintenance = 'on';
            UPDATE portero.permissions SET description = 'Rooms' WHERE name = 'manage_rooms';
            """,
            url: site.scratch.url,
            on: TestLoops.next()
        )
    }

    @Test("A role, a permission and a membership stay within one organization")
    func withinOne() async throws {
        let (one, two) = (try await site.company(), try await site.company())
        let foreign = try await site.role("Ajena", allowing: [], in: two)
        let own = try await site.role("Propia", allowing: [], in: one)
        try await site.database.run(
            "INSERT INTO portero.permissions (organization_id, name) VALUES (\(two.id), 'open_vault')"
        )
        let vault: SQL = "(SELECT id FROM portero.permissions WHERE name = 'open_vault')"
        let cases: [(SQL, String)] = [
            (
                "UPDATE portero.memberships SET role_id = \(foreign) WHERE organization_id = \(one.id)",
                "memberships_role_fkey"
            ),
            (
                "INSERT INTO portero.role_permissions VALUES (\(one.id), \(own), \(vault))",
                "permission_of_other_organization"
            ),
            (
                "INSERT INTO portero.role_permissions VALUES (\(two.id), \(own), \(vault))",
                "role_permissions_role_fkey"
            ),
            (
                "UPDATE portero.permissions SET organization_id = \(one.id) WHERE name = 'open_vault'",
                "permission_of_other_organization"
            ),
            (
                "INSERT INTO portero.permissions (organization_id, name) VALUES (\(one.id), 'manage_rooms')",
                "permissions_name_key"
            ),
            (
                "INSERT INTO portero.organization_domains VALUES ('Grande.example', \(one.id))",
                "organization_domains_shape"
            ),
            ("UPDATE portero.organizations SET settings = '[]' WHERE id = \(one.id)", "organizations_settings_shape"),
        ]
        for (statement, constraint) in cases { #expect(try await violation(statement) == constraint) }
    }

    @Test("Without a tenant, the server's role sees no row of any table that has an organization")
    func withoutTenant() async throws {
        let company = try await site.company()
        _ = try await visitor.post("\(company.path)/permissions", ["name": "run_bar"], token: company.token)
        let domain = JSONText.string("d\(UInt64.random(in: 0 ... .max)).example")
        _ = try await visitor.patch(company.path, ["domains": [domain]], token: company.token)
        try await Script.run(
            """
            SET ROLE portero_app;
            DO $$
            DECLARE
                v_table regclass;
                v_count bigint;
                v_seen integer := 0;
            BEGIN
                FOR v_table IN
                    SELECT c.oid::regclass FROM pg_class c
                     WHERE c.relnamespace = 'portero'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
                       AND (c.relname = 'organizations' OR EXISTS (
                           SELECT FROM pg_attribute a
                            WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
                       ))
                LOOP
                    CONTINUE WHEN NOT has_any_column_privilege(v_table, 'SELECT');
                    EXECUTE format('SELECT count(*) FROM %s', v_table) INTO v_count;
                    IF v_count <> 0 THEN
                        RAISE EXCEPTION '% shows % rows', v_table, v_count;
                    END IF;
                    v_seen := v_seen + 1;
                END LOOP;
                IF v_seen < 8 THEN
                    RAISE EXCEPTION 'only % tables were looked at', v_seen;
                END IF;
            END
            $$;
            """,
            url: site.scratch.url,
            on: TestLoops.next()
        )
        let unprotected = try await site.database.texts(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
             WHERE c.relnamespace = 'portero'::regnamespace AND c.relkind IN ('r', 'p')
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            """
        )
        #expect(unprotected == [])
    }

    @Test("A thousand alternating tenants on one connection see their own rows, and nobody's in between")
    func alternatingTenants() async throws {
        let companies = [try await site.company(), try await site.company()]
        for company in companies {
            try await site.database.run(
                "INSERT INTO portero.permissions (organization_id, name) VALUES (\(company.id), 'run_bar')"
            )
        }
        let url = site.scratch.url
        let ids = companies.map(\.idText)
        try await onLoop { loop in
            var configuration = DatabaseConfiguration.patient(url)
            configuration.role = "portero_app"
            configuration.connections = 1
            try await withDatabase(configuration, on: loop) { database in
                let question: SQL = """
                    SELECT DISTINCT organization_id::text FROM (
                        SELECT organization_id FROM portero.memberships
                        UNION ALL SELECT organization_id FROM portero.roles
                        UNION ALL SELECT organization_id FROM portero.permissions WHERE organization_id IS NOT NULL
                        UNION ALL SELECT organization_id FROM portero.auth_logs
                        UNION ALL SELECT id FROM portero.organizations
                    ) seen
                    """
                for round in 0..<1000 {
                    let tenant = round % 3
                    let settings: SessionSettings? =
                        tenant == 2 ? nil : ["portero.organization_id": ids[tenant]]
                    let seen = try await database.read(question, with: settings)
                        .map { (row: inout Row) throws(PostgresError) -> String in try row.next() }
                    #expect(seen == (tenant == 2 ? [] : [ids[tenant]]))
                }
            }
        }
    }
}
