import CSystem
import Glibc

/// The claim of one process on a data directory; given up when this object goes, or the process dies.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        cprocess_unlock(descriptor)
        close(descriptor)
    }

    /// Claims the directory; nil where another process has.
    static func claim(_ directory: DataDirectory) throws(Failure) -> DirectoryLock? {
        let file = "\(directory.path)/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.unavailable, "\(file) cannot be opened: \(SystemFailure().reason)")
        }
        let failure = cprocess_lock(descriptor)
        guard failure == 0 else {
            close(descriptor)
            guard failure == -EWOULDBLOCK else {
                throw Failure(.unavailable, "\(file) cannot be locked: \(SystemFailure(-failure).reason)")
            }
            return nil
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        pwrite(descriptor, text, text.utf8.count, 0)
        return DirectoryLock(descriptor)
    }

    /// The process that holds the lock, as it has written it down itself.
    static func holder(of directory: DataDirectory) -> String {
        let text = (try? wholeFile("\(directory.path)/lock", atMost: 64)).map { String(decoding: $0, as: UTF8.self) }
        let id = (text ?? "").trimmedLine()
        return id.isEmpty ? "another process" : "process \(id)"
    }
}
