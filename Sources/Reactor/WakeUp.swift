import CSystem
import Glibc

/// The eventfd by which other threads end a loop's wait.
struct WakeUp: ~Copyable, Sendable {
    /// No slot has this tag.
    static let tag = UInt64.max

    let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        precondition(descriptor >= 0, "the kernel gives no event descriptor: errno \(errno)")
    }

    deinit { close(descriptor) }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func reset() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
