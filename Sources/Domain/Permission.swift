/// What a role may allow, as far as the server itself asks for it.
///
/// An organization's own permissions are names beside these. The table `portero.permissions` holds the same names, and a
/// test compares the two.
package enum Permission: String, CaseIterable, Sendable {
    case manageOrganization = "manage_organization"
    case manageUsers = "manage_users"
    case manageRoles = "manage_roles"
    case manageRooms = "manage_rooms"
    case manageBookings = "manage_bookings"
    case manageSessions = "manage_sessions"
    case viewAuditLog = "view_audit_log"
}
