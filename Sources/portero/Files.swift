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

/// Writes a new file, down to the disk.
func writeFile(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(SystemFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SystemFailure() }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw SystemFailure() }
        rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw SystemFailure() }
}

/// Makes a folder of that mode, and those above it as usual, where there are none.
func makeFolder(_ path: String, mode: mode_t) throws(SystemFailure) {
    if mkdir(path, mode) == 0 {
        chmod(path, mode)  // whatever the umask left of it
        return
    }
    switch errno {
    case EEXIST: break
    case ENOENT:
        let parent = parentFolder(of: path)
        guard parent != path, !parent.isEmpty else { throw SystemFailure(ENOENT) }
        try makeFolder(parent, mode: 0o755)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemFailure() }
        chmod(path, mode)
        return
    default: throw SystemFailure()
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemFailure() }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemFailure(ENOTDIR) }
}

/// What stands before the last name of a path.
func parentFolder(of path: String) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
}

/// The absolute path without symbolic links.
func resolved(_ path: String) throws(SystemFailure) -> String {
    guard let pointer = realpath(path, nil) else { throw SystemFailure() }
    defer { free(pointer) }
    return String(cString: pointer)
}

extension String {
    /// Without the line break at its end.
    func trimmedLine() -> String {
        var scalars = unicodeScalars
        while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
        return String(scalars)
    }
}
