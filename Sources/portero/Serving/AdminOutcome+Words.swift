import Domain
import Storage

extension AdministrationRepository.AdminOutcome {
    /// What was done, and for an account that was there what was not.
    func line(on email: EmailAddress, in organization: String, resetsPassword: Bool) -> String {
        let done = "\(email) as Admin of \(organization)"
        let password = resetsPassword ? ", and has the new password" : " and its password"
        let kept = "it keeps its name and username" + password
        return switch self {
        case .promoted: "promoted \(done); \(kept)"
        case .reopened: "opened the account again and promoted \(done); \(kept)"
        case .created, .noOrganization: "\(rawValue) \(done)"
        }
    }
}
