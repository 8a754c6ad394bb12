import HTTP
import HTTPServer

extension SettingKind where Value == SocketAddress? {
    static let address = SettingKind(takes: "an address and a port, such as 127.0.0.1:8000 or [::]:8000, or off") {
        text throws(Refusal) in
        if text == "off" { return nil }
        let isLocal = text.hasPrefix("localhost:")
        guard let address = SocketAddress(isLocal ? "127.0.0.1" + text.dropFirst(9) : text) else { throw Refusal() }
        return address
    } show: {
        $0?.description ?? "off"
    }
}

extension SettingKind where Value == [CIDR] {
    static let blocks = SettingKind(
        takes: "addresses, or blocks such as 10.0.0.0/8 with no bit set beyond their length, separated by commas"
    ) { text throws(Refusal) in
        var blocks: [CIDR] = []
        for item in try listed(text) {
            guard let block = CIDR(item) else { throw Refusal() }
            if block.holdsAllOfIPv4 { throw Refusal(reason: "which lets anybody claim any address") }
            blocks.append(block)
        }
        return blocks
    } show: {
        $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ",")
    }
}

extension SettingKind where Value == [CORSPolicy.Origin] {
    /// Origins as browsers send them: no wildcard, since that would open the API to every page.
    static let origins = SettingKind(takes: "exact origins such as https://app.example.com, separated by commas") {
        text throws(Refusal) in
        var origins: [CORSPolicy.Origin] = []
        for item in try listed(text) {
            if item.contains("*") { throw Refusal(reason: "which lets pages of unknown sites in") }
            guard let url = WebURL(item), let origin = CORSPolicy.Origin(url.origin) else { throw Refusal() }
            if !url.path.isEmpty { throw Refusal(reason: "which has a path") }
            origins.append(origin)
        }
        return origins
    } show: {
        $0.isEmpty ? "none" : $0.map(\.text).joined(separator: ",")
    }
}

extension SettingKind where Value == String {
    static let webURL = SettingKind(takes: "an http or https URL without query, such as https://auth.example.com") {
        text throws(Refusal) in
        guard let url = WebURL(text) else { throw Refusal() }
        return url.origin + (url.path.hasSuffix("/") ? url.path.dropLast() : url.path[...])
    } show: {
        $0
    }
}

/// An `http` or `https` URL that names a place and nothing else: no user, no query, no fragment.
struct WebURL: Equatable, Sendable {
    /// Scheme, host and port as browsers spell them: in lower case, without the scheme's own port.
    let origin: String
    let path: String

    init?(_ text: String) {
        guard let parts = URLParts(text), ["http", "https"].contains(parts.scheme), parts.user == nil,
            parts.query == nil, let (host, port) = splitPort(parts.authority), isHost(host), port != 0
        else { return nil }
        let isOwnPort = port == nil || port == (parts.scheme == "http" ? 80 : 443)
        origin = "\(parts.scheme)://\(host.lowercased())" + (isOwnPort ? "" : port.map { ":\($0)" } ?? "")
        path = parts.path
    }
}
