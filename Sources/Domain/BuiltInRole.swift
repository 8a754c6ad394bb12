/// The roles that every organization has from its first moment on.
package enum BuiltInRole: String, CaseIterable, Sendable {
    case admin = "Admin"
    case staff = "Staff"
    case user = "Usuario"
}

extension Permission {
    /// Which built-in roles hold it; the database gives them, and a test compares the two.
    package var builtInRoles: [BuiltInRole] {
        switch self {
        case .manageRooms, .manageBookings: [.admin, .staff]
        case .manageOrganization, .manageUsers, .manageRoles, .manageSessions, .viewAuditLog: [.admin]
        }
    }
}
