import Cryptography
import FoundationEssentials
import Glibc

/// The folder that holds what belongs to this server alone: the embedded cluster, the secret, mail on disk.
struct DataDirectory: Sendable {
    /// Absolute, without symbolic links.
    let path: String

    /// Makes the folder where it does not exist: closed to others, but for root, whose database runs as somebody else
    /// and must pass.
    init(creating path: String) throws(Failure) {
        do {
            try makeFolder(path, mode: geteuid() == 0 ? 0o711 : 0o700)
            self.path = try resolved(path)
        } catch {
            throw Failure(.unavailable, "PORTERO_DATA_DIR: \(quoted(path)) cannot be used: \(error.reason)")
        }
    }

    /// The secret of this folder, made the first time.
    ///
    /// Written aside and then linked, so that two starts at once end up with the same one.
    func secret() throws(Failure) -> Secret {
        let file = "\(path)/secret"
        do {
            if access(file, F_OK) != 0 { try makeSecret(file) }
            var status = stat()
            guard stat(file, &status) == 0 else { throw SystemFailure() }
            if status.st_mode & 0o077 != 0 {
                throw Failure(.configuration, "\(file) can be read by others; chmod 600 it, if it still is a secret")
            }
            let text = String(decoding: try wholeFile(file, atMost: 4096), as: UTF8.self).trimmedLine()
            guard text.utf8.count >= 32 else {
                throw Failure(.configuration, "\(file) holds fewer than 32 bytes; it was made with more")
            }
            return Secret(text)
        } catch let failure as SystemFailure {
            throw Failure(.unavailable, "\(file) cannot be read or made: \(failure.reason)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.software, "\(file): \(error)")
        }
    }

    private func makeSecret(_ file: String) throws(SystemFailure) {
        let draft = "\(file).\(RandomToken.make())"
        try writeFile(draft, Array((Data(SecureRandom.bytes(32)).base64EncodedString() + "\n").utf8), mode: 0o600)
        defer { unlink(draft) }
        guard link(draft, file) == 0 || errno == EEXIST else { throw SystemFailure() }
    }
}
