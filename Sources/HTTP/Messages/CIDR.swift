/// A block of addresses, like `10.0.0.0/8`; an address alone is the block of just that one.
package struct CIDR: Sendable, Hashable, CustomStringConvertible {
    /// The first address.
    package let address: NetworkAddress

    /// How many leading bits of the address are the block's, of 128: IPv4 blocks lie in the mapped ones.
    private let prefix: Int

    /// Nil for anything but an address, or an address and a length within its family's; bits beyond it must be zero,
    /// since `10.0.0.1/8` does not tell which of two things was meant.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = parts.first.flatMap({ NetworkAddress(String($0)) }) else { return nil }
        let isMapped = address.ipv4 != nil && parts[0].contains(":")
        let width = address.ipv4 == nil || isMapped ? 128 : 32
        var prefix = 128
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard digits.count <= 3, digits.first != UInt8(ascii: "0") || digits.count == 1,
                let length = Int(decimal: String(parts[1]).utf8.span), (0...width).contains(length)
            else { return nil }
            prefix = length + 128 - width
        }
        let mask = Self.mask(prefix)
        guard address.high & ~mask.high == 0, address.low & ~mask.low == 0 else { return nil }
        self.address = address
        self.prefix = prefix
    }

    package func contains(_ other: NetworkAddress) -> Bool {
        let mask = Self.mask(prefix)
        return other.high & mask.high == address.high && other.low & mask.low == address.low
    }

    /// Whether no IPv4 address lies outside: `0.0.0.0/0`, and the IPv6 blocks that hold the mapped addresses.
    package var holdsAllOfIPv4: Bool { contains(NetworkAddress(ipv4: 0)) && contains(NetworkAddress(ipv4: .max)) }

    package var description: String { "\(address)/\(address.ipv4 == nil ? prefix : prefix - 96)" }

    private static func mask(_ prefix: Int) -> (high: UInt64, low: UInt64) {
        (prefix >= 64 ? .max : ~(UInt64.max >> UInt64(prefix)), prefix <= 64 ? 0 : ~(UInt64.max >> UInt64(prefix - 64)))
    }
}
