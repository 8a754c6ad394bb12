import Cryptography
import FoundationEssentials

/// What Python's `cryptography` and `hmac` make of the secret and the claims below, computed once.
enum TokenVectors {
    static let secret = Secret("0123456789abcdef0123456789abcdef")
    static let issuer = "http://127.0.0.1:8000"
    static let audience = "portero"

    static let claims = AccessTokenClaims(
        issuer: issuer,
        audience: audience,
        userID: id("00112233-4455-6677-8899-aabbccddeeff"),
        sessionID: id("01020304-0506-0708-090a-0b0c0d0e0f10"),
        organizationID: id("ffffffff-ffff-4fff-8fff-ffffffffffff"),
        issuedAt: 1_700_000_000,
        expiresAt: 1_700_001_800,
        tokenID: id("12345678-9abc-4def-8123-456789abcdef"),
        context: ContextCode(Array(0xe0...0xff))
    )

    static let hs256 = token(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImZ0YkxEeV9IY3d2QSJ9",
        "QnEzPKb1N5jX6I30jmPBVyvCU9E8AV6-5G_ouQ_KQWE"
    )

    static let edDSA = token(
        "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImhTTzB0SjZvS1VlWCJ9",
        "L1lD9LEWKzKrhayb5cRoxNTIr6PTb-_qyoIpjP_O38r"
            + "pUovuMkDTiVZai-I-RcYtTQ-jU0cmhrCtpkK-UPrDCQ"
    )

    static let es256 = token(
        "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IlRSeG5CM3F0Tm9GNSJ9",
        "IHEdyeVCC1PisjCJfHWijxeuumoEoXQ49gsY2rBhLU9"
            + "I8HEOxxEtz4u2wasx6sYhEJDNilOe23f_qnWNVp_8ZA"
    )

    /// The same message with the other of the two signatures that verify.
    static let es256Twin = token(
        "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IlRSeG5CM3F0Tm9GNSJ9",
        "IHEdyeVCC1PisjCJfHWijxeuumoEoXQ49gsY2rBhLU-"
            + "3D47wOO7SMXRJPlTOFTnerFYtI1N4wwz0D1U1pcMo7Q"
    )

    static let edDSAKeySet =
        #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AzTrNusbBBVj_w1s5-XJniW_cnAgELFeiz4Lzd9n2dw","#
        + #""alg":"EdDSA","use":"sig","kid":"hSO0tJ6oKUeX"}]}"#

    static let es256KeySet =
        #"{"keys":[{"kty":"EC","crv":"P-256","x":"BiyyD0P4wX883rLI07fhc8liYnPs1Qf-d_F7xB-foYQ","#
        + #""y":"0Hrj0nNr9I_zk76Em1Rk1uYWPI0EeRkvMAqJlQg_G70","alg":"ES256","use":"sig","kid":"TRxnB3qtNoF5"}]}"#

    private static let payload =
        "eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjgwMDAiLCJhdWQiOiJwb3J0ZXJvIiwic3ViIjoiMDAxMTIyMzMtNDQ1NS02Njc3LTg4"
        + "OTktYWFiYmNjZGRlZWZmIiwic2lkIjoiMDEwMjAzMDQtMDUwNi0wNzA4LTA5MGEtMGIwYzBkMGUwZjEwIiwib3JnIjoiZmZmZmZm"
        + "ZmYtZmZmZi00ZmZmLThmZmYtZmZmZmZmZmZmZmZmIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDE4MDAsImp0aSI6IjEy"
        + "MzQ1Njc4LTlhYmMtNGRlZi04MTIzLTQ1Njc4OWFiY2RlZiIsImN0eCI6IjRPSGk0LVRsNXVmbzZlcnI3TzN1N19EeDh2UDA5ZmIz"
        + "LVBuNi1fejlfdjgifQ"

    private static func token(_ head: String, _ signature: String) -> String {
        head + "." + payload + "." + signature
    }

    private static func id(_ text: String) -> UUID {
        UUID(uuidString: text) ?? UUID()
    }
}
