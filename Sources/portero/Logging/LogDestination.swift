import Glibc
import Synchronization

/// Where the lines of all loops go: one descriptor, never waited for.
///
/// A pipe or terminal is opened anew, since a flag on the one that we were given would be everybody's who shares it.
final class LogDestination: Sendable {
    enum Outcome {
        case written(Int)
        /// Nobody reads at the moment.
        case full
        /// Nobody will read any more.
        case closed
    }

    private enum Access {
        /// Of our own, and non-blocking.
        case own(Int32)
        case socket(Int32)
        /// A file, which never makes its writer wait for a reader.
        case file(Int32)
        /// A pipe or terminal that cannot be opened anew: asked before each write, by one loop at a time.
        case shared(Int32)
    }

    /// What a pipe that says it has room takes at once, whole.
    static let chunk = 4096
    private static let nonBlocking = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

    private let access: Access
    private let turn = Mutex(())

    /// The descriptor stays the caller's, and must stay open as long as this is used.
    init(_ descriptor: Int32) {
        var status = stat()
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
        switch kind {
        case S_IFSOCK: access = .socket(descriptor)
        case S_IFREG: access = .file(descriptor)
        default:
            let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
            access = own >= 0 ? .own(own) : .shared(descriptor)
        }
    }

    deinit {
        if case .own(let descriptor) = access { close(descriptor) }
    }

    /// Writes what can be written now of at most `chunk` bytes.
    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        let count = min(bytes.count, Self.chunk)
        while true {
            let written: Int
            switch access {
            case .own(let descriptor), .file(let descriptor):
                written = Glibc.write(descriptor, bytes.baseAddress, count)
            case .socket(let descriptor):
                written = send(descriptor, bytes.baseAddress, count, Self.nonBlocking)
            case .shared(let descriptor):
                written = turn.withLock { _ in
                    Self.hasRoom(descriptor) ? Glibc.write(descriptor, bytes.baseAddress, count) : Self.wouldBlock()
                }
            }
            if written >= 0 { return .written(written) }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOSPC, EDQUOT, ENOBUFS: return .full
            default: return .closed
            }
        }
    }

    private static func hasRoom(_ descriptor: Int32) -> Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&question, 1, 0) == 1
    }

    private static func wouldBlock() -> Int {
        errno = EAGAIN
        return -1
    }
}
