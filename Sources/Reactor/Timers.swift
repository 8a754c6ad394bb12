/// Something to do later, on the loop that was asked.
///
/// Owned by whoever may want to cancel it; the loop keeps it alive until then.
package final class ScheduledTimer {
    let deadline: Instant
    fileprivate var action: (() -> Void)?

    init(deadline: Instant, action: @escaping () -> Void) {
        self.deadline = deadline
        self.action = action
    }

    /// Forgets the action; harmless once it has run.
    package func cancel() {
        action = nil
    }

    func fire() {
        let action = self.action
        self.action = nil
        action?()
    }
}

/// A binary heap of timers, the next one first.
///
/// A cancelled timer stays until its time has come: what is re-armed on every request
/// (deadlines of connections) is swept instead, so few are ever here.
struct TimerQueue {
    private var heap: [ScheduledTimer] = []

    var nextDeadline: Instant? { heap.first?.deadline }

    mutating func insert(_ timer: ScheduledTimer) {
        heap.append(timer)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first timer out if it is due.
    mutating func popDue(at now: Instant) -> ScheduledTimer? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
        return first
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
