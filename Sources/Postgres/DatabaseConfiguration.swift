/// How a loop reaches its database.
package struct DatabaseConfiguration: Sendable {
    /// Any URI or key-value string that libpq understands; with several hosts, they are tried in turn.
    package var url: String
    /// The role that every connection takes on, if not the one that it logs in as.
    package var role: String?
    /// Connections of one loop: half of them for reads, the rest for writes, transactions and reads that may take long.
    package var connections = 4
    /// Our own deadline for each call, from its entry to its answer.
    ///
    /// What stands before and behind a call, such as a hash, must fit into the four seconds of an answer.
    package var callTimeout = Duration.seconds(3)
    /// The same for a read that may take long, its wait for a connection included: nothing stands beside it.
    package var longCallTimeout = Duration.seconds(4)
    /// The server's own limits, which the URL's `options` may override.
    package var statementTimeout = Duration.milliseconds(2_500)
    package var lockTimeout = Duration.seconds(1)
    package var idleInTransactionTimeout = Duration.seconds(5)
    /// How long one host may take to let us in, unless the URL has a `connect_timeout`.
    package var connectTimeout = Duration.seconds(2)
    /// How long a call waits while no connection is up.
    package var connectionPatience = Duration.seconds(1)
    /// How long a transaction, a write or a long read waits while all connections for it are lent out.
    package var leasePatience = Duration.seconds(2)
    /// How many calls may wait at once; a quarter of them may be long reads.
    package var waitingLimit = 1024
    package var onEvent: @Sendable (DatabaseEvent) -> Void = { _ in }

    package init(url: String, role: String? = nil) {
        self.url = url
        self.role = role
    }

    /// What is wrong with a URL, as far as it shows without connecting; never repeats it, for it may hold a password.
    package static func problem(withURL url: String) -> String? {
        ConnectionTarget(url: url, parameters: []) == nil ? "is not a PostgreSQL connection URI" : nil
    }
}

extension DatabaseConfiguration: CustomStringConvertible, CustomReflectable {
    /// Leaves the URL out.
    package var description: String { "DatabaseConfiguration(connections: \(connections))" }
    package var customMirror: Mirror { Mirror(self, children: ["connections": connections]) }
}

/// What happens to a connection, for the log.
package enum DatabaseEvent: Sendable, Equatable {
    case connected(host: String)
    /// It was up and is no more; the reason is one line.
    case lost(host: String, reason: String)
    case cannotConnect(reason: String)
}
