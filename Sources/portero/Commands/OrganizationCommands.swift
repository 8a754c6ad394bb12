import Domain
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
            domains: Set(domains).sorted { $0.text < $1.text }
        )
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                program.console.write(try await program.wiring.createOrganization(workplace, order) + "\n")
            }
        }
        return 0
    }

    static let organizationDomain: Command = Command(
        name: "organization domain",
        summary: "gives hosts to an organization, or takes them away",
        discussion: """
            For the next request already. A host belongs to one organization: --add of one that another has is refused,
            and says whose it is, unless --move takes it from there in the same moment. Where --remove names a host that
            the organization does not have, nothing is changed.
            """,
        options: [
            Option(name: "--slug", value: "S", isRequired: true, meaning: "the organization, as in organization list"),
            Option(name: "--add", value: "D", isRepeatable: true, meaning: "a host to give it; one each time"),
            Option(name: "--remove", value: "D", isRepeatable: true, meaning: "a host to take away; one each time"),
            Option(name: "--move", meaning: "lets --add take a host from the organization that has it"),
        ]
    ) { arguments, program in
        let order = DomainOrder(
            slug: try arguments.needed("--slug", .slug),
            added: Array(Set(try arguments.values(of: "--add", .host))),
            removed: Array(Set(try arguments.values(of: "--remove", .host))),
            moves: arguments.has("--move")
        )
        if let complaint = order.complaint {
            throw UsageError(complaint: complaint, usage: "usage: \(organizationDomain.usage)\n")
        }
        let configuration = try Configuration(reading: program.environment)
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                program.console.write(try await program.wiring.changeDomains(workplace, order) + "\n")
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

extension DomainOrder {
    /// What makes no sense about it; nil where all does.
    fileprivate var complaint: String? {
        if added.isEmpty, removed.isEmpty { return "organization domain needs --add or --remove" }
        if added.isEmpty, moves { return "--move goes with --add" }
        if added.count + removed.count > 100 { return "--add and --remove are given more than 100 times" }
        let both = Set(added).intersection(removed).map(\.text).min()
        return both.map { "\(quoted($0)) is to be added and removed" }
    }
}
