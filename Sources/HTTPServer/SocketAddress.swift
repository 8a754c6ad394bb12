package import HTTP

/// An address and a port: where to listen.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: NetworkAddress
    package var port: UInt16

    package init(_ host: NetworkAddress, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Within reach of this machine only.
    package static func local(port: UInt16) -> SocketAddress {
        SocketAddress(NetworkAddress(ipv4: 0x7f00_0001), port: port)
    }

    /// The address written as `127.0.0.1:8000` or `[::1]:8000`.
    package init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard let address = NetworkAddress(String(host)) else { return nil }
        self.init(address, port: port)
    }

    package var description: String {
        host.ipv4 == nil ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
