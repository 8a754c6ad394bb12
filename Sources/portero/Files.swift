import Glibc

/// A call of the system that did not work, with the system's own words for it.
struct SystemFailure: Error {
    let code: Int32

    init(_ code: Int32 = errno) {
        self.code = code
    }

    var reason: String { String(cString: strerror(code)) }
}

/// What a file holds.
///
/// - Throws: also for a file larger than `limit` bytes (`EFBIG`).
func wholeFile(_ path: String, atMost limit: Int) throws(SystemFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure() }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw SystemFailure() }
        if count == 0 { return bytes }
        bytes += chunk[..<count]
        if bytes.count > limit { throw SystemFailure(EFBIG) }
    }
}
