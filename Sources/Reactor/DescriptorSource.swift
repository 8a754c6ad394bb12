/// A descriptor under watch.
///
/// Made by `EventLoop.watch`, used on that loop only. The descriptor stays its
/// maker's: cancel first, then close it.
package final class DescriptorSource {
    let descriptor: Int32
    let slot: Int
    private unowned let loop: EventLoop
    private var interest: Readiness
    private var handler: ((Readiness) -> Void)?

    init(
        descriptor: Int32,
        slot: Int,
        loop: EventLoop,
        interest: Readiness,
        handler: @escaping (Readiness) -> Void
    ) {
        self.descriptor = descriptor
        self.slot = slot
        self.loop = loop
        self.interest = interest
        self.handler = handler
    }

    /// Changes what is watched for; free when nothing changes.
    package func setInterest(_ wanted: Readiness) {
        guard wanted != interest, handler != nil else { return }
        interest = wanted
        loop.changeInterest(of: self, to: wanted)
    }

    /// Ends the watch; harmless the second time.
    package func cancel() {
        guard handler != nil else { return }
        handler = nil
        loop.forget(self)
    }

    func report(_ readiness: Readiness) {
        handler?(readiness)
    }
}
