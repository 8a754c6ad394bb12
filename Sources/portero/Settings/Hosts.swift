import HTTP

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
    if text.hasPrefix("["), text.hasSuffix("]") {
        let address = text.dropFirst().dropLast()
        return address.contains(":") && NetworkAddress(String(address)) != nil
    }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNamed = labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") }
    }
    guard text.utf8.count <= 253, isNamed, let last = labels.last else { return false }
    return !last.utf8.allSatisfy(\.isDigit) || NetworkAddress(text) != nil
}

extension UInt8 {
    var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
