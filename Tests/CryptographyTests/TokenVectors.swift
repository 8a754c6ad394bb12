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
        tokenID: id("12345678-9abc-4def-8123-456789abcdef")
    )

    static let hs256 = token(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImZ0YkxEeV9IY3d2QSJ9",
        "11o7TjTrIV84WhvIS40Lt9BHmxsUlMu63TGLmaYDaIg"
    )

    static let edDSA = token(
        "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImhTTzB0SjZvS1VlWCJ9",
        "pn4lFzqXSZGCzYBftD2xHj_DumAlJATpl2BjIAnJpi9"
            + "86gGbBLA66Ramir-UPoCv-k9FEi-m9qgUjH1i8F13DQ"
    )

    static let es256 = token(
        "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IlRSeG5CM3F0Tm9GNSJ9",
        "IbAeiIOurBvN9EA4hQA50BrrtLe00Uy6p1RvEa-ZAM1"
            + "IZ2mcX1-wqS19_fIc22tEHiLiGhVWyyJ3-X1zixaRww"
    )

    /// The same message with the other of the two signatures that verify.
    static let es256Twin = token(
        "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IlRSeG5CM3F0Tm9GNSJ9",
        "NnQq1vtnW7BJdTolyqLjriAzEmsIp_pErHA9i0A-KnC"
            + "lxo54BA3eJw4hI_twkMEOtNrBW3ZCq8IiLiIVcDi9XA"
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
        + "MzQ1Njc4LTlhYmMtNGRlZi04MTIzLTQ1Njc4OWFiY2RlZiJ9"

    private static func token(_ head: String, _ signature: String) -> String {
        head + "." + payload + "." + signature
    }

    private static func id(_ text: String) -> UUID {
        UUID(uuidString: text) ?? UUID()
    }
}
