import Cryptography
import Domain
import Storage

extension CodePurpose {
    var minutesValid: Int {
        switch self {
        case .resetPassword: 10
        case .verifyEmail: 60
        }
    }
}

extension Dependencies {
    /// A fresh code, in the two forms in which it is stored.
    ///
    /// The mail that tells it goes by the code's own id.
    func newCode(_ purpose: CodePurpose) -> NewCode {
        let code = OneTimeCode.make()
        let id = CodeID.make(at: now())
        return NewCode(
            id: id,
            mac: keys.codeMAC(code, id: id, purpose: purpose),
            lifetime: .seconds(60 * purpose.minutesValid),
            sealed: keys.seal(code, for: id)
        )
    }
}
