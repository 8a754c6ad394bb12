import Reactor

extension Command {
    static let userDeactivate = change(
        "deactivate",
        .deactivate,
        summary: "closes an account and ends its sessions",
        discussion: """
            Its tokens are refused at once. What it is a member of stays; portero user activate opens it again. Refused for
            the last Admin of an organization.
            """
    )

    static let userActivate = change(
        "activate",
        .activate,
        summary: "opens an account again that was closed",
        discussion: "The sessions that were ended stay so: its person logs in again."
    )

    static let userUnlock = change(
        "unlock",
        .unlock,
        summary: "forgets the failed logins that are counted for an account",
        discussion: """
            From wherever they came. They are counted under a key that is derived from PORTERO_SECRET: it must be the
            server's.
            """
    )

    static let userLogout = change(
        "logout",
        .logOut,
        summary: "ends all sessions of an account, and says how many",
        discussion: "Its tokens are refused at once; its person may log in again."
    )

    private static func change(
        _ verb: String,
        _ change: AccountOrder.Change,
        summary: String,
        discussion: String
    ) -> Command {
        Command(
            name: "user \(verb)",
            summary: summary,
            discussion: discussion,
            options: [Option(name: "--email", value: "E", isRequired: true, meaning: "the account's e-mail address")]
        ) { arguments, program in
            let configuration = try Configuration(reading: program.environment)
            let order = AccountOrder(email: try arguments.needed("--email", .email), change: change)
            try EventLoop.runToCompletion { loop in
                try await program.visit(configuration, on: loop) { workplace in
                    program.console.write(try await program.wiring.changeAccount(workplace, order) + "\n")
                }
            }
            return 0
        }
    }
}
