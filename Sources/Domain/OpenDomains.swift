/// Which hosts those who manage an organization may take for it; the others are the operator's to give.
package enum OpenDomains: Hashable, Sendable {
    case any
    /// Any that the public could mean. A name without a dot is one of the network that the server stands in: `localhost`, a
    /// container, what a proxy calls its upstream. Whoever had it would get what is sent there for everybody.
    case dotted
    case nothing
    case only([HostPattern])

    package func admits(_ host: HostName) -> Bool {
        switch self {
        case .any: true
        case .dotted: host.text.contains(".")
        case .nothing: false
        case .only(let patterns): patterns.contains { $0.matches(host) }
        }
    }
}

/// One host, or with `*.` before it all that are below it.
package struct HostPattern: Hashable, Sendable, CustomStringConvertible {
    private let host: HostName
    private let isBelow: Bool

    package init?(_ given: String) {
        isBelow = given.hasPrefix("*.")
        guard let host = HostName(isBelow ? String(given.dropFirst(2)) : given) else { return nil }
        self.host = host
    }

    package var description: String { isBelow ? "*.\(host)" : host.text }

    package func matches(_ other: HostName) -> Bool {
        isBelow ? other.text.hasSuffix("." + host.text) : other == host
    }
}
