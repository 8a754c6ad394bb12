package import HTTP

/// The proxies that are believed when they say for whom they speak.
package struct TrustedProxies: Sendable {
    private let blocks: [CIDR]

    package init(_ blocks: [CIDR] = []) {
        self.blocks = blocks
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        !blocks.isEmpty && blocks.contains { $0.contains(address) }
    }

    /// Who sent the request that came from `peer`.
    ///
    /// Proxies append whom they speak for, so the rightmost address that is no trusted proxy is the client's; all that is
    /// left of it was written by the client. Anything unreadable on the way there, and the peer itself is held to it.
    func client(behind peer: NetworkAddress, head: RequestHead) -> NetworkAddress {
        guard contains(peer) else { return peer }
        var client = peer
        for value in head.values(of: "X-Forwarded-For").reversed() {
            for hop in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard let address = NetworkAddress(text: hop.trimmingSpaces.span) else { return peer }
                client = address
                guard contains(address) else { return client }
            }
        }
        return client
    }
}
