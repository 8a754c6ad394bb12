import Cryptography
import Domain
import HTTP
import HTTPServer
import Mail

/// What the operator decided, as plain values; the initial ones are the defaults.
///
/// `settings` says which variable fills which property.
struct Configuration: Sendable {
    enum TokenAlgorithm: String, CaseIterable, Sendable {
        case hs256 = "HS256"
        case edDSA = "EdDSA"
        case es256 = "ES256"
    }

    enum PasswordHash: String, CaseIterable, Sendable {
        case bcrypt, argon2id
    }

    /// Unset: the embedded PostgreSQL.
    var database: DatabaseURL?
    var dataDirectory = "./.portero"
    /// The newest first; none: the secret kept in the data directory.
    var secrets: [Secret] = []

    var listen: SocketAddress? = .local(port: 8000)
    var listenUsuarios: SocketAddress? = .local(port: 9898)
    var metrics: SocketAddress? = .local(port: 9100)
    /// Without a slash at its end.
    var publicURL = "http://127.0.0.1:8000"

    var defaultOrganization = "default"
    var selfRegisterRoles = ["Usuario"]
    var organizationDomains = OpenDomains.any

    var accessTokenLifetime = Duration.minutes(30)
    var ingeocimycTokenLifetime = Duration.hours(24)
    var ingeocimycRememberLifetime = Duration.days(30)
    var usuariosTokenLifetime = Duration.hours(4)
    var sesionesLifetime = Duration.days(30)
    var refreshTokenLifetime = Duration.days(30)
    var refreshGrace = Duration.seconds(10)
    var tokenAlgorithm = TokenAlgorithm.hs256

    var passwordHash = PasswordHash.bcrypt
    var bcryptCost = 11
    var hashQueue = 64

    /// Unset: mails become files in the data directory.
    var mailServer: SMTPServer?
    var mailFrom = MailAddress.ofThisMachine

    var corsOrigins: [CORSPolicy.Origin] = []
    var trustedProxies: [CIDR] = []
    /// 0 turns a limit off, here and below.
    var rateLimitPerMinute = 100
    var rateLimitPerHour = 1000
    var authRateLimitPerMinute = 30
    var lockoutAttempts = 5
    var lockoutWindow = Duration.minutes(15)
    var lockoutDuration = Duration.minutes(15)
    var loginRevealsUnknown = false
    var requiresVerifiedEmail = false

    var workers = Machine.processors
    var databaseConnections = 4
    var logFormat = Machine.logFormat
    var logLevel = LogLevel.info
    var shutdownGrace = Duration.seconds(10)
}
