package import Reactor

/// Runs `body` on an event loop of its own, on a thread of its own.
///
/// Tests never call `EventLoop.runToCompletion`, which would hold one of the few threads that they share.
package func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Value
) async throws -> Value {
    let group = LoopGroup(count: 1, named: "test")
    defer { group.stop() }
    let loop = group.loops[0]
    return try await Task(executorPreference: loop) { try await body(loop) }.value
}
