import Testing

@testable import portero

@Suite("Command line")
struct CommandLineTests {
    @Test(
        "What is declared is understood",
        arguments: [
            ("serve", "serve", [:], []),
            ("serve --no-migrate --demo", "serve", ["--no-migrate": "", "--demo": ""], []),
            ("migrate --status", "migrate", ["--status": ""], []),
            ("admin create --email a@b --name=N", "admin create", ["--email": "a@b", "--name": "N"], []),
            ("admin create --name -x --email=a=b", "admin create", ["--email": "a=b", "--name": "-x"], []),
            ("help admin create", "help", [:], ["admin", "create"]),
            ("serve --help", "help", [:], ["serve"]),
            ("admin create -h", "help", [:], ["admin", "create"]),
            ("--help", "help", [:], []),
            ("--version", "--version", [:], []),
        ] as [(String, String, [String: String], [String])]
    )
    func understands(_ line: String, _ name: String, _ options: [String: String], _ operands: [String]) throws {
        let (command, arguments) = try CommandLineParser(Command.all).parse(line.split(separator: " ").map(String.init))
        #expect(command.name == name)
        #expect(arguments == Arguments(options: options, operands: operands))
    }

    @Test(
        "What is not declared is refused, with the usage of the command",
        arguments: [
            ("", "no command", "portero COMMAND"),
            ("srve", "there is no command \"srve\"", "portero COMMAND"),
            ("admin", "admin needs a command", "portero admin create"),
            ("admin delete", "admin has no command \"delete\"", "portero admin create"),
            ("serve --migrate", "serve has no option \"--migrate\"", "portero serve [--no-migrate]"),
            ("serve -v", "serve has no option \"-v\"", "portero serve"),
            ("serve --demo=yes", "--demo takes no value", "portero serve"),
            ("serve --demo --demo", "--demo is given twice", "portero serve"),
            ("serve now", "serve takes no argument \"now\"", "portero serve"),
            ("admin create --email", "--email needs a value: E", "portero admin create"),
            ("admin create --email=", "--email needs a value: E", "portero admin create"),
            ("admin create --name N", "admin create needs --email", "--email E --name N [--username U]"),
            (
                "admin create --email a@b --name N --password p", "admin create has no option \"--password\"",
                "portero admin"
            ),
            ("--version now", "--version stands alone", "portero COMMAND"),
            ("migrate --status --dry-run", "--status or --dry-run, not both", "portero migrate [--status]"),
            ("help swim", "there is no command \"swim\"", "portero help [COMMAND]"),
        ]
    )
    func refuses(_ line: String, _ complaint: String, _ usage: String) {
        let run = Run(line)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        let lines = run.complaints.split(separator: "\n")
        #expect(lines.first == "portero: \(complaint)")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("usage: portero ") })
        #expect(run.complaints.contains(usage))
    }

    @Test("Help lists every command, aligned, and each command's help every option")
    func helpIsComplete() throws {
        let overview = Run("help").output
        let listed = overview.split(separator: "\n").filter { $0.hasPrefix("  ") }
        #expect(listed.count == Command.all.count + 1)
        let starts = try (Command.all + [.version]).map { command in
            let line = try #require(listed.first { $0.hasPrefix("  \(command.name) ") })
            return try #require(line.firstRange(of: command.summary)).lowerBound.utf16Offset(in: line)
        }
        #expect(Set(starts).count == 1)
        for command in Command.all {
            let page = Run("help \(command.name)").output
            #expect(page.contains("usage: \(command.usage)\n"))
            for option in command.options { #expect(page.contains(option.meaning)) }
            #expect(page.split(separator: "\n").allSatisfy { $0.count <= 120 })
        }
    }

    @Test("The version is printed")
    func printsVersion() {
        #expect(Run("--version").output == "portero \(version)\n")
    }
}
