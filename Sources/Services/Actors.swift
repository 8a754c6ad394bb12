import Domain
import Storage

extension Caller {
    /// Who changes something in the organization that the caller was looked up in.
    ///
    /// - Throws: `AuthError.organizationNotFound` for a caller without one.
    func actor(from origin: Origin) throws(AuthError) -> Actor {
        guard let organizationID else { throw .organizationNotFound }
        return Actor(userID: userID, sessionID: sessionID, organizationID: organizationID, origin: origin)
    }
}

extension Dependencies {
    /// Has a caller do something in their organization, and writes it down where they lack the right to.
    func acting<Value: Sendable>(
        as caller: Caller,
        from origin: Origin,
        _ body: (Actor) async throws -> Value
    ) async throws -> Value {
        let actor = try caller.actor(from: origin)
        return try await recording({ try await storage.audit.recordRefusal($0, of: actor) }) { try await body(actor) }
    }

    /// Has an organization's program do something there, and writes it down where its key lacks the right to.
    func acting<Value: Sendable>(
        as program: ServiceCaller,
        from origin: Origin,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let (key, organization) = (program.keyID, program.organizationID)
        return try await recording(
            { try await storage.audit.recordRefusal($0, of: key, in: organization, origin: origin) },
            body
        )
    }

    /// Does something for who sent no token in the organization that the request belongs to, and writes down a refusal.
    func acting<Value: Sendable>(
        at binding: Binding,
        from origin: Origin,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await recording(
            { try await storage.audit.recordRefusal($0, of: nil, at: binding, origin: origin) },
            body
        )
    }

    private func recording<Value: Sendable>(
        _ record: (String) async throws -> Void,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch {
            if let reason = (error as? AuthError)?.missingRight { try await record(reason) }
            throw error
        }
    }
}

extension Dependencies {
    /// Refuses what is a person's alone in a session that somebody else opened for them, and writes it down.
    ///
    /// - Throws: `AuthError.sessionOpenedByAnother`.
    func requireOwnSession(_ caller: Caller, from origin: Origin) async throws {
        guard caller.openedIn != nil else { return }
        try await acting(as: caller, from: origin) { _ in throw AuthError.sessionOpenedByAnother }
    }

    /// Refuses to end the session of somebody else than the caller, and writes it down.
    ///
    /// - Throws: `AuthError.sessionOfSomebodyElse`.
    func requireSame(_ user: UserID, as caller: Caller, from origin: Origin) async throws {
        guard user != caller.userID else { return }
        try await acting(as: caller, from: origin) { _ in throw AuthError.sessionOfSomebodyElse }
    }
}

extension AuthError {
    fileprivate var missingRight: String? {
        switch self {
        case .missing(let permission): permission.rawValue
        case .grantsMoreThanHeld: "grants_more_than_held"
        case .domainNotOpen: "domain_not_open"
        case .sessionOpenedByAnother: "session_opened_by_another"
        case .sessionOfSomebodyElse: "session_of_somebody_else"
        case .roleNotOpen: "role_not_open"
        default: nil
        }
    }
}
