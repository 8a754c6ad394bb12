import Glibc

/// Where a listener listens: an address of this machine, and 0 for any free port.
struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// Canonical, without brackets.
    let host: String
    let port: UInt16

    var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    init?(_ text: String) {
        guard let (name, port) = splitPort(text), let port else { return nil }
        guard let address = IPAddress(name == "localhost" ? "127.0.0.1" : name) else { return nil }
        self.init(host: address.text, port: port)
    }
}

/// An address in its shortest spelling, and its bytes in network order: four or sixteen.
struct IPAddress: Equatable, Sendable {
    let text: String
    let bytes: [UInt8]

    /// Reads an IPv4 address, or an IPv6 one with or without brackets.
    init?(_ text: some StringProtocol) {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let plain = String(isBracketed ? text.dropFirst().dropLast() : text[...])
        let family = plain.contains(":") ? AF_INET6 : AF_INET
        guard !isBracketed || family == AF_INET6, !plain.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        guard inet_pton(family, plain, &bytes) == 1 else { return nil }
        var spelled = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &spelled, socklen_t(spelled.count)) != nil else { return nil }
        self.bytes = bytes
        self.text = String(decoding: spelled.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// The addresses that begin with the same bits.
struct AddressRange: Equatable, Sendable, CustomStringConvertible {
    let address: IPAddress
    let prefixLength: Int

    var description: String { "\(address.text)/\(prefixLength)" }

    /// Reads `10.0.0.0/8`, or one address; the bits after the prefix must be zero, or somebody miscounted.
    init(_ text: String) throws(Refusal) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let address = IPAddress(first) else { throw Refusal() }
        let width = address.bytes.count * 8
        let length = parts.count == 2 ? Int(digits: parts[1]) : width
        guard let length, length <= width else { throw Refusal() }
        if length == 0 { throw Refusal(reason: "which lets anybody claim any address") }
        let isExact = address.bytes.enumerated().allSatisfy { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return byte & UInt8(truncatingIfNeeded: 0xff >> kept) == 0
        }
        guard isExact else { throw Refusal(reason: "which has bits set after its first \(length)") }
        self.address = address
        prefixLength = length
    }
}

/// Splits `host:port`, where the host may be an IPv6 address in brackets and the port may be missing.
func splitPort(_ text: some StringProtocol) -> (host: String, port: UInt16?)? {
    let hostEnd = text.lastIndex(of: "]").map(text.index(after:)) ?? text.firstIndex(of: ":") ?? text.endIndex
    let host = String(text[..<hostEnd])
    let rest = text[hostEnd...]
    if rest.isEmpty { return (host, nil) }
    guard rest.first == ":", let port = Int(digits: rest.dropFirst()), let port = UInt16(exactly: port) else {
        return nil
    }
    return (host, port)
}

/// Whether a text can be a host in a URL: an IPv4 address, an IPv6 one in brackets, or a name.
func isHost(_ text: String) -> Bool {
    if text.hasPrefix("[") { return IPAddress(text) != nil }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNamed = labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
    }
    guard text.utf8.count <= 253, isNamed, let last = labels.last else { return false }
    return !last.utf8.allSatisfy(\.isDigit) || IPAddress(text) != nil
}

extension UInt8 {
    var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
