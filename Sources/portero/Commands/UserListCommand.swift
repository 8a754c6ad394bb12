import Reactor
import Storage

extension Command {
    static let userList = Command(
        name: "user list",
        summary: "lists accounts",
        discussion: """
            A row each, by e-mail address, with its live sessions and the organizations that it is an active member of.
            """,
        options: [
            Option(name: "--organization", value: "SLUG", meaning: "only the members of this organization"),
            Option(name: "--search", value: "TEXT", meaning: "only those with this in address, name or username"),
            Option(name: "--limit", value: "N", meaning: "how many at most, up to 10000; 100 without it"),
        ]
    ) { arguments, program in
        let configuration = try Configuration(reading: program.environment)
        let limit = try arguments.value(of: "--limit", .integer(1...10_000)) ?? 100
        let question = AccountQuestion(
            organization: try arguments.value(of: "--organization", .slug),
            search: try arguments.value(of: "--search", .name),
            limit: limit + 1
        )
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                let accounts = try await program.wiring.listAccounts(workplace, question)
                program.console.write(table(headings, accounts.prefix(limit).map(row)))
                if accounts.count > limit { program.console.say("there are more than these \(limit): see --limit") }
            }
        }
        return 0
    }

    private static let headings = ["EMAIL", "STATE", "SESSIONS", "LAST LOGIN", "ORGANIZATIONS", "NAME"]

    private static func row(_ account: ListedAccount) -> [String] {
        [
            account.email, account.isActive ? "active" : "inactive", "\(account.sessions)",
            account.lastLoginAt?.inUTC ?? "-", together(account.organizations), account.fullName,
        ]
    }
}
