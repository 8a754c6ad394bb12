import Reactor
import Storage

extension Command {
    static let organizationCreate = Command(
        name: "organization create",
        summary: "makes an organization",
        discussion: """
            With the roles Admin, Staff and Usuario, and without members: portero admin create --organization SLUG makes
            its first. A domain is the name of a host by which the bound surfaces find it.
            """,
        options: [
            Option(name: "--name", value: "N", isRequired: true, meaning: "what it is called"),
            Option(name: "--slug", value: "S", isRequired: true, meaning: "its name in addresses and commands"),
            Option(name: "--domain", value: "D", isRepeatable: true, meaning: "a domain of its own; one each time"),
        ]
    ) { arguments, program in
        let configuration = try Configuration(reading: program.environment)
        let domains = try arguments.values(of: "--domain", .host)
        guard domains.count <= 100 else { throw Failure(.usage, "--domain is given more than 100 times") }
        let order = OrganizationOrder(
            name: try arguments.needed("--name", .name),
            slug: try arguments.needed("--slug", .slug),
            domains: Set(domains).sorted()
        )
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                program.console.write(try await program.wiring.createOrganization(workplace, order) + "\n")
            }
        }
        return 0
    }

    static let organizationList = Command(
        name: "organization list",
        summary: "lists every organization",
        discussion: "A row each, by slug, with how many active members it has."
    ) { _, program in
        let configuration = try Configuration(reading: program.environment)
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                let rows = try await program.wiring.listOrganizations(workplace).map { organization in
                    [
                        organization.slug, "\(organization.members)", organization.createdAt.inUTC,
                        together(organization.domains), organization.name,
                    ]
                }
                program.console.write(table(["SLUG", "MEMBERS", "CREATED", "DOMAINS", "NAME"], rows))
            }
        }
        return 0
    }
}
