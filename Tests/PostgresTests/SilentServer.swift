import Glibc

/// A TCP port that takes connections and never says a word, as a stopped host seems to.
struct SilentServer: ~Copyable {
    let port: UInt16
    private let descriptor: Int32

    struct NoPort: Error {}

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) != 0 || listen(listener, 64) != 0
                    || getsockname(listener, generic, &length) != 0
            }
        }
        guard !failed else { throw NoPort() }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
