import CSystem

/// Signals that a loop reads as events instead of being interrupted by them.
package struct Signals: Sendable {
    private let descriptor: Int32

    /// Blocks the given signals for this thread and every thread it starts from now on, so make it first.
    package init(_ numbers: [Int32]) {
        descriptor = csystem_signal_descriptor(numbers, Int32(numbers.count))
        precondition(descriptor >= 0, "the kernel gives no signal descriptor: errno \(-descriptor)")
    }

    /// Calls `handler` on `loop` with the number of each signal that arrives, as long as the process lives.
    ///
    /// To be called on that loop.
    package func forward(on loop: EventLoop, to handler: @escaping (Int32) -> Void) {
        let descriptor = self.descriptor
        _ = loop.watch(descriptor, for: .readable) { _ in
            while true {
                let number = csystem_read_signal(descriptor)
                guard number != 0 else { return }
                handler(number)
            }
        }
    }
}
