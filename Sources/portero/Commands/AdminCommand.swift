import Cryptography
import Reactor

extension Command {
    static let adminCreate = Command(
        name: "admin create",
        summary: "makes a member with the role Admin, or promotes an account",
        discussion: """
            The account with that e-mail is promoted where there is one, and opened again where it was closed. It
            keeps its name, its username, and its password unless --reset-password is given, which ends its sessions
            and codes. A password is read from PORTERO_ADMIN_PASSWORD, or PORTERO_ADMIN_PASSWORD_FILE,
            or one line of standard input.
            """,
        options: [
            Option(name: "--email", value: "E", isRequired: true, meaning: "the account's e-mail address"),
            Option(name: "--name", value: "N", isRequired: true, meaning: "the person's full name"),
            Option(name: "--username", value: "U", meaning: "the account's username"),
            Option(name: "--organization", value: "SLUG", meaning: "the organization; the default one without it"),
            Option(name: "--reset-password", meaning: "sets the password of an account that exists, too"),
        ]
    ) { arguments, program in
        let configuration = try Configuration(reading: program.environment)
        let order = AdminOrder(
            email: arguments.options["--email"] ?? "",
            name: arguments.options["--name"] ?? "",
            username: arguments.options["--username"],
            organization: arguments.options["--organization"],
            resetsPassword: arguments.has("--reset-password"),
            password: { () throws(Failure) in try program.adminPassword() }
        )
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                program.console.write(try await program.wiring.createAdmin(workplace, order) + "\n")
            }
        }
        return 0
    }
}

extension Program {
    func adminPassword() throws(Failure) -> Secret {
        do throws(Mistake) {
            if let (text, _) = try environment.text(of: "PORTERO_ADMIN_PASSWORD") { return Secret(text) }
        } catch {
            throw Failure(.configuration, error.description)
        }
        guard let line = try console.readSecretLine("Password: "), line.count > 0 else {
            throw Failure(.usage, "no password: set PORTERO_ADMIN_PASSWORD, or give a line on standard input")
        }
        return line
    }
}
