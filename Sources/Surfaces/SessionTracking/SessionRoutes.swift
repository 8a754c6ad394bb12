import Domain
import HTTP
import Services

extension SessionTrackingSurface {
    func login(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let password = body.string("password", .verbatim(upToBytes: 4096))
        try body.finish()
        guard let email else { throw InvalidBody.notAnObject }
        let login = try await logins.login(
            .email(email),
            password: password,
            at: request.host,
            for: lifetime,
            origin: request.origin
        )
        var writer = JSONWriter()
        writer.object {
            $0.field("access_token", login.accessToken)
            $0.field("token_type", "bearer" as StaticString)
            $0.field("session_id", login.sessionNumber.rawValue)
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func logout(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let number = body.sessionNumber()
        try body.finish()
        guard let number else { throw InvalidBody.notAnObject }
        var caller: BoundCaller?
        if request.headerBytes("authorization") != nil {
            guard let token = request.bearerToken else { throw AuthError.unauthenticated }
            caller = try await authentication.caller(presenting: token, at: request.host, origin: request.origin)
        }
        try await sessions.end(number, at: request.host, by: caller, origin: request.origin)
        var writer = JSONWriter()
        writer.object { $0.field("success", true) }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension JSONBody {
    /// Nil is never used: `finish` throws first.
    fileprivate mutating func email() -> EmailAddress? {
        let before = errors.count
        let text = string("email", .line(1...EmailAddress.maximumLength))
        guard errors.count == before else { return nil }
        let address = EmailAddress(text)
        if address == nil { refuse("email", .malformed(expected: .email)) }
        return address
    }

    /// The number, or its digits in a string: browsers give back what they keep as text.
    fileprivate mutating func sessionNumber() -> SessionNumber? {
        let name: StaticString = "session_id"
        guard let value = value(name) else {
            refuse(name, .missing)
            return nil
        }
        let digits = value.isInteger ? value.number : value.string
        guard let digits, value.isInteger || digits.isAllDigits else {
            refuse(name, .wrongType(expected: .integer))
            return nil
        }
        guard digits.utf8.first != UInt8(ascii: "0"), digits.isAllDigits,
            let number = Int(digits).flatMap({ SessionNumber($0) })
        else {
            refuse(name, .outOfRange(lowest: SessionNumber.range.lowerBound, highest: SessionNumber.range.upperBound))
            return nil
        }
        return number
    }
}

extension String {
    fileprivate var isAllDigits: Bool { !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
