import Domain
import Foundation
import Postgres
import Support
import Testing

/// Who may take which host, and the name by which requests are found that name no organization.
@Suite("Domains and the default organization", .timeLimit(.minutes(10)))
struct DomainScenarios {
    @Test(
        "A pattern is a host, or with *. whole labels below it",
        arguments: [
            ("a.example", "a.example", true), ("A.Example", "a.example", true), ("a.example", "b.a.example", false),
            ("*.a.example", "a.example", false), ("*.a.example", "b.a.example", true),
            ("*.a.example", "c.b.a.example", true), ("*.a.example", "ba.example", false),
            ("*.a.example", "xa.example", false), ("*.a.example", "b.a.example.net", false),
            ("*.example", "a.example", true), ("sala", "sala", true), ("*.sala", "uno.sala", true),
        ]
    )
    func patterns(pattern: String, host: String, admits: Bool) throws {
        let open = OpenDomains.only([try #require(HostPattern(pattern))])
        #expect(open.admits(try #require(HostName(host))) == admits)
    }

    @Test(
        "What is no pattern is none",
        arguments: ["*", "*.", "*a.example", "a.*.example", "*.*.example", ".example", "*.127.0.0.1", "127.0.0.1"]
    )
    func noPatterns(text: String) {
        #expect(HostPattern(text) == nil)
    }

    /// What the operator keeps is refused as such, in words and in the audit trail, and nothing is changed.
    private func expectClosed(_ host: String, to company: Company, at site: Site) async throws {
        let visitor = site.visitor()
        let before = try await site.database.state()
        let reply = try await visitor.patch(
            company.path,
            ["name": "X", "domains": [.string(host)]],
            token: company.token
        )
        #expect(reply.shape == Reply.fieldProblem(403), "\(host)")
        #expect(reply.faultyFields == ["domains"])
        #expect(reply.string("detail").contains("quien administra el servidor"))
        #expect(try await site.database.state() == before)
        #expect(try await site.events(of: company).last == "authz_fail domain_not_open")
    }

    @Test("Where the operator names the hosts that are open, nobody takes another one; what is there may stay")
    func open() async throws {
        let setting = "reservas.correo.example,*.salas.correo.example"
        try await Site.serving(["PORTERO_ORGANIZATION_DOMAINS": setting]) { site in
            let visitor = site.visitor()
            let company = try await site.company()
            let taken: JSONText = ["reservas.correo.example", "uno.dos.salas.correo.example"]
            #expect(try await visitor.patch(company.path, ["domains": taken], token: company.token).status == 200)
            for host in ["salas.correo.example", "correo.example", "xreservas.correo.example", "otra.example"] {
                try await expectClosed(host, to: company, at: site)
            }
            try await site.give("propia.example", to: company.id)
            let all: JSONText = ["propia.example", "reservas.correo.example"]
            #expect(try await visitor.patch(company.path, ["domains": all], token: company.token)["domains"] == all)
            #expect(try await visitor.patch(company.path, ["domains": []], token: company.token)["domains"] == [])
            try await expectClosed("propia.example", to: company, at: site)
        }
    }

    @Test("Where none is open, what the operator gave stays or is given up, and nothing tells whose a host is")
    func closed() async throws {
        try await Site.serving(["PORTERO_ORGANIZATION_DOMAINS": "none"]) { site in
            let visitor = site.visitor()
            let (company, other) = (try await site.company(), try await site.company())
            try await site.give("propia.example", to: company.id)
            try await site.give("ajena.example", to: other.id)
            let kept = try await visitor.patch(
                company.path,
                ["name": "Nueva", "domains": ["propia.example"]],
                token: company.token
            )
            #expect(kept.status == 200 && kept["name"] == "Nueva" && kept["domains"] == ["propia.example"])
            for host in ["ajena.example", "libre.example"] { try await expectClosed(host, to: company, at: site) }
            let employee = try await site.employee(of: company, as: "Staff")
            let refused = try await visitor.patch(company.path, ["domains": ["libre.example"]], token: employee.token)
            #expect(refused.shape == Reply.problem(403))
            #expect(refused.string("detail").contains("manage_organization"))
            #expect(try await visitor.patch(company.path, ["domains": []], token: company.token).status == 200)
            try await expectClosed("propia.example", to: company, at: site)
        }
    }

    @Test("What the operator takes away while a change waits does not count as the organization's own any more")
    func takenAwayMeanwhile() async throws {
        try await Site.serving(["PORTERO_ORGANIZATION_DOMAINS": "none"]) { site in
            let company = try await site.company()
            try await site.give("propia.example", to: company.id)
            let replies = try await site.database.transaction { transaction in
                _ = try await transaction.write("SELECT portero.hold(\(company.id))")
                _ = try await transaction.write("DELETE FROM portero.organization_domains")
                let replies = Task {
                    try await site.atOnce(8) { visitor, _ in
                        let body: JSONText = ["domains": ["propia.example"]]
                        return try await visitor.patch(company.path, body, token: company.token).status
                    }
                }
                try await site.severalWait()
                return replies
            }
            // Who waited for too long, on a machine that is busy, is told to come back.
            #expect(Set(try await replies.value).isSubset(of: [403, 503]))
            let body: JSONText = ["domains": ["propia.example"]]
            #expect(try await site.visitor().patch(company.path, body, token: company.token).status == 403)
            #expect(try await site.database.count("SELECT count(*) FROM portero.organization_domains") == 0)
        }
    }

    @Test("Where others may come, names of the server's own network are nobody's, but by the operator")
    func local() async throws {
        try await Site.serving(["PORTERO_PUBLIC_URL": "https://auth.correo.example"]) { site in
            let company = try await site.company()
            for host in ["localhost", "LOCALHOST", "portero", "db-1"] {
                try await expectClosed(host, to: company, at: site)
            }
            try await site.give("taquilla", to: company.id)
            let hosts: JSONText = ["sala.localhost", "taquilla"]
            let kept = try await site.visitor().patch(company.path, ["domains": hosts], token: company.token)
            #expect(kept["domains"] == hosts)
        }
        for settings in [
            ["PORTERO_ORGANIZATION_DOMAINS": "taquilla", "PORTERO_PUBLIC_URL": "https://auth.correo.example"], [:],
        ] {
            try await Site.serving(settings) { site in
                let company = try await site.company()
                let body: JSONText = ["domains": ["taquilla"]]
                let reply = try await site.visitor().patch(company.path, body, token: company.token)
                #expect(reply["domains"] == ["taquilla"])
            }
        }
    }

    @Test("The public host is taken by nobody, and stays where the operator put it")
    func publicHost() async throws {
        let settings = [
            "PORTERO_PUBLIC_URL": "https://auth.correo.example", "PORTERO_ORGANIZATION_DOMAINS": "*.correo.example",
        ]
        try await Site.serving(settings) { site in
            let visitor = site.visitor()
            let (company, other) = (try await site.company(), try await site.company())
            try await site.give("auth.correo.example", to: company.id)
            let hosts: JSONText = ["auth.correo.example", "uno.correo.example"]
            #expect(try await visitor.patch(company.path, ["domains": hosts], token: company.token)["domains"] == hosts)
            try await site.database.run("DELETE FROM portero.organization_domains")
            for company in [company, other] {
                let reply = try await visitor.patch(company.path, ["domains": hosts], token: company.token)
                #expect(reply.shape == Reply.fieldProblem(409))
                #expect(reply.faultyFields == ["domains"])
            }
        }
    }

    @Test("A slug that is made of a name is never the default one, not even where no organization has that")
    func madeSlug() async throws {
        try await Site.serving(["PORTERO_DEFAULT_ORGANIZATION": "cuartel"]) { site in
            let token = try await site.session(of: site.person()).access
            let replies = try await site.atOnce(8) { visitor, _ in
                try await visitor.insist("/organizations", ["name": "¡Cuartel!"], token: token)
            }
            #expect(Set(replies.map(\.status)) == [201])
            let slugs = replies.map { $0.string("slug") }
            #expect(Set(slugs).count == 8)
            #expect(slugs.allSatisfy { $0.wholeMatch(of: /cuartel-[0-9a-f]{8}/) != nil }, "\(slugs)")
            let other = try await site.visitor().post("/organizations", ["name": "Default"], token: token)
            #expect(other.status == 201 && other.string("slug").hasPrefix("default-"), "that slug is taken")
        }
    }

    @Test("The default organization keeps its slug and is not deleted, whoever manages it; the rest of it changes")
    func defaultOrganization() async throws {
        try await Site.serving { site in
            let visitor = site.visitor()
            let admin = try await site.boundMember(as: "Admin")
            let token = try await site.session(of: admin).access
            let path = "/organizations/\(try await site.defaultOrganization().uuidString.lowercased())"
            try await site.changingNothing {
                let replies = [
                    try await visitor.patch(path, ["slug": "otro", "name": "X"], token: token),
                    try await visitor.delete(path, token: token),
                ]
                for reply in replies {
                    #expect(reply.shape == Reply.problem(409))
                    #expect(reply.string("detail").contains("quien administra el servidor"))
                }
            }
            let changed = try await visitor.patch(path, ["slug": "default", "name": "Nueva"], token: token)
            #expect(changed.status == 200 && changed["name"] == "Nueva" && changed["slug"] == "default")
            let employee = try await site.boundMember(as: "Staff")
            let unentitled = try await site.session(of: employee).access
            for reply in [
                try await visitor.patch(path, ["slug": "otro"], token: unentitled),
                try await visitor.delete(path, token: unentitled),
            ] { #expect(reply.status == 403) }
        }
    }

    @Test("Whoever waited while their organization became the default one neither deletes it nor renames it")
    func becomesDefault() async throws {
        try await Site.serving { site in
            let company = try await site.company()
            let former = try await site.defaultOrganization()
            let replies = try await site.database.transaction { transaction in
                _ = try await transaction.write("UPDATE portero.organizations SET slug = 'antes' WHERE id = \(former)")
                _ = try await transaction.write(
                    "UPDATE portero.organizations SET slug = 'default' WHERE id = \(company.id)"
                )
                let replies = Task {
                    try await site.atOnce(8) { visitor, number in
                        number % 2 == 0
                            ? try await visitor.delete(company.path, token: company.token).status
                            : try await visitor.patch(company.path, ["slug": "otro"], token: company.token).status
                    }
                }
                try await site.severalWait()
                return replies
            }
            // Who waited for too long, on a machine that is busy, is told to come back.
            #expect(Set(try await replies.value).isSubset(of: [409, 503]))
            #expect(try await site.visitor().delete(company.path, token: company.token).status == 409)
            #expect(try await site.defaultOrganization() == company.id)
        }
    }
}
