import Glibc

extension ListenAddress {
    /// Why nobody could listen here; nil where a server of ours could, or does.
    ///
    /// Loops share a port (`SO_REUSEPORT`), which the kernel grants to one user's programs that all ask for it: so a
    /// running server of ours is no obstacle, and another program is.
    func obstacle() -> String? {
        guard let address = IPAddress(host) else { return "is no address" }
        let isLong = address.bytes.count == 16
        let descriptor = socket(isLong ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return SystemFailure().reason }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let failure = isLong ? bindLong(descriptor, address) : bindShort(descriptor, address)
        return failure == 0 ? nil : SystemFailure().reason
    }

    private func bindShort(_ descriptor: Int32, _ address: IPAddress) -> Int32 {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &place.sin_addr) { $0.copyBytes(from: address.bytes) }
        return withUnsafePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func bindLong(_ descriptor: Int32, _ address: IPAddress) -> Int32 {
        var place = sockaddr_in6()
        place.sin6_family = sa_family_t(AF_INET6)
        place.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &place.sin6_addr) { $0.copyBytes(from: address.bytes) }
        return withUnsafePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
