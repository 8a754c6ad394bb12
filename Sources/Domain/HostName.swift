/// A host's name without a port, in small letters: what an organization is reached by.
package struct HostName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 253

    package let text: String

    package var description: String { text }

    /// Takes capitals, and makes them small; an address in digits is no name.
    package init?(_ given: String) {
        let small = given.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        let labels = small.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard small.count <= Self.maximumLength, labels.allSatisfy(Slug.isLabel),
            let last = labels.last, !last.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        text = String(decoding: small, as: UTF8.self)
    }

    /// Takes what a `Host` field holds; nil for an address, too, which is nobody's domain.
    package init?(hostField: String) {
        var host = hostField[...]
        if let colon = host.lastIndex(of: ":"),
            host[colon...].dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
            host = host[..<colon]
        }
        // `example.com.` is the same host, spelled out to its root.
        if host.hasSuffix(".") { host = host.dropLast() }
        self.init(String(host))
    }
}
