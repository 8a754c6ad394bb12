import Cryptography
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

    var secretPath: String { "\(path)/secret" }

    /// The secrets of this folder, the newest first; one is made the first time.
    ///
    /// Written aside and then linked, so that two starts at once end up with the same one.
    func secrets() throws(Failure) -> [Secret] {
        if access(secretPath, F_OK) != 0 {
            do {
                try makeSecret(secretPath)
            } catch {
                throw Failure(.unavailable, "\(secretPath) cannot be made: \(error.reason)")
            }
        }
        return try SecretFile(secretPath).read().map { Secret($0) }
    }

    private func makeSecret(_ file: String) throws(SystemFailure) {
        let draft = "\(file).\(RandomToken.make())"
        try writeFile(draft, Array((freshSecret() + "\n").utf8), mode: 0o600)
        defer { unlink(draft) }
        guard link(draft, file) == 0 || errno == EEXIST else { throw SystemFailure() }
    }
}
