import HTTP

@testable import HTTPServer

/// What holds for every request that is handed on, whatever was sent.
enum RequestRules {
    static func brokenRule(for request: Request) -> String? {
        let head = request.head
        guard head.values(of: "content-length").count + head.values(of: "transfer-encoding").count <= 1 else {
            return "an admitted request says once at most how long it is"
        }
        guard let host = head.value(of: "host"), head.values(of: "host").count == 1, HostName.isValid(host.span) else {
            return "an admitted request has one host, a name or an address"
        }
        guard head.values(of: "authorization").count <= 1, head.values(of: "content-type").count <= 1 else {
            return "an admitted request has one authorization and one content type at most"
        }
        guard head.text.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || [0x09, 0x0a, 0x0d].contains($0) }) else {
            return "an admitted head has no control characters but tabs and line ends"
        }
        let target = head.text[head.target.indices]
        let isAboutServer = request.method == .options && Array(target) == Array("*".utf8)
        guard isAboutServer || target.first == UInt8(ascii: "/") else {
            return "an admitted target is a path, or an asterisk for the server"
        }
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            return "an admitted target is of visible ASCII characters"
        }
        return brokenRuleOfParts(request)
    }

    /// Looks at everything that handlers look at: nothing of it may trap.
    private static func brokenRuleOfParts(_ request: Request) -> String? {
        guard !request.pathBytes.contains(UInt8(ascii: "?")) else { return "a path ends where its query begins" }
        guard (1...128).contains(request.id.text.utf8.count) else { return "a request id is short" }
        let items = (try? request.query.items()) ?? []
        guard items.allSatisfy({ !$0.name.utf8.contains(0) && !$0.value.utf8.contains(0) }) else {
            return "no part of a query has a NUL"
        }
        if let token = request.bearerToken, token.contains(where: { $0 < 0x20 && $0 != 0x09 }) {
            return "no bearer token has a control character"
        }
        _ = request.language(default: .english)
        let proxies = TrustedProxies([CIDR("127.0.0.0/8"), CIDR("::1")].compactMap { $0 })
        let client = proxies.client(behind: request.client, head: request.head)
        guard NetworkAddress(client.description) == client else { return "an address is read as it is written" }
        return nil
    }
}
