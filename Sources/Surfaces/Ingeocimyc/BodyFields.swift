import Domain
import HTTP

/// The fields that several bodies share.
extension JSONBody {
    /// Nil is never seen by anybody: `finish` throws first.
    mutating func email() -> EmailAddress? {
        let before = errors.count
        let text = string("email", .line(1...EmailAddress.maximumLength))
        guard errors.count == before else { return nil }
        let address = EmailAddress(text)
        if address == nil { refuse("email", .malformed(expected: .email)) }
        return address
    }

    mutating func fullName() -> FullName? {
        let before = errors.count
        let text = string("name", .line(1...FullName.maximumLength))
        guard errors.count == before else { return nil }
        let name = FullName(text)
        if name == nil { refuse("name", .controlCharacters) }
        return name
    }

    /// Longer than any password can be is refused here, anything else where passwords are judged.
    mutating func password(_ name: StaticString) -> String {
        string(name, .verbatim(upToBytes: 4096))
    }
}

/// Words the refusal of a password as an error of the field that it came in.
func namingPassword<Value>(_ field: String, _ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch AuthError.unacceptablePassword(let problem) {
        throw InvalidBody.fields([FieldError(field, problem.kind)])
    }
}

extension PasswordProblem {
    fileprivate var kind: FieldError.Kind {
        switch self {
        case .tooShort(let minimum): .tooShort(minimum: minimum)
        case .tooLong(let maximum): .tooLong(limit: maximum)
        case .tooGuessable: .guessable
        case .tooPersonal: .personal
        case .sameAsCurrent: .unchanged
        }
    }
}
