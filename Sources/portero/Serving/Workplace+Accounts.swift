import Domain
import Services
import Storage

extension Workplace {
    func listAccounts(_ question: AccountQuestion) async throws -> [ListedAccount] {
        try await administering { service in
            try await service.accounts(
                ofOrganization: question.organization,
                search: question.search,
                limit: question.limit
            )
        }
    }

    func change(_ order: AccountOrder) async throws -> String {
        let email = order.email
        return try await administering { service in
            switch order.change {
            case .deactivate: try await deactivate(email, by: service)
            case .activate:
                try await service.setActive(true, email).wasActive ? "\(email) was active" : "activated \(email)"
            case .unlock: "unlocked \(email): \(try await service.unlock(email), counting: "failed login") forgotten"
            case .logOut: "logged \(email) out: \(try await service.logOut(email), counting: "session") ended"
            }
        }
    }

    private func deactivate(_ email: EmailAddress, by service: AdministrationService) async throws -> String {
        do {
            let outcome = try await service.setActive(false, email)
            guard outcome.wasActive else { return "\(email) was inactive" }
            return "deactivated \(email): \(outcome.endedSessions, counting: "session") ended"
        } catch let refusal as AuthError {
            guard refusal == .lastAdmin else { throw refusal }
            let needy = try await service.organizationsThatNeed(email)
            let places = needy.isEmpty ? "an organization" : needy.joined(separator: ", ")
            throw Failure(.failed, "\(email) is the last Admin of \(places): make another first")
        }
    }
}

extension String.StringInterpolation {
    /// A number and what it counts, which takes an s where there is not one.
    fileprivate mutating func appendInterpolation(_ number: Int, counting noun: String) {
        appendInterpolation("\(number) \(noun)\(number == 1 ? "" : "s")")
    }
}
