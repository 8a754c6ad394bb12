import HTTP
import Reactor
import Testing

@testable import HTTPServer

@Suite("Connection state")
struct ConnectionStateTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    private func seconds(_ count: Int) -> Instant { Self.start + .seconds(count) }

    private func opened() -> ConnectionState {
        ConnectionState(openedAt: Self.start, patience: ConnectionState.Patience(ServerConfiguration.Deadlines()))
    }

    /// A connection that has had one request answered, ten seconds after it was opened.
    private func kept() -> ConnectionState {
        var state = opened()
        state.headBegan(at: seconds(10))
        state.headEnded(keepsAlive: true, awaitsBody: false, at: seconds(10))
        state.answered(isLast: false, at: seconds(10))
        state.written(at: seconds(10))
        return state
    }

    @Test("Who never says anything is left after ten seconds, without a word")
    func leavesTheSilent() {
        let state = opened()
        #expect(state.consequence(at: seconds(9)) == nil)
        #expect(state.consequence(at: seconds(10)) == .close)
    }

    @Test("A first head has ten seconds in all, however it drips")
    func limitsTheFirstHead() {
        var state = opened()
        for second in 5..<10 {
            state.headBegan(at: seconds(second))
            #expect(state.consequence(at: seconds(second)) == nil)
        }
        #expect(state.consequence(at: seconds(10)) == .refuse(.slowHead))
    }

    @Test("A later head has ten seconds from its first byte")
    func limitsLaterHeads() {
        var state = kept()
        state.headBegan(at: seconds(70))
        state.headBegan(at: seconds(79))
        #expect(state.consequence(at: seconds(79)) == nil)
        #expect(state.consequence(at: seconds(80)) == .refuse(.slowHead))
    }

    @Test("A body has thirty seconds from the end of the head")
    func limitsBodies() {
        var state = opened()
        state.headBegan(at: seconds(0))
        state.headEnded(keepsAlive: true, awaitsBody: true, at: seconds(8))
        state.headBegan(at: seconds(20))
        #expect(state.consequence(at: seconds(37)) == nil)
        #expect(state.consequence(at: seconds(38)) == .refuse(.slowBody))
    }

    @Test("A handler may take as long as it takes")
    func doesNotLimitHandlers() {
        var state = opened()
        state.headEnded(keepsAlive: true, awaitsBody: false, at: seconds(0))
        #expect(state.phase == .handling)
        #expect(!state.isReading)
        #expect(state.consequence(at: seconds(1_000_000)) == nil)
    }

    @Test("An answer has thirty seconds to leave")
    func limitsWriting() {
        var state = opened()
        state.headEnded(keepsAlive: true, awaitsBody: false, at: seconds(0))
        state.answered(isLast: false, at: seconds(50))
        #expect(!state.isReading)
        #expect(state.consequence(at: seconds(79)) == nil)
        #expect(state.consequence(at: seconds(80)) == .close)
    }

    @Test("Between requests a connection is kept for seventy-five seconds")
    func keepsConnections() {
        let state = kept()
        #expect(state.phase == .idle)
        #expect(state.consequence(at: seconds(84)) == nil)
        #expect(state.consequence(at: seconds(85)) == .close)
    }

    @Test("After the last answer a connection lingers for two seconds")
    func lingers() {
        var state = opened()
        state.headEnded(keepsAlive: false, awaitsBody: false, at: seconds(0))
        state.answered(isLast: false, at: seconds(0))
        state.written(at: seconds(0))
        #expect(state.phase == .lingering)
        #expect(!state.isReading)
        #expect(state.consequence(at: seconds(1)) == nil)
        #expect(state.consequence(at: seconds(2)) == .close)
    }

    @Test("Draining closes who is idle, answers who has asked, and gives a newcomer one second")
    func drains() {
        var idle = kept()
        #expect(idle.drain(at: seconds(11)) == .close)

        var asking = kept()
        asking.headBegan(at: seconds(11))
        #expect(asking.drain(at: seconds(11)) == nil)
        asking.headEnded(keepsAlive: true, awaitsBody: false, at: seconds(12))
        #expect(asking.drain(at: seconds(12)) == nil)
        asking.answered(isLast: true, at: seconds(13))
        asking.written(at: seconds(13))
        #expect(asking.phase == .lingering)

        var newcomer = opened()
        #expect(newcomer.drain(at: seconds(1)) == nil)
        #expect(newcomer.consequence(at: seconds(2)) == .close)
    }

    @Test("A closed connection has no deadline")
    func forgetsDeadlines() {
        var state = opened()
        state.closed()
        #expect(state.consequence(at: seconds(1_000_000)) == nil)
    }
}
