import CSystem
import Glibc

/// What a descriptor is watched for, and what it turned out to be ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer closed its half; reported only where asked for.
    package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Reported whether asked for or not: an error or a hang-up.
    package static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// Owns the epoll set.
struct Poller: ~Copyable {
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 128)

    init() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(descriptor >= 0, "the kernel gives no epoll descriptor: errno \(errno)")
    }

    deinit { close(descriptor) }

    func add(_ watched: Int32, _ interest: Readiness, tag: UInt64) {
        let failure = csystem_epoll_set(descriptor, EPOLL_CTL_ADD, watched, interest.rawValue, tag)
        precondition(failure == 0, "descriptor \(watched) cannot be watched: errno \(-failure)")
    }

    func modify(_ watched: Int32, _ interest: Readiness, tag: UInt64) {
        let failure = csystem_epoll_set(descriptor, EPOLL_CTL_MOD, watched, interest.rawValue, tag)
        precondition(failure == 0, "descriptor \(watched) is not watched: errno \(-failure)")
    }

    func remove(_ watched: Int32) {
        _ = csystem_epoll_set(descriptor, EPOLL_CTL_DEL, watched, 0, 0)
    }

    /// Waits until something is ready or `timeout` (milliseconds, -1 for ever) has passed; answers how many are ready.
    mutating func wait(timeout: Int32) -> Int {
        let count = events.withUnsafeMutableBufferPointer {
            epoll_wait(descriptor, $0.baseAddress, Int32($0.count), timeout)
        }
        return max(0, Int(count))
    }

    func tag(at index: Int) -> UInt64 {
        withUnsafePointer(to: events[index]) { csystem_epoll_tag($0) }
    }

    func readiness(at index: Int) -> Readiness {
        Readiness(rawValue: events[index].events)
    }
}
