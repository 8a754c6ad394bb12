/// Whoever may ask, in the order of the columns of `Tests/authorization.matrix`.
enum Actor: String, CaseIterable, Sendable {
    case anonymous
    /// Somebody whose session has expired.
    case expired
    /// Somebody who has logged out.
    case ended
    /// The Admin of another organization.
    case foreign
    /// A member whose role holds nothing.
    case member
    // Members whose role holds this one permission.
    case organization = "manage_organization"
    case users = "manage_users"
    case roles = "manage_roles"
    case rooms = "manage_rooms"
    case bookings = "manage_bookings"
    case sessions = "manage_sessions"
    case audit = "view_audit_log"
    case admin
    /// A service key of the organization that holds all permissions, and no token.
    case serviceKey

    /// What the caller's role in the organization holds; nil for who has none there.
    var permissions: [String]? {
        switch self {
        case .anonymous, .foreign, .serviceKey: nil
        case .expired, .ended, .member: []
        case .organization, .users, .roles, .rooms, .bookings, .sessions, .audit: [rawValue]
        case .admin: Self.all
        }
    }

    private static let all = [
        "manage_organization", "manage_users", "manage_roles", "manage_rooms", "manage_bookings", "manage_sessions",
        "view_audit_log",
    ]
}
