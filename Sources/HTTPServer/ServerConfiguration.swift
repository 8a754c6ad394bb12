package import HTTP

/// What a listener allows, and for how long.
package struct ServerConfiguration: Sendable {
    package var limits = Limits()
    package var deadlines = Deadlines()

    /// Connections at a time for the whole process; see `shared(among:)`.
    package var connections = 10_000

    /// Connections at a time from one network (an IPv4 address, an IPv6 /64), for each listener; trusted proxies may
    /// have more.
    package var connectionsPerNetwork = 1_000

    /// Whose `X-Forwarded-For` is believed.
    package var trustedProxies = TrustedProxies()

    /// What the listener's own refusals are worded in where the client asks for nothing else, or cannot be heard.
    package var language = Language.english

    package init() {}

    /// What each of `count` listeners may allow so that all of them together allow this.
    package func shared(among count: Int) -> ServerConfiguration {
        var share = self
        share.connections = max(1, connections / max(1, count))
        return share
    }

    /// Sizes of a request, in bytes.
    package struct Limits: Sendable {
        package var head = 16 * 1024
        package var target = 8 * 1024
        /// A number, not a size.
        package var fields = 100
        package var body = 64 * 1024

        package init() {}
    }

    /// How long each phase of a connection may last, kept to within half a second.
    package struct Deadlines: Sendable {
        /// For a whole head, from its first byte; on a new connection, from the beginning.
        package var head: Duration = .seconds(10)
        /// For a whole body, from the end of the head.
        package var body: Duration = .seconds(30)
        /// For a whole answer.
        package var writing: Duration = .seconds(30)
        /// Between two requests.
        package var keepAlive: Duration = .seconds(75)
        /// For what the client still sends after the last answer.
        package var lingering: Duration = .seconds(2)

        package init() {}
    }
}
