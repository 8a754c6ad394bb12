import Cryptography
import Glibc

/// Where the program speaks to whoever started it.
struct Console: Sendable {
    /// What was asked for: standard output.
    var write: @Sendable (String) -> Void
    /// What goes wrong, and what takes long: standard error.
    var complain: @Sendable (String) -> Void
    /// A line from standard input, which a terminal does not show; nil at its end.
    var readSecretLine: @Sendable (_ prompt: String) throws(Failure) -> Secret?

    static let ofProcess = Console(
        write: { writeAll($0, to: STDOUT_FILENO) },
        complain: { writeAll($0, to: STDERR_FILENO) },
        readSecretLine: { (prompt) throws(Failure) in
            guard isatty(STDIN_FILENO) == 1 else { return try readLine() }
            writeAll(prompt, to: STDERR_FILENO)
            defer { writeAll("\n", to: STDERR_FILENO) }
            return try withoutEcho(readLine)
        }
    )

    /// One line about the program itself.
    func say(_ line: String) {
        complain("portero: \(line)\n")
    }
}

/// Writes what a reader takes; one that is gone is nothing to complain about.
private func writeAll(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
            var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&question, 1, 1000)
            continue
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// Reads byte by byte, so that what follows the line stays for others.
private func readLine() throws(Failure) -> Secret? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw Failure(.unavailable, "standard input: \(SystemFailure().reason)") }
        if count == 0, bytes.isEmpty { return nil }
        if count == 0 || byte == UInt8(ascii: "\n") { break }
        if byte == 3 { throw Failure(.failed, "interrupted") }  // ^C, an ordinary byte while there is no echo
        bytes.append(byte)
        guard bytes.count <= 4096 else { throw Failure(.usage, "the line on standard input is too long") }
    }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
        throw Failure(.usage, "the line on standard input is no UTF-8 text")
    }
    return Secret(text)
}

/// Hides what is typed; an interrupt would leave the terminal so, and is read as a byte instead.
private func withoutEcho<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return try body() }
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
    return try body()
}
