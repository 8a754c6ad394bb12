import Foundation
import Postgres
import Support
import Testing

/// A session, and when it was last seen by what the database has.
struct AgedSession: Sendable {
    let site: Site
    let id: UUID
    let token: String

    init(site: Site, token: String) throws {
        self.site = site
        self.token = token
        id = try #require(JWT(token).session.flatMap { UUID(uuidString: $0) })
    }

    /// Has it be as if it had begun an hour ago, and been seen so long ago.
    func age(seconds: Int = 120) async throws {
        try await site.database.run(
            """
            UPDATE portero.sessions
               SET created_at = now() - interval '1 hour', last_seen_at = now() - \(seconds) * interval '1 second'
             WHERE id = \(id)
            """
        )
    }

    /// Microseconds since 1970.
    func lastSeen() async throws -> Int {
        try await site.database.count(
            "SELECT (extract(epoch FROM last_seen_at) * 1000000)::bigint FROM portero.sessions WHERE id = \(id)"
        )
    }

    /// Waits until it has been seen within the minute.
    func moved() async throws {
        _ = try await eventually("the session's last activity to move") {
            let isFresh: Bool? = try await site.database.value(
                "SELECT last_seen_at > now() - interval '1 minute' FROM portero.sessions WHERE id = \(id)"
            )
            return isFresh == true ? true : nil
        }
    }
}

extension Site {
    /// A session of a member of the default organization that was last seen two minutes ago.
    func agedSession(of person: Person? = nil, at visitor: Visitor) async throws -> AgedSession {
        let member = if let person { person } else { try await boundMember() }
        let session = try AgedSession(site: self, token: try await visitor.track(member).token)
        try await session.age()
        return session
    }
}
