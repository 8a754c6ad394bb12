extension Command {
    static let help: Command = Command(
        name: "help",
        operands: "COMMAND",
        summary: "explains the program, or one command"
    ) { arguments, program in
        guard !arguments.operands.isEmpty else {
            program.console.write(overview)
            return 0
        }
        let name = arguments.operands.joined(separator: " ")
        let commands = all.filter { $0.name == name || $0.name.hasPrefix(name + " ") }
        guard !commands.isEmpty else {
            throw UsageError(complaint: "there is no command \(quoted(name))", usage: "usage: \(help.usage)\n")
        }
        program.console.write(commands.map(\.page).joined(separator: "\n"))
        return 0
    }

    static let version = Command(name: "--version", summary: "prints the version") { _, program in
        program.console.write("portero \(portero.version)\n")
        return 0
    }

    private static var overview: String {
        """
        Portero, an auth server on PostgreSQL.

        usage: portero COMMAND [OPTION]...

        \(aligned((all + [version]).map { [$0.name, $0.summary] }, indentation: "  "))
        Everything else is set by environment variables: portero config lists them.
        portero help COMMAND explains a command.

        """
    }

    private var page: String {
        var page = "usage: \(usage)\n\nportero \(name) \(summary).\n"
        if !discussion.isEmpty { page += "\n\(discussion)\n" }
        if !options.isEmpty {
            page +=
                "\n"
                + aligned(
                    options.map { ["\($0.name)\($0.value.map { " \($0)" } ?? "")", $0.meaning] },
                    indentation: "  "
                )
        }
        return page
    }
}
