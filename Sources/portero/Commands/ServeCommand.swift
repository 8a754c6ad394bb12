import Glibc
import Reactor

extension Command {
    static let serve = Command(
        name: "serve",
        summary: "runs the server",
        discussion: """
            Starts an embedded PostgreSQL where DATABASE_URL is not set, applies migrations, listens, and logs
            "portero ready" with its addresses once it answers. SIGTERM, SIGINT or SIGHUP drains: requests in flight
            may finish for PORTERO_SHUTDOWN_GRACE; a second one ends the program at once.
            """,
        options: [
            Option(name: "--no-migrate", meaning: "leaves the migrations to portero migrate"),
            Option(
                name: "--demo",
                meaning: "fills the embedded database with a demo organization, and prints its logins"
            ),
        ]
    ) { arguments, program in
        let configuration = try Configuration(reading: program.environment)
        if arguments.has("--demo"), configuration.database != nil {
            throw Failure(.usage, "--demo fills the embedded database only: unset DATABASE_URL, or leave --demo out")
        }
        // Before there is any thread that could be interrupted instead.
        let signals = Signals([SIGTERM, SIGINT, SIGHUP])
        try EventLoop.runToCompletion { loop in
            let stop = StopSignal(on: loop)
            stop.follow(signals, on: loop)
            try await program.serve(configuration, until: stop, on: loop) { workplace in
                if !arguments.has("--no-migrate") {
                    _ = try await stop.interrupting { try await program.wiring.migrate(workplace, .apply) }
                }
                if arguments.has("--demo"), await !stop.isRaised {
                    try await program.wiring.loadDemo(workplace).forEach { program.console.write($0 + "\n") }
                }
                if await stop.isRaised { return }
                try await program.wiring.serve(workplace, stop)
            }
        }
        return 0
    }
}
