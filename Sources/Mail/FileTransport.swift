import FoundationEssentials
import Glibc

/// Writes mails to a directory as `<id>.eml`, readable by their owner only, for who runs no mail server.
///
/// A file appears whole or not at all; sending a mail again replaces its file. Nothing is flushed to the disk: what a
/// power cut may cost here is a mail that nobody would have received.
package struct FileTransport: MailTransport {
    private let directory: String

    /// - Parameter directory: is made with the first mail, if its parent is there.
    package init(directory: String) {
        self.directory = directory
    }

    package func send(_ message: Message) async -> Delivery {
        let unfinished = "\(directory)/.\(message.name).unfinished"
        do {
            try makeDirectory()
            try write(message.rendered(), to: unfinished)
            guard rename(unfinished, "\(directory)/\(message.name).eml") == 0 else { throw SystemFailure(code: errno) }
            return .delivered
        } catch {
            unlink(unfinished)
            return .temporaryFailure(reason: "the mail cannot be written to its directory: \(error)")
        }
    }

    private func makeDirectory() throws(SystemFailure) {
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw SystemFailure(code: errno) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws(SystemFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemFailure(code: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemFailure(code: errno) }
            rest = rest.dropFirst(count)
        }
    }
}

/// An errno and what it means.
private struct SystemFailure: Error, CustomStringConvertible {
    let code: Int32

    var description: String { "\(String(cString: strerror(code))) (errno \(code))" }
}
