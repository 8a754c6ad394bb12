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
            ("user list --search=a --limit 5", "user list", ["--search": "a", "--limit": "5"], []),
            ("key rotate", "key rotate", [:], []),
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

    @Test("What may be repeated is collected in its order, and the usage says so")
    func collects() throws {
        let line = "organization create --domain b.example --name N --domain=a.example --slug s"
        let (command, arguments) = try CommandLineParser(Command.all).parse(line.split(separator: " ").map(String.init))
        #expect(arguments.lists == ["--domain": ["b.example", "a.example"]])
        #expect(arguments.options == ["--name": "N", "--slug": "s"])
        #expect(command.usage == "portero organization create --name N --slug S [--domain D]…")
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
            ("organization create --domain=", "--domain needs a value: D", "[--domain D]…"),
            ("organization domain --add a.example", "organization domain needs --slug", "[--add D]… [--remove D]…"),
            ("organization domain --slug s", "organization domain needs --add or --remove", "--slug S [--add D]…"),
            (
                "organization domain --slug s --remove a.example --move", "--move goes with --add",
                "[--remove D]… [--move]"
            ),
            (
                "organization domain --slug s --add a.example --remove A.example",
                #""a.example" is to be added and removed"#, "portero organization domain"
            ),
            ("user delete", "user has no command \"delete\"", "portero user unlock --email E"),
            ("key", "key needs a command", "portero key rotate"),
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

    @Test(
        "What an option does not take is named, before anything is asked of a database",
        arguments: [
            ("organization create --name N --slug Ñ", "--slug takes 1 to 63 of a-z"),
            ("organization create --name N --slug n --domain a:b", "--domain takes the name of a host such as"),
            ("organization create --name N --slug n --domain [::1]", "--domain takes the name of a host such as"),
            ("organization create --name N --slug n --domain 127.0.0.1", "--domain takes the name of a host such as"),
            ("organization domain --slug n --add *.example", "--add takes the name of a host such as"),
            ("organization domain --slug n --remove a:80", "--remove takes the name of a host such as"),
            ("organization domain --slug Ñ --add a.example", "--slug takes 1 to 63 of a-z"),
            ("user list --limit 0", "--limit takes a whole number from 1 to 10000, got \"0\""),
            ("user list --limit 99999999999999999999", "--limit takes a whole number"),
            ("user list --organization Ñ", "--organization takes 1 to 63 of"),
            ("user deactivate --email nobody", "--email takes an e-mail address such as ana@example.com, got"),
        ]
    )
    func takesNoNonsense(_ line: String, _ complaint: String) {
        let environment = ["DATABASE_URL": "postgresql:///x?host=/nowhere", "PORTERO_SECRET": goodSecret]
        let run = Run(line, environment: environment)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.complaints.hasPrefix("portero: \(complaint)") && run.complaints.hasSuffix("\n"))
    }

    @Test("Tables have a row a line, whatever names hold")
    func tablesAreTables() {
        let text = table(["A", "NAME"], [["1", "Ana\u{1b}[2J\nEva"], ["22", "Ñandú"]])
        #expect(text == "A   NAME\n1   Ana\u{fffd}[2J\u{fffd}Eva\n22  Ñandú\n")
    }

    @Test("The version is printed")
    func printsVersion() {
        #expect(Run("--version").output == "portero \(version)\n")
    }
}
