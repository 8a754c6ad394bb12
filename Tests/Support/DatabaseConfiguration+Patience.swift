package import Postgres

extension DatabaseConfiguration {
    /// For tests that are not about time: a machine that does something else meanwhile is slow.
    package static func patient(_ url: String) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(url: url)
        configuration.callTimeout = .seconds(60)
        configuration.longCallTimeout = .seconds(110)
        configuration.statementTimeout = .seconds(50)
        configuration.lockTimeout = .seconds(50)
        configuration.idleInTransactionTimeout = .seconds(50)
        configuration.connectionPatience = .seconds(50)
        configuration.leasePatience = .seconds(50)
        return configuration
    }
}
