import Postgres
import Reactor
import Support
import Testing

@Suite("Notifications")
struct NotificationTests {
    @Test("What is notified on a channel arrives in order, on that channel alone, after the sign that listening began")
    func arrive() async throws {
        try await withDatabase { database in
            var first = database.notifications(on: "a \"channel\"; --").makeAsyncIterator()
            var second = database.notifications(on: "other").makeAsyncIterator()
            let beginnings = [await first.next(), await second.next()]
            #expect(beginnings == ["", ""])
            for payload in ["1", "two 🦊", "3"] {
                _ = try await database.write("SELECT pg_notify(\("a \"channel\"; --"), \(payload))")
            }
            _ = try await database.write("SELECT pg_notify('other', 'x')")
            let payloads = [await first.next(), await first.next(), await first.next(), await second.next()]
            #expect(payloads == ["1", "two 🦊", "3", "x"])
        }
    }

    @Test("After a lost connection listening begins again, and says so")
    func surviveLosses() async throws {
        try await withObservedDatabase { database, observer in
            var notifications = database.notifications(on: "channel").makeAsyncIterator()
            let beginning = await notifications.next()
            #expect(beginning == "")
            try await observer.terminateAll()
            let again = await notifications.next()
            #expect(again == "")
            _ = try await observer.write("SELECT pg_notify('channel', 'x')")
            let payload = await notifications.next()
            #expect(payload == "x")
        }
    }

    @Test("Who stops listening is forgotten by the server once nobody else is left")
    func unlisten() async throws {
        try await withDatabase { database in
            let task = Task(executorPreference: database.loop) {
                for await _ in database.notifications(on: "channel") { return }
            }
            await task.value
            var isListening = true
            while isListening {
                // a listening connection's last statement tells which way it went
                isListening = try await database.read(
                    """
                    SELECT NOT EXISTS (SELECT FROM pg_stat_activity
                     WHERE datname = current_database() AND query = 'UNLISTEN "channel"')
                    """
                ).value()
            }
        }
    }

    @Test("Streams end when the database is closed")
    func endOnClose() async throws {
        try await withDatabase { database in
            var notifications = database.notifications(on: "channel").makeAsyncIterator()
            let beginning = await notifications.next()
            #expect(beginning == "")
            await database.close()
            let end = await notifications.next()
            #expect(end == nil)
            var late = database.notifications(on: "channel").makeAsyncIterator()
            let nothing = await late.next()
            #expect(nothing == nil)
        }
    }
}
