package import Reactor
import Synchronization

/// Event loops for what lives longer than one test: they run until the tests end.
package enum TestLoops {
    private static let group = LoopGroup(count: 2, named: "tests")
    private static let turn = Atomic(0)

    /// One of them, each in its turn.
    package static func next() -> EventLoop {
        group.loops[turn.add(1, ordering: .relaxed).oldValue % group.loops.count]
    }
}
