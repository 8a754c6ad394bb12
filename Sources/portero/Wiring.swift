import Cryptography
import Domain
import Reactor
import Storage

/// What a command works with, once the database can be reached.
struct Workplace: Sendable {
    let configuration: Configuration
    let database: DatabaseURL
    /// The newest first; never empty.
    let secrets: [Secret]
    /// The loop of the main thread, on which the command runs.
    let loop: EventLoop
    let console: Console
}

/// What `portero migrate` is to do.
enum MigrationMode: Equatable, Sendable {
    case apply
    /// Say what is applied and what is not.
    case status
    /// Say what would be applied.
    case rehearse
}

/// Who is to become an Admin.
struct AdminOrder: Sendable {
    let email: String
    let name: String
    let username: String?
    /// A slug; nil: the default organization.
    let organization: String?
    let resetsPassword: Bool
    /// Asks for the password, and waits for whoever types it: not to be called inside a transaction, nor where none is
    /// needed.
    let password: @Sendable () throws(Failure) -> Secret
}

/// What organization is to be made.
struct OrganizationOrder: Sendable {
    let name: String
    let slug: String
    let domains: [HostName]
}

/// Which hosts an organization is to get, and which to lose.
struct DomainOrder: Sendable {
    let slug: String
    let added: [HostName]
    let removed: [HostName]
    /// Whether it gets a host also from another organization.
    let moves: Bool
}

/// Which accounts are to be listed.
struct AccountQuestion: Sendable {
    /// A slug; nil: whatever their organizations.
    let organization: String?
    let search: String?
    let limit: Int
}

/// What is to become of an account.
struct AccountOrder: Sendable {
    enum Change: Sendable {
        case deactivate, activate, unlock, logOut
    }

    let email: EmailAddress
    let change: Change
}

/// One line of `portero doctor`.
struct Finding: Equatable, Sendable {
    let subject: String
    let isWell: Bool
    let detail: String
}

/// What the commands have other rooms do; each runs on the workplace's loop.
struct Wiring: Sendable {
    /// Answers a line for each migration, or one that there is none; says itself what it applies.
    var migrate: @Sendable (Workplace, MigrationMode) async throws -> [String]
    /// Fills the database with sql/seed.sql, where that has not been done; answers the logins, a line each.
    var loadDemo: @Sendable (Workplace) async throws -> [String]
    /// Listens, logs `portero ready`, and drains when asked to stop; returns when everything is closed.
    var serve: @Sendable (Workplace, StopSignal) async throws -> Void
    /// Answers what was done, in a line.
    var createAdmin: @Sendable (Workplace, AdminOrder) async throws -> String
    /// Answers what was done, in a line.
    var createOrganization: @Sendable (Workplace, OrganizationOrder) async throws -> String
    /// Answers what the organization has then, in a line.
    var changeDomains: @Sendable (Workplace, DomainOrder) async throws -> String
    var listOrganizations: @Sendable (Workplace) async throws -> [ListedOrganization]
    var listAccounts: @Sendable (Workplace, AccountQuestion) async throws -> [ListedAccount]
    /// Answers what was done, in a line.
    var changeAccount: @Sendable (Workplace, AccountOrder) async throws -> String
    /// Looks at the database and what is in it.
    var examineDatabase: @Sendable (Workplace) async -> [Finding]
    /// Looks at the way out for mails, without sending one.
    var examineMail: @Sendable (Configuration, EventLoop) async -> Finding
}
