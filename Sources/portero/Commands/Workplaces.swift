import Cryptography
import Reactor

extension Program {
    /// Runs `body` as the server of the data directory.
    ///
    /// With DATABASE_URL on that database; else on the embedded one, which is started before and stopped after it.
    ///
    /// - Returns: without having run `body`, where the signal is raised before the database is up.
    func serve(
        _ configuration: Configuration,
        until stop: StopSignal,
        on loop: EventLoop,
        _ body: @escaping @Sendable (Workplace) async throws -> Void
    ) async throws {
        if let database = configuration.database {
            return try await body(workplace(configuration, database, configuration.secrets, loop))
        }
        let directory = try DataDirectory(creating: configuration.dataDirectory)
        let secrets = try secrets(of: configuration, in: directory)
        guard let server = try await stop.interrupting({ try await start(in: directory, configuration, on: loop) })
        else {
            return
        }
        try await keeping(server) { try await body(workplace(configuration, server.database, secrets, loop)) }
    }

    /// Runs `body` with the same database, beside a server that may be running.
    func visit<Value: Sendable>(
        _ configuration: Configuration,
        on loop: EventLoop,
        _ body: @escaping @Sendable (Workplace) async throws -> Value
    ) async throws -> Value {
        if let database = configuration.database {
            return try await body(workplace(configuration, database, configuration.secrets, loop))
        }
        let directory = try DataDirectory(creating: configuration.dataDirectory)
        let secrets = try secrets(of: configuration, in: directory)
        if let running = try await EmbeddedPostgres.visit(directory, on: loop) {
            return try await body(workplace(configuration, running, secrets, loop))
        }
        let server = try await start(in: directory, configuration, on: loop)
        return try await keeping(server) { try await body(workplace(configuration, server.database, secrets, loop)) }
    }

    private func workplace(
        _ configuration: Configuration,
        _ database: DatabaseURL,
        _ secrets: [Secret],
        _ loop: EventLoop
    ) -> Workplace {
        Workplace(configuration: configuration, database: database, secrets: secrets, loop: loop, console: console)
    }

    private func secrets(
        of configuration: Configuration,
        in directory: DataDirectory
    ) throws(Failure) -> [Secret] {
        configuration.secrets.isEmpty ? try directory.secrets() : configuration.secrets
    }

    private func start(
        in directory: DataDirectory,
        _ configuration: Configuration,
        on loop: EventLoop
    ) async throws -> EmbeddedPostgres {
        let searchPath = environment.variables["PATH"]
        return try await .start(in: directory, ServerSettings(configuration), searchPath: searchPath, on: loop) {
            [console] line in console.say(line)
        }
    }

    /// Keeps the server up while `body` runs, and stops it whatever comes of that.
    private func keeping<Value: Sendable>(
        _ server: EmbeddedPostgres,
        while body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            await server.stop()
            try await group.waitForAll()
            return try result.get()
        }
    }
}
