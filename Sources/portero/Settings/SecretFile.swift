import CSystem
import Cryptography
import Glibc

/// A file of secrets that only its owner may read: one line, the newest first, separated by commas.
struct SecretFile: Sendable {
    /// Absolute, without symbolic links.
    let path: String

    /// More than these open doors longer than any token lives.
    static let capacity = 3

    init(_ path: String) throws(Failure) {
        do {
            self.path = try resolved(path)
        } catch {
            throw Failure(.unavailable, "\(path) cannot be read: \(error.reason)")
        }
    }

    /// The newest first.
    func read() throws(Failure) -> [String] {
        do {
            _ = try status()
            let text = String(decoding: try wholeFile(path, atMost: 65_536), as: UTF8.self).trimmedLine()
            let secrets = try listed(text)
            guard !secrets.isEmpty, secrets.allSatisfy({ $0.utf8.count >= KeyRing.minimumSecretSize }) else {
                throw Failure(.configuration, "\(path) holds a secret of fewer than 32 bytes; it was made with more")
            }
            return secrets
        } catch let failure as SystemFailure {
            throw Failure(.unavailable, "\(path) cannot be read: \(failure.reason)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.configuration, "\(path) holds an empty secret")
        }
    }

    /// Puts a fresh secret before the others, and lets go of the oldest where they become too many.
    ///
    /// The file is replaced whole or not at all; a second rotation at the same time is refused.
    ///
    /// - Returns: how many it held.
    func rotate() throws(Failure) -> Int {
        do {
            let folder = open(parentFolder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard folder >= 0 else { throw SystemFailure() }
            defer { close(folder) }
            let lock = cprocess_lock(folder)
            guard lock == 0 else { throw SystemFailure(-lock) }
            defer { cprocess_unlock(folder) }
            let secrets = try read()
            try replace(by: rotated(secrets))
            guard fsync(folder) == 0 else { throw SystemFailure() }
            return secrets.count
        } catch let failure as Failure {
            throw failure
        } catch {
            let reason = (error as? SystemFailure)?.reason ?? "\(error)"
            throw Failure(.unavailable, "\(path) cannot be replaced: \(reason)")
        }
    }

    private func replace(by secrets: [String]) throws {
        let draft = "\(path).\(RandomToken.make())"
        defer { unlink(draft) }  // gone already, where all went well
        try writeFile(draft, Array((secrets.joined(separator: ",") + "\n").utf8), mode: 0o600)
        let former = try status()
        if former.st_uid != geteuid(), chown(draft, former.st_uid, former.st_gid) != 0 { throw SystemFailure() }
        guard rename(draft, path) == 0 else { throw SystemFailure() }
    }

    /// - Throws: where others may read it.
    private func status() throws -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemFailure() }
        if status.st_mode & 0o077 != 0 {
            throw Failure(.configuration, "\(path) can be read by others; chmod 600 it, if it still is a secret")
        }
        return status
    }
}

/// With a fresh one in front, and without the oldest where they are too many.
func rotated(_ secrets: [String]) -> [String] {
    [freshSecret()] + secrets.prefix(SecretFile.capacity - 1)
}
