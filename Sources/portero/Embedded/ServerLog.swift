import Glibc

/// What the embedded server says, and what it said before that: two files, neither much larger than the limit.
///
/// The server holds the file open, also one that an earlier run has left behind. So it is not renamed: what it holds is copied
/// beside it, and it is emptied. Everybody appends, so the next line is its first.
struct ServerLog: Equatable, Sendable {
    /// Bytes.
    static let limit = 8_388_608

    let path: String

    var former: String { path + ".old" }

    /// Opens the file for what appends to it.
    func open() throws(Failure) -> Int32 {
        bound()
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.unavailable, "\(path) cannot be opened: \(SystemFailure().reason)")
        }
        return descriptor
    }

    /// Begins anew where the file has grown beyond the limit.
    ///
    /// It is emptied whether or not there was room for the copy; a line that comes between the two is lost.
    func bound() {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > Self.limit else { return }
        unlink(former)
        let copy = Glibc.open(former, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if copy >= 0 {
            var rest = (try? end(atMost: Self.limit))?[...] ?? []
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(copy, $0.baseAddress, $0.count) }
                if count < 0, errno != EINTR { break }
                rest = rest.dropFirst(max(count, 0))
            }
            close(copy)
        }
        truncate(path, 0)
    }

    /// For a failure's message.
    var lastWords: String {
        let end = (try? end(atMost: 2000)) ?? []
        let line = String(decoding: end, as: UTF8.self).split(separator: "\n").last
        return "\(path) says: " + (line.map { quoted(String($0)) } ?? "nothing")
    }

    /// What the file ends in.
    private func end(atMost limit: Int) throws(SystemFailure) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure() }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: min(limit, max(size, 0)))
        var count = 0
        while count < bytes.count {
            let start = size - bytes.count + count
            let more = bytes[count...].withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, start) }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw SystemFailure() }
            if more == 0 { break }
            count += more
        }
        return Array(bytes[..<count])
    }
}
