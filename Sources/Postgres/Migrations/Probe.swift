package import FoundationEssentials
package import Reactor

/// A look at a database, over a connection made for it.
package enum Probe {
    /// Answers what the database's clock says; takes `role` on before, as every connection of a server does.
    ///
    /// - Throws: `ScriptError` when the database cannot be reached, or the role not be taken on.
    package static func clock(of url: String, as role: String? = nil, on loop: EventLoop) async throws -> Date {
        let now = try await Session.with(url, role: role, on: loop) { session in
            try await session.query("SELECT clock_timestamp()")
                .first { (row) throws(PostgresError) -> Date in try row.next() }
        }
        guard let now else { throw ScriptError.aborted }
        return now
    }
}
