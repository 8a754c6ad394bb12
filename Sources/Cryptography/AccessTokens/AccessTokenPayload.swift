import FoundationEssentials

/// The one spelling of the claims that one authority's tokens have.
///
/// The payload is a template with six or seven gaps. Written in this order, with these bytes between the gaps, a payload
/// can neither miss nor repeat nor add a claim, and issuer and audience are checked by being part of the template.
struct AccessTokenPayload: Sendable {
    private let issuer: String
    private let audience: String
    private let start: [UInt8]

    private static let session = Array(#"","sid":""#.utf8)
    private static let organization = Array(#"","org":""#.utf8)
    private static let issuedAt = Array(#"","iat":"#.utf8)
    private static let expiresAt = Array(#","exp":"#.utf8)
    private static let token = Array(#","jti":""#.utf8)
    private static let context = Array(#"","ctx":""#.utf8)
    private static let end = Array(#""}"#.utf8)

    /// Enough for some 30,000 years, and far from what overflows when times are added.
    private static let maximumDigits = 12

    let maximumSize: Int

    init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
        let issuerText = JSONText.quoted(issuer)
        let audienceText = JSONText.quoted(audience)
        start = Array(#"{"iss":\#(issuerText),"aud":\#(audienceText),"sub":""#.utf8)
        let fixed = [
            start, Self.session, Self.organization, Self.issuedAt, Self.expiresAt, Self.token, Self.context, Self.end,
        ]
        maximumSize =
            fixed.reduce(0) { $0 + $1.count } + 4 * UUIDText.size + 2 * Self.maximumDigits + ContextCode.textSize
    }

    /// Writes the claims to the start of `output`, which must have room for `maximumSize` bytes; answers their size.
    func write(_ claims: AccessTokenClaims, to output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        precondition(claims.issuer == issuer && claims.audience == audience, "this authority signs for another issuer")
        var position = 0
        func write(_ bytes: [UInt8]) {
            for byte in bytes {
                output[position] = byte
                position += 1
            }
        }
        func write(_ id: UUID) {
            UUIDText.write(id, to: output, at: position)
            position += UUIDText.size
        }
        func write(_ seconds: Int) {
            position += DecimalText.write(seconds, to: output, at: position, maximumDigits: Self.maximumDigits)
        }
        write(start)
        write(claims.userID)
        write(Self.session)
        write(claims.sessionID)
        if let organizationID = claims.organizationID {
            write(Self.organization)
            write(organizationID)
        }
        write(Self.issuedAt)
        write(claims.issuedAt)
        write(Self.expiresAt)
        write(claims.expiresAt)
        write(Self.token)
        write(claims.tokenID)
        write(Self.context)
        claims.context.write(to: output, at: position)
        position += ContextCode.textSize
        write(Self.end)
        return position
    }

    /// Nil for every payload that `write` does not write.
    func read(_ payload: UnsafeBufferPointer<UInt8>) -> AccessTokenClaims? {
        var position = 0
        func skip(_ bytes: [UInt8]) -> Bool {
            guard payload.count - position >= bytes.count else { return false }
            for index in 0..<bytes.count where payload[position + index] != bytes[index] { return false }
            position += bytes.count
            return true
        }
        func readID() -> UUID? {
            let id = UUIDText.read(payload, at: position)
            position += UUIDText.size
            return id
        }
        func readContext() -> ContextCode? {
            let code = ContextCode.read(payload, at: position)
            position += ContextCode.textSize
            return code
        }
        func readSeconds() -> Int? {
            DecimalText.read(payload, at: &position, maximumDigits: Self.maximumDigits)
        }
        guard skip(start), let userID = readID(), skip(Self.session), let sessionID = readID() else { return nil }
        var organizationID: UUID?
        if skip(Self.organization) {
            guard let id = readID() else { return nil }
            organizationID = id
        }
        guard skip(Self.issuedAt), let issuedAt = readSeconds(), skip(Self.expiresAt), let expiresAt = readSeconds(),
            skip(Self.token), let tokenID = readID(), skip(Self.context), let context = readContext(), skip(Self.end),
            position == payload.count
        else { return nil }
        return AccessTokenClaims(
            issuer: issuer,
            audience: audience,
            userID: userID,
            sessionID: sessionID,
            organizationID: organizationID,
            issuedAt: issuedAt,
            expiresAt: expiresAt,
            tokenID: tokenID,
            context: context
        )
    }
}
