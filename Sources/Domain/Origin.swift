/// The contract through which a request came.
package enum SurfaceName: String, Sendable {
    case escapeRoom = "escape-room"
    case sessionTracking = "session-tracking"
    case ingeocimyc
    case sesiones
    case usuarios
    case commandLine = "command-line"
}

/// Where a request came from, as it is written beside everything that it changes.
package struct Origin: Sendable {
    package let surface: SurfaceName
    /// The peer's address, or what a trusted proxy said of it; null on the command line.
    package let address: String?
    /// What counts as one place: an IPv4 address, the /64 of an IPv6 address.
    package let network: String
    package let userAgent: String?
    package let requestID: String
    package let language: Language

    /// What a client says of itself is kept this far.
    package static let userAgentLimit = 512

    package init(
        surface: SurfaceName,
        address: String?,
        network: String,
        userAgent: String?,
        requestID: String,
        language: Language
    ) {
        self.surface = surface
        self.address = address
        self.network = network
        self.userAgent = userAgent.map { Self.printable($0) }
        self.requestID = requestID
        self.language = language
    }

    /// Without control characters, cut at a character's end.
    private static func printable(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            let printable: Unicode.Scalar = scalar.properties.generalCategory == .control ? "\u{fffd}" : scalar
            count += printable.utf8.count
            guard count <= userAgentLimit else { break }
            kept.append(printable)
        }
        return String(kept)
    }
}
