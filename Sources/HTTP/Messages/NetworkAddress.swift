/// An IPv4 or IPv6 address.
///
/// An IPv4 address is kept as its IPv4-mapped IPv6 form, so `::ffff:192.0.2.1` and `192.0.2.1` are one address, as they
/// are one machine.
package struct NetworkAddress: Sendable, Hashable {
    /// The first eight bytes as a number, and the last eight.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter ipv4: the four bytes as a number, the first in the highest place: `127.0.0.1` is `0x7f00_0001`.
    package init(ipv4: UInt32) { self.init(high: 0, low: 0xffff_0000_0000 | UInt64(ipv4)) }

    /// The address with these bytes in network order; nil unless there are four or sixteen.
    package init?(bytes: Span<UInt8>) {
        var words: (UInt64, UInt64) = (0, 0)
        for index in bytes.indices {
            words = (words.0 << 8 | words.1 >> 56, words.1 << 8 | UInt64(bytes[index]))
        }
        switch bytes.count {
        case 4: self.init(ipv4: UInt32(truncatingIfNeeded: words.1))
        case 16: self.init(high: words.0, low: words.1)
        default: return nil
        }
    }

    /// The IPv4 address as a number, nil for IPv6.
    package var ipv4: UInt32? { high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil }

    /// Whether it is this machine's own, within nobody else's reach.
    package var isLoopback: Bool { ipv4.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }

    /// What one subscriber commands: the IPv4 address itself, the first 64 bits of an IPv6 address.
    ///
    /// Limits count by it, since whoever has one address of a /64 has them all.
    package var network: NetworkAddress { ipv4 == nil ? NetworkAddress(high: high, low: 0) : self }
}
