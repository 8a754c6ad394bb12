package import HTTP

/// The addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`.
package struct AddressRange: Sendable, Hashable {
    private let first: UInt128
    private let mask: UInt128

    /// The range written in `text`, nil when none is; an address without a length stands for itself.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(String(parts[0])) else { return nil }
        let isIPv4 = address.ipv4 != nil
        let width = isIPv4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let wanted = Int(parts[1]), wanted <= width
            else { return nil }
            length = wanted
        }
        mask = UInt128.max << UInt128(width - length)
        first = address.bits & mask
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        address.bits & mask == first
    }
}

extension NetworkAddress {
    fileprivate var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }
}

/// The proxies that are believed when they say for whom they speak.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) {
        self.ranges = ranges
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        !ranges.isEmpty && ranges.contains { $0.contains(address) }
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
                guard let address = NetworkAddress(text: hop.trimmed.span) else { return peer }
                client = address
                guard contains(address) else { return client }
            }
        }
        return client
    }
}

extension ArraySlice<UInt8> {
    fileprivate var trimmed: ArraySlice<UInt8> {
        var rest = self
        while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }
}
