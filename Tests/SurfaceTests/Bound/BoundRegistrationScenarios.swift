import Foundation
import Postgres
import Support
import Testing

@Suite(
    "Registering at the contracts that make members",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct BoundRegistrationScenarios {
    static let contracts = [Contract.ingeocimyc, .usuarios]

    let site: Site
    let doors: Doors

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
    }

    private func newcomer(_ contract: Contract, at staff: Staff) -> Newcomer { Newcomer(contract, staff, doors) }

    private func text(_ staff: Staff) -> String { staff.organization.uuidString.lowercased() }

    /// What the organization's audit trail says of accounts that were made, newest last.
    private func trail(of staff: Staff) async throws -> [String] {
        try await site.database.texts(
            """
            SELECT concat_ws(' ', email, surface, actor_id = user_id, actor_id = \(staff.admin.id), details ->> 'role')
              FROM portero.auth_logs WHERE event = 'user_created' AND organization_id = \(staff.organization)
             ORDER BY occurred_at, id
            """
        )
    }

    @Test(
        "Whoever registers belongs to the organization of the Host, and comes in there and nowhere else",
        arguments: contracts
    )
    func membership(contract: Contract) async throws {
        let (staff, others) = (try await Staff.hired(at: site), try await Staff.hired(at: site, "Los Otros"))
        let newcomer = newcomer(contract, at: staff)
        #expect(try await newcomer.register().status == 201)
        #expect(try await site.memberships(of: newcomer.email) == ["\(text(staff)) Usuario f"])
        #expect(try await trail(of: staff) == ["\(newcomer.email) \(contract.rawValue) t f Usuario"])
        for door in Contract.boundLogins {
            let headers = { (host: String) in [(name: "Host", value: host)] }
            let reply = try await door.login(newcomer.email, at: doors, headers: headers(staff.host))
            #expect(reply.status == 200, "\(door)")
            #expect(JWT(door.token(reply)).organization == text(staff))
            for host in [others.host, "localhost"] {
                let stray = try await door.login(newcomer.email, at: doors, headers: headers(host))
                #expect(stray.status == 401, "\(door)")
            }
        }
        #expect(try await site.mails.mail(to: newcomer.email).code != nil)
    }

    @Test(
        "The Host with a port, in capitals or with a dot at its end leads to the same organization",
        arguments: contracts
    )
    func hosts(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        for host in ["\(staff.host):8443", staff.host.uppercased(), "\(staff.host)."] {
            let newcomer = newcomer(contract, at: staff)
            #expect(try await newcomer.register(host: host).status == 201, "\(host)")
            #expect(try await site.memberships(of: newcomer.email) == ["\(text(staff)) Usuario f"])
        }
        let stray = newcomer(contract, at: staff)
        #expect(try await stray.register(host: "sub.\(staff.host)").status == 201)
        let byDefault = try await site.defaultOrganization().uuidString.lowercased()
        #expect(try await site.memberships(of: stray.email) == ["\(byDefault) Usuario f"])
    }

    @Test(
        "An address that is taken is 409 wherever and however it is written, and changes nothing",
        arguments: contracts
    )
    func takenAddresses(contract: Contract) async throws {
        let (staff, others) = (try await Staff.hired(at: site), try await Staff.hired(at: site, "Los Otros"))
        let first = newcomer(contract, at: staff)
        #expect(try await first.register().status == 201)
        func row() async throws -> [String] {
            try await site.database.texts("SELECT u::text FROM portero.users u WHERE email = \(first.email)")
        }
        let kept = try await row()
        for organization in [staff, others] {
            for email in [first.email, first.email.uppercased(), " \(first.email) "] {
                let again = newcomer(contract, at: organization)
                let reply = try await again.register(saying: ["email": .string(email), "password": "Otra-Cripta-43"])
                #expect(reply.status == 409, "\(email)")
            }
        }
        #expect(try await site.memberships(of: first.email) == ["\(text(staff)) Usuario f"])
        #expect(try await site.accounts(of: first.email) == 1)
        #expect(try await row() == kept)
        #expect(try await trail(of: staff).count == 1)
        #expect(try await trail(of: others) == [])
    }

    @Test("A username that is taken is 409, in any case")
    func takenUsernames() async throws {
        let (staff, others) = (try await Staff.hired(at: site), try await Staff.hired(at: site, "Los Otros"))
        let first = newcomer(.usuarios, at: staff)
        #expect(try await first.register().status == 201)
        for organization in [staff, others] {
            for username in [first.username, first.username.uppercased()] {
                let again = newcomer(.usuarios, at: organization)
                let reply = try await again.register(saying: ["username": .string(username)])
                #expect(reply.status == 409 && reply["message"] == "El nombre de usuario ya está registrado")
                #expect(try await site.accounts(of: again.email) == 0)
            }
        }
    }

    @Test("Of registrations at once with one address, one succeeds", arguments: contracts)
    func atOnce(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let newcomer = newcomer(contract, at: staff)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                let doors = try Doors(to: site.server)
                let another = Newcomer(contract, staff, doors)
                group.addTask { try await another.register(saying: ["email": .string(newcomer.email)]).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 5))
        #expect(try await site.memberships(of: newcomer.email).count == 1)
    }

    @Test(
        "Who manages users gives roles that allow no more than their own, and closed memberships",
        arguments: contracts
    )
    func managers(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        try await staff.role("Portería", ["manage_users", "manage_rooms"])
        try await staff.role("Salas", ["manage_rooms"])
        let (_, token) = try await staff.member(as: "Portería")
        let refused = newcomer(contract, at: staff)
        for role in ["Admin", "Staff"] {
            #expect(try await refused.register(as: role, token: token).status == 403, "\(role)")
        }
        #expect(try await site.accounts(of: refused.email) == 0)
        for role in ["Salas", "Portería", "Usuario"] {
            let newcomer = newcomer(contract, at: staff)
            #expect(try await newcomer.register(as: role, token: token).status == 201, "\(role)")
            #expect(try await site.memberships(of: newcomer.email) == ["\(text(staff)) \(role) f"])
        }
        let byAdmin = newcomer(contract, at: staff)
        #expect(try await byAdmin.register(as: "Admin", token: staff.token).status == 201)
        #expect(try await trail(of: staff).last == "\(byAdmin.email) \(contract.rawValue) f t Admin")
        guard contract == .usuarios else { return }
        let closed = newcomer(contract, at: staff)
        #expect(try await closed.register(saying: ["activo": false], token: staff.token)["activo"] == false)
        let headers = [(name: "Host", value: staff.host)]
        #expect(try await contract.login(closed.email, at: doors, headers: headers).status == 401)
    }

    @Test(
        "A token that does not work here registers like none, and where one is needed it is what is refused",
        arguments: contracts
    )
    func foreignTokens(contract: Contract) async throws {
        let (staff, others) = (try await Staff.hired(at: site), try await Staff.hired(at: site, "Los Otros"))
        let (_, ended) = try await staff.member(as: "Admin")
        #expect(try await doors.main.post("/auth/logout", token: ended).status == 200)
        let newcomer = newcomer(contract, at: staff)
        for (token, status) in [(others.token, 403), (ended, 401), ("nonsense", 401), ("null", 401), ("", 403)] {
            #expect(try await newcomer.register(as: "Staff", token: token).status == status, "\(token)")
        }
        #expect(try await site.accounts(of: newcomer.email) == 0)
        for token in [others.token, ended, "nonsense", "null", "undefined", ""] {
            for role in [nil, "Usuario"] {
                let newcomer = self.newcomer(contract, at: staff)
                #expect(try await newcomer.register(as: role, token: token).status == 201, "\(token)")
                #expect(try await site.memberships(of: newcomer.email) == ["\(text(staff)) Usuario f"])
            }
        }
    }

    @Test("Another organization's role is as unknown as none", arguments: contracts)
    func foreignRoles(contract: Contract) async throws {
        let (staff, others) = (try await Staff.hired(at: site), try await Staff.hired(at: site, "Los Otros"))
        try await others.role("Ajeno", ["manage_rooms"])
        let newcomer = newcomer(contract, at: staff)
        var roles: [JSONText] = ["Ajeno", "Nadie"]
        if contract == .usuarios {
            roles =
                try await ["Ajeno", "Usuario"].asyncMap { .integer(try await others.roleNumber($0)) } + [999_999_999]
        }
        for role in roles {
            for token in [nil, staff.token] {
                let name = contract == .usuarios ? "rolId" : "role"
                let reply = try await newcomer.register(saying: [name: role], token: token)
                #expect(reply.status == 400 && reply.faultyFields == [name], "\(role)")
            }
        }
        #expect(try await site.accounts(of: newcomer.email) == 0)
    }
}
