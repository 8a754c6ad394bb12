extension Configuration {
    /// Every setting, in the order in which documentation and `portero config` list them.
    static let settings: [Setting] = [
        Setting(
            "DATABASE_URL",
            \.database,
            .databaseURL,
            standard: "unset: an embedded PostgreSQL",
            "the PostgreSQL to use; several hosts with `target_session_attrs=read-write` for failover"
        ),
        Setting(
            "PORTERO_DATA_DIR",
            \.dataDirectory,
            .path,
            "where the embedded cluster, the generated secret and mail written to disk are kept"
        ),
        Setting(
            "PORTERO_SECRET",
            \.secrets,
            .secrets,
            standard: "generated in the data directory; with DATABASE_URL: required",
            "what every key is derived from (HKDF, one label per purpose); several for rotation, the newest first"
        ),
        Setting("PORTERO_LISTEN", \.listen, .address, "main listener"),
        Setting("PORTERO_LISTEN_USUARIOS", \.listenUsuarios, .address, "the usuarios surface's listener"),
        Setting(
            "PORTERO_PUBLIC_URL",
            \.publicURL,
            .webURL,
            "what links in mails start with, and the tokens' `iss`; never the Host header"
        ),
        Setting(
            "PORTERO_DEFAULT_ORGANIZATION",
            \.defaultOrganization,
            .slug,
            "the organization that the bound surfaces fall back to"
        ),
        Setting(
            "PORTERO_SELF_REGISTER_ROLES",
            \.selfRegisterRoles,
            .names,
            "roles open to self-registration on bound surfaces"
        ),
        Setting(
            "PORTERO_ORGANIZATION_DOMAINS",
            \.organizationDomains,
            .openDomains,
            "hosts that those who manage an organization may take for it, each the first who comes; `portero organization domain` gives the others"
        ),
        Setting(
            "PORTERO_ACCESS_TOKEN_TTL",
            \.accessTokenLifetime,
            .duration(.seconds(1) ... .days(1)),
            "lifetime of access tokens of escape-room and session-tracking"
        ),
        Setting(
            "PORTERO_INGEOCIMYC_TOKEN_TTL",
            \.ingeocimycTokenLifetime,
            .duration(.seconds(1) ... .days(365)),
            "lifetime of ingeocimyc's tokens without `rememberMe`"
        ),
        Setting(
            "PORTERO_INGEOCIMYC_REMEMBER_TTL",
            \.ingeocimycRememberLifetime,
            .duration(.seconds(1) ... .days(365)),
            "lifetime of ingeocimyc's tokens with `rememberMe`"
        ),
        Setting(
            "PORTERO_USUARIOS_TOKEN_TTL",
            \.usuariosTokenLifetime,
            .duration(.seconds(1) ... .days(365)),
            "lifetime of usuarios' tokens"
        ),
        Setting(
            "PORTERO_SESIONES_TTL",
            \.sesionesLifetime,
            .duration(.seconds(1) ... .days(365)),
            "lifetime of sesiones' sessions"
        ),
        Setting(
            "PORTERO_REFRESH_TOKEN_TTL",
            \.refreshTokenLifetime,
            .duration(.seconds(1) ... .days(365)),
            "absolute lifetime of a session"
        ),
        Setting(
            "PORTERO_REFRESH_GRACE",
            \.refreshGrace,
            .duration(.zero ... .minutes(5)),
            "how long a used refresh token answers its successor again, for racing tabs and lost answers"
        ),
        Setting(
            "PORTERO_JWT_ALGORITHM",
            \.tokenAlgorithm,
            .choice(),
            "how access tokens are signed"
        ),
        Setting(
            "PORTERO_PASSWORD_HASH",
            \.passwordHash,
            .choice(),
            "kind of new hashes; all known kinds verify, and are rehashed at login"
        ),
        Setting("PORTERO_BCRYPT_COST", \.bcryptCost, .integer(10...16), "cost of new bcrypt hashes"),
        Setting(
            "PORTERO_HASH_QUEUE",
            \.hashQueue,
            .integer(1...10_000),
            "password hashes that may wait; 503 beyond"
        ),
        Setting(
            "PORTERO_SMTP_URL",
            \.mailServer,
            .mailServer,
            standard: "unset: mails become `.eml` files in the data directory",
            "the server that mail is sent through"
        ),
        Setting("PORTERO_MAIL_FROM", \.mailFrom, .mailAddress, "the sender of mails"),
        Setting("PORTERO_CORS_ORIGINS", \.corsOrigins, .origins, "origins whose pages may call the API"),
        Setting(
            "PORTERO_TRUSTED_PROXIES",
            \.trustedProxies,
            .blocks,
            "proxies whose `X-Forwarded-For` is believed (rightmost untrusted address)"
        ),
        Setting(
            "PORTERO_RATE_LIMIT_PER_MINUTE",
            \.rateLimitPerMinute,
            .integer(0...1_000_000),
            "usuarios surface: requests a minute per address; 0 turns it off"
        ),
        Setting(
            "PORTERO_RATE_LIMIT_PER_HOUR",
            \.rateLimitPerHour,
            .integer(0...1_000_000),
            "usuarios surface: requests an hour per address; 0 turns it off"
        ),
        Setting(
            "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE",
            \.authRateLimitPerMinute,
            .integer(0...1_000_000),
            "login, register, forgot, reset and refresh on the other surfaces, per address (IPv6: per /64), and as many ends of sessions by their number; 0 turns it off"
        ),
        Setting(
            "PORTERO_LOCKOUT_ATTEMPTS",
            \.lockoutAttempts,
            .integer(0...1000),
            "failed logins that lock an account; 0 turns it off"
        ),
        Setting(
            "PORTERO_LOCKOUT_WINDOW",
            \.lockoutWindow,
            .duration(.seconds(1) ... .days(1)),
            "how long a failed login counts"
        ),
        Setting(
            "PORTERO_LOCKOUT_DURATION",
            \.lockoutDuration,
            .duration(.seconds(1) ... .days(1)),
            "how long an account stays locked"
        ),
        Setting(
            "PORTERO_LOGIN_REVEALS_UNKNOWN",
            \.loginRevealsUnknown,
            .boolean,
            "whether escape-room's login tells an unknown account (400) from a wrong password (401)"
        ),
        Setting(
            "PORTERO_REQUIRE_VERIFIED_EMAIL",
            \.requiresVerifiedEmail,
            .boolean,
            "whether login needs a verified e-mail"
        ),
        Setting(
            "PORTERO_WORKERS",
            \.workers,
            .integer(1...256),
            standard: "number of cores",
            "event loops"
        ),
        Setting(
            "PORTERO_DB_CONNECTIONS",
            \.databaseConnections,
            .integer(2...64),
            "database connections per event loop"
        ),
        Setting(
            "PORTERO_LOG_FORMAT",
            \.logFormat,
            .choice(),
            standard: "text on a terminal, else json",
            "how log lines are written"
        ),
        Setting("PORTERO_LOG_LEVEL", \.logLevel, .choice(), "the least level that is logged"),
        Setting(
            "PORTERO_METRICS",
            \.metrics,
            .address,
            "listener for `/metrics`, apart from the public ones"
        ),
        Setting(
            "PORTERO_SHUTDOWN_GRACE",
            \.shutdownGrace,
            .duration(.zero ... .minutes(10)),
            "how long requests in flight may take to finish after SIGTERM"
        ),
    ]

    /// Variables that are no settings but belong to one command.
    static let commandVariables = ["PORTERO_ADMIN_PASSWORD"]
}
