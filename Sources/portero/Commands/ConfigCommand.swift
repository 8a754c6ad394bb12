extension Command {
    static let config = Command(
        name: "config",
        summary: "shows every setting with its value, where that comes from and what it means",
        discussion: "Secrets are not shown. NAME_FILE instead of NAME reads the value from a file.",
        options: [Option(name: "--markdown", meaning: "prints the table of docs/configuration.md instead")]
    ) { arguments, program in
        if arguments.has("--markdown") {
            program.console.write(Configuration.documentation)
        } else {
            let configuration = try Configuration(reading: program.environment)
            program.console.write(configuration.report(for: program.environment))
        }
        return 0
    }
}
