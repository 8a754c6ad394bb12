import Reactor

extension Command {
    static let migrate: Command = Command(
        name: "migrate",
        summary: "brings the database up to date",
        discussion: """
            One at a time, under an advisory lock. A database that is newer than this program, or whose applied
            migrations have changed since, is refused.
            """,
        options: [
            Option(name: "--status", meaning: "lists the migrations and which are applied, and changes nothing"),
            Option(name: "--dry-run", meaning: "lists what would be applied, and changes nothing"),
        ]
    ) { arguments, program in
        let modes: [MigrationMode] =
            (arguments.has("--status") ? [.status] : []) + (arguments.has("--dry-run") ? [.rehearse] : [])
        guard modes.count < 2 else {
            throw UsageError(complaint: "--status or --dry-run, not both", usage: "usage: \(migrate.usage)\n")
        }
        let configuration = try Configuration(reading: program.environment)
        try EventLoop.runToCompletion { loop in
            try await program.visit(configuration, on: loop) { workplace in
                let lines = try await program.wiring.migrate(workplace, modes.first ?? .apply)
                lines.forEach { program.console.write($0 + "\n") }
            }
        }
        return 0
    }
}
