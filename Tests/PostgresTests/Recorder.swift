import Synchronization

/// What several tasks note down.
final class Recorder<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }
    var count: Int { all.count }

    func note(_ value: Value) {
        values.withLock { $0.append(value) }
    }
}
