/// What the embedded server is told on its command line, which overrules the cluster's own files.
struct ServerSettings: Equatable, Sendable {
    /// For everything that connects: the loops, a command run beside, an administrator with psql.
    let maxConnections: Int

    init(_ configuration: Configuration) {
        maxConnections = configuration.workers * configuration.databaseConnections + 24
    }

    /// No network, modest memory; as durable as PostgreSQL is by default.
    func arguments(sockets: String) -> [String] {
        let settings = [
            "listen_addresses=",
            "port=5432",
            "unix_socket_directories=\(sockets)",
            "unix_socket_permissions=0700",
            "max_connections=\(maxConnections)",
            "shared_buffers=32MB",
            "max_wal_size=256MB",
            "jit=off",
            "cluster_name=portero",
            // every refusal of a gate is an ERROR: one line, without what was asked for and the row's values
            "log_error_verbosity=terse",
            "log_min_error_statement=panic",
            "log_checkpoints=off",
            "log_timezone=UTC",
            "timezone=UTC",
        ]
        return settings.flatMap { ["-c", $0] }
    }
}
