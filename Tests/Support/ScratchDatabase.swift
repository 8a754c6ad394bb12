import Glibc
package import Postgres
package import Reactor

/// A database of a test's own, in the cluster of `TEST_DATABASE_URL`.
package struct ScratchDatabase: Sendable {
    package let name: String
    package let url: String

    /// Why there is no database to test with.
    package struct NoCluster: Error, CustomStringConvertible {
        package let description =
            "TEST_DATABASE_URL is not set: run the tests through scripts/with-postgres, or as make test does"
    }

    /// The superuser's URI of the cluster that tests may do anything to.
    package static func clusterURL() throws -> String {
        guard let value = getenv("TEST_DATABASE_URL"), value.pointee != 0 else { throw NoCluster() }
        return String(cString: value)
    }

    /// Makes a database, as a copy of another one if that is named.
    package static func create(from template: String? = nil, on loop: EventLoop) async throws -> ScratchDatabase {
        try await create(from: template, in: clusterURL(), on: loop)
    }

    /// Makes a database in another cluster.
    package static func create(
        from template: String? = nil,
        in cluster: String,
        on loop: EventLoop
    ) async throws -> ScratchDatabase {
        let name = "scratch_\(UInt64.random(in: 0 ... .max))"
        let source = template.map { " TEMPLATE \"\($0)\"" } ?? ""
        try await Script.run("CREATE DATABASE \(name)\(source)", url: cluster, on: loop)
        // a later parameter of a libpq URI wins over the database in its path
        let url = cluster + (cluster.contains("?") ? "&" : "?") + "dbname=\(name)&connect_timeout=60"
        return ScratchDatabase(name: name, url: url)
    }

    /// Drops it, throwing out whoever is still connected.
    package func drop(on loop: EventLoop) async throws {
        try await Script.run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", url: Self.clusterURL(), on: loop)
    }
}

/// Runs `body` on a loop of its own with a database of its own, which is dropped afterwards.
@discardableResult
package func withScratchDatabase<Value: Sendable>(
    from template: String? = nil,
    _ body: @escaping @Sendable (ScratchDatabase, EventLoop) async throws -> Value
) async throws -> Value {
    try await onLoop { loop in
        let scratch = try await ScratchDatabase.create(from: template, on: loop)
        do {
            let value = try await body(scratch, loop)
            try await scratch.drop(on: loop)
            return value
        } catch {
            try? await scratch.drop(on: loop)
            throw error
        }
    }
}

/// Runs `body` with a pool on the given URL, which is up until `body` ends.
@discardableResult
package func withDatabase<Value: Sendable>(
    _ configuration: DatabaseConfiguration,
    on loop: EventLoop,
    _ body: (Database) async throws -> Value
) async throws -> Value {
    let database = Database(configuration, on: loop)
    let running = Task(executorPreference: loop) { await database.run() }
    do {
        let value = try await body(database)
        await database.close()
        await running.value
        return value
    } catch {
        await database.close()
        await running.value
        throw error
    }
}
