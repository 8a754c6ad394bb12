/// Which origins' scripts may read our answers, and how they are told (Fetch Standard).
///
/// Origins are compared byte by byte with what browsers send, so nothing near an allowed one is allowed. Tokens travel
/// in headers that scripts set, never in cookies, so credentials are not allowed to anybody.
package struct CORSPolicy: Sendable {
    /// An origin as browsers serialise it: scheme, host, and the port where it is not the scheme's own.
    package struct Origin: Sendable, Hashable {
        package let text: String

        /// Nil for what no browser would send: a path or slash at the end, capitals, a default port, `null`, `*`.
        package init?(_ text: String) {
            let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
            guard let scheme else { return nil }
            let authority = Array(text.utf8.dropFirst(scheme.utf8.count))
            guard Self.isAuthority(authority, defaultPort: scheme == "https://" ? 443 : 80) else { return nil }
            self.text = text
        }

        private static func isAuthority(_ bytes: [UInt8], defaultPort: Int) -> Bool {
            var host = bytes[...]
            if bytes.first == UInt8(ascii: "[") {
                guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
                guard NetworkAddress(text: bytes[1..<end].span) != nil else { return false }
                return isPort(bytes[(end + 1)...], defaultPort: defaultPort)
            }
            if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
                guard isPort(host[colon...], defaultPort: defaultPort) else { return false }
                host = host[..<colon]
            }
            return !host.isEmpty
                && host.allSatisfy {
                    $0.isASCIIDigit || $0 &- 0x61 < 26 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                }
        }

        private static func isPort(_ text: ArraySlice<UInt8>, defaultPort: Int) -> Bool {
            guard text.first == UInt8(ascii: ":") else { return text.isEmpty }
            let digits = text.dropFirst()
            guard let port = Int(decimal: digits.span), digits.first != UInt8(ascii: "0") else { return false }
            return (1...65_535).contains(port) && port != defaultPort
        }
    }

    private let origins: [String]

    package init(origins: [Origin] = []) { self.origins = origins.map(\.text) }

    /// No origin is allowed, so no answer needs any of this.
    var isEmpty: Bool { origins.isEmpty }

    /// The request's origin, if it has exactly one that is allowed.
    package func allowedOrigin(of head: RequestHead) -> String? {
        let sent = head.values(of: "origin")
        guard sent.count == 1, let origin = sent.first else { return nil }
        return origins.first { $0.utf8.elementsEqual(origin) }
    }

    package static func isPreflight(_ request: Request) -> Bool {
        request.method == .options && request.headerBytes("origin") != nil
            && request.headerBytes("access-control-request-method") != nil
    }

    /// Tells the browser that the script may read the answer; without an origin, only that the answer depends on it.
    func expose(_ response: inout Response, to origin: String?) {
        response.headers.append(Response.Header("Vary", "Origin"))
        guard let origin else { return }
        response.headers.append(Response.Header("Access-Control-Allow-Origin", origin))
        response.headers.append(
            Response.Header(
                "Access-Control-Expose-Headers",
                "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
            )
        )
    }

    /// Answers a preflight for an allowed origin; the browser keeps it for ten minutes.
    func allow(_ response: inout Response, methods: String) {
        response.headers += [
            Response.Header("Access-Control-Allow-Methods", methods),
            Response.Header(
                "Access-Control-Allow-Headers",
                "authorization, content-type, x-request-id, x-auth-token, x-service-key"
            ),
            Response.Header("Access-Control-Max-Age", "600"),
        ]
    }
}
