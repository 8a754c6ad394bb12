import Testing

@testable import portero

@Suite("Settings")
struct SettingsTests {
    @Test(
        "What a setting takes becomes its value",
        arguments: [
            (
                "DATABASE_URL", "postgresql://ana:hunter2@a:5432,b/auth?target_session_attrs=read-write",
                "postgresql://ana:‹secret›@a:5432,b/auth?target_session_attrs=read-write"
            ),
            (
                "DATABASE_URL", "postgres:///auth?host=/run/pg&password=hunter2",
                "postgres:///auth?host=/run/pg&password=‹secret›"
            ),
            (
                "DATABASE_URL", "postgresql://[::1]:5433/auth?sslmode=verify-full",
                "postgresql://[::1]:5433/auth?sslmode=verify-full"
            ),
            ("PORTERO_DATA_DIR", "/srv/portero", "/srv/portero"),
            ("PORTERO_LISTEN", "0.0.0.0:80", "0.0.0.0:80"),
            ("PORTERO_LISTEN", "[0::0]:65535", "[::]:65535"),
            ("PORTERO_LISTEN", "localhost:0", "127.0.0.1:0"),
            ("PORTERO_LISTEN", "off", "off"),
            ("PORTERO_METRICS", "off", "off"),
            ("PORTERO_PUBLIC_URL", "HTTPS://Auth.Example.com:443/base/", "https://auth.example.com/base"),
            ("PORTERO_PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
            ("PORTERO_DEFAULT_ORGANIZATION", "casa-del-terror-2", "casa-del-terror-2"),
            ("PORTERO_SELF_REGISTER_ROLES", "Usuario , Game Master", "Usuario,Game Master"),
            ("PORTERO_SELF_REGISTER_ROLES", "", "none"),
            ("PORTERO_ORGANIZATION_DOMAINS", "any", "any"), ("PORTERO_ORGANIZATION_DOMAINS", "none", "none"),
            (
                "PORTERO_ORGANIZATION_DOMAINS", "Booking.example , *.Salas.example,taquilla",
                "booking.example,*.salas.example,taquilla"
            ),
            ("PORTERO_ACCESS_TOKEN_TTL", "1h30m", "90m"),
            ("PORTERO_ACCESS_TOKEN_TTL", "1d", "24h"),
            ("PORTERO_SESIONES_TTL", "48h", "2d"),
            ("PORTERO_REFRESH_GRACE", "0s", "0s"),
            ("PORTERO_JWT_ALGORITHM", "EdDSA", "EdDSA"),
            ("PORTERO_PASSWORD_HASH", "argon2id", "argon2id"),
            ("PORTERO_BCRYPT_COST", "16", "16"),
            (
                "PORTERO_SMTP_URL", "smtp://ana%40x:p%3Aw@Mail.example.com?starttls=required",
                "smtp://‹secret›@mail.example.com:25?starttls=required"
            ),
            ("PORTERO_SMTP_URL", "smtps://mail.example.com", "smtps://mail.example.com:465"),
            ("PORTERO_SMTP_URL", "smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("PORTERO_MAIL_FROM", "no-reply@example.com", "no-reply@example.com"),
            ("PORTERO_MAIL_FROM", "La Casa <hola@example.com>", "La Casa <hola@example.com>"),
            ("PORTERO_MAIL_FROM", #""La \"Casa\"" <hola@example.com>"#, #""La \"Casa\"" <hola@example.com>"#),
            (
                "PORTERO_CORS_ORIGINS", "https://App.example.com, http://localhost:5173",
                "https://app.example.com,http://localhost:5173"
            ),
            ("PORTERO_TRUSTED_PROXIES", "10.0.0.0/8,192.168.1.7,fd00::/8", "10.0.0.0/8,192.168.1.7/32,fd00::/8"),
            ("PORTERO_RATE_LIMIT_PER_MINUTE", "0", "0"),
            ("PORTERO_LOGIN_REVEALS_UNKNOWN", "true", "true"),
            ("PORTERO_LOG_FORMAT", "text", "text"),
            ("PORTERO_LOG_LEVEL", "warning", "warning"),
        ]
    )
    func takes(_ name: String, _ text: String, _ shown: String) throws {
        let environment = Environment(variables: [name: text].merging(complete) { given, _ in given })
        let configuration = try Configuration(reading: environment)
        let setting = try #require(Configuration.settings.first { $0.name == name })
        #expect(setting.show(configuration) == shown)
    }

    @Test(
        "What a setting does not take is refused in one line that names it, what it got and what it takes",
        arguments: [
            ("DATABASE_URL", "mysql://h/d"), ("DATABASE_URL", ""), ("DATABASE_URL", "host=h dbname=d"),
            ("DATABASE_URL", "postgresql://h/d%zz"), ("DATABASE_URL", "postgresql://h/d%00"),
            ("DATABASE_URL", "postgresql://h:port/d"), ("DATABASE_URL", "postgresql://a b/d"),
            ("DATABASE_URL", "postgresql://postgres:postgres@h/d"),
            ("DATABASE_URL", "postgresql://h/d?user=postgres&password=postgres"),
            ("PORTERO_DATA_DIR", ""), ("PORTERO_DATA_DIR", "a\nb"),
            ("PORTERO_SECRET", ""), ("PORTERO_SECRET", "kW8t-R2vX_q1M5zB9cN3pL7yD4fG6hJ"),
            ("PORTERO_SECRET", "kW8tR2vXq1M5zB9cN3pL7yD4fG6hJ0sA,"),
            ("PORTERO_SECRET", "your-secret-key-please-change-it-in-production"),
            ("PORTERO_SECRET", "ChangeMeChangeMeChangeMeChangeMeXY"),
            ("PORTERO_SECRET", "0123456789abcdef0123456789abcdef"),
            ("PORTERO_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ("PORTERO_LISTEN", "8000"), ("PORTERO_LISTEN", "127.0.0.1"), ("PORTERO_LISTEN", "127.0.0.1:65536"),
            ("PORTERO_LISTEN", "127.0.0.1:+80"), ("PORTERO_LISTEN", "::1:80"), ("PORTERO_LISTEN", "example.com:80"),
            ("PORTERO_LISTEN", "256.0.0.1:80"), ("PORTERO_LISTEN", "OFF"), ("PORTERO_LISTEN", "127.0.0.1: 80"),
            ("PORTERO_PUBLIC_URL", "auth.example.com"), ("PORTERO_PUBLIC_URL", "ftp://example.com"),
            ("PORTERO_PUBLIC_URL", "https://example.com?a=1"), ("PORTERO_PUBLIC_URL", "https://example.com#a"),
            ("PORTERO_PUBLIC_URL", "https://u:p@example.com"), ("PORTERO_PUBLIC_URL", "https://"),
            ("PORTERO_PUBLIC_URL", "https://exa mple.com"), ("PORTERO_PUBLIC_URL", "https://1.2.3.999"),
            ("PORTERO_DEFAULT_ORGANIZATION", ""), ("PORTERO_DEFAULT_ORGANIZATION", "Casa"),
            ("PORTERO_DEFAULT_ORGANIZATION", "-casa"), ("PORTERO_DEFAULT_ORGANIZATION", "año"),
            ("PORTERO_SELF_REGISTER_ROLES", "Usuario,,Admin"), ("PORTERO_SELF_REGISTER_ROLES", "a\u{0}b"),
            ("PORTERO_ORGANIZATION_DOMAINS", ""), ("PORTERO_ORGANIZATION_DOMAINS", "*"),
            ("PORTERO_ORGANIZATION_DOMAINS", "Any"), ("PORTERO_ORGANIZATION_DOMAINS", "none,a.example"),
            ("PORTERO_ORGANIZATION_DOMAINS", "a.example,any"), ("PORTERO_ORGANIZATION_DOMAINS", "a.example,"),
            ("PORTERO_ORGANIZATION_DOMAINS", "a.*.example"), ("PORTERO_ORGANIZATION_DOMAINS", "a.example:80"),
            ("PORTERO_ORGANIZATION_DOMAINS", "127.0.0.1"), ("PORTERO_ORGANIZATION_DOMAINS", "https://a.example"),
            ("PORTERO_ACCESS_TOKEN_TTL", "30"), ("PORTERO_ACCESS_TOKEN_TTL", "0s"), ("PORTERO_ACCESS_TOKEN_TTL", "25h"),
            ("PORTERO_ACCESS_TOKEN_TTL", "-5m"), ("PORTERO_ACCESS_TOKEN_TTL", "30m1h"),
            ("PORTERO_ACCESS_TOKEN_TTL", "1.5h"), ("PORTERO_ACCESS_TOKEN_TTL", "m"), ("PORTERO_ACCESS_TOKEN_TTL", ""),
            ("PORTERO_ACCESS_TOKEN_TTL", "99999999999999999999d"), ("PORTERO_ACCESS_TOKEN_TTL", "999999999d"),
            ("PORTERO_ACCESS_TOKEN_TTL", "３０m"), ("PORTERO_ACCESS_TOKEN_TTL", "30M"),
            ("PORTERO_JWT_ALGORITHM", "none"), ("PORTERO_JWT_ALGORITHM", "hs256"),
            ("PORTERO_PASSWORD_HASH", "md5"), ("PORTERO_BCRYPT_COST", "9"), ("PORTERO_BCRYPT_COST", "17"),
            ("PORTERO_BCRYPT_COST", "+11"), ("PORTERO_BCRYPT_COST", " 11"), ("PORTERO_BCRYPT_COST", "0x0b"),
            ("PORTERO_BCRYPT_COST", "99999999999999999999999"), ("PORTERO_BCRYPT_COST", "١١"),
            ("PORTERO_SMTP_URL", "mail.example.com"), ("PORTERO_SMTP_URL", "smtp://"),
            ("PORTERO_SMTP_URL", "smtp://h?starttls=maybe"), ("PORTERO_SMTP_URL", "smtps://h?starttls=required"),
            ("PORTERO_SMTP_URL", "smtp://h/inbox"), ("PORTERO_SMTP_URL", "smtp://ana@h"),
            ("PORTERO_SMTP_URL", "smtp://a%0d%0a:b@h"),
            ("PORTERO_MAIL_FROM", "nobody"), ("PORTERO_MAIL_FROM", "A <a@b>\r\nBcc: c@d"),
            ("PORTERO_MAIL_FROM", "A <a@b> x"), ("PORTERO_MAIL_FROM", "a@b@c"), ("PORTERO_MAIL_FROM", "A \"B\" <a@b>"),
            ("PORTERO_CORS_ORIGINS", "*"), ("PORTERO_CORS_ORIGINS", "https://*.example.com"),
            ("PORTERO_CORS_ORIGINS", "https://a.example.com/"), ("PORTERO_CORS_ORIGINS", "null"),
            ("PORTERO_CORS_ORIGINS", "https://a.example.com https://b.example.com"),
            ("PORTERO_TRUSTED_PROXIES", "10.0.0.1/8"), ("PORTERO_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("PORTERO_TRUSTED_PROXIES", "0.0.0.0/0"), ("PORTERO_TRUSTED_PROXIES", "::/0"),
            ("PORTERO_TRUSTED_PROXIES", "10.0.0"), ("PORTERO_TRUSTED_PROXIES", "fd00::1/64"),
            ("PORTERO_TRUSTED_PROXIES", "proxy"), ("PORTERO_TRUSTED_PROXIES", "::/64"),
            ("PORTERO_TRUSTED_PROXIES", "::ffff:0:0/96"), ("PORTERO_TRUSTED_PROXIES", "10.0.0.0/8/8"),
            ("PORTERO_RATE_LIMIT_PER_MINUTE", "-1"), ("PORTERO_LOGIN_REVEALS_UNKNOWN", "yes"),
            ("PORTERO_LOGIN_REVEALS_UNKNOWN", "1"), ("PORTERO_WORKERS", "0"), ("PORTERO_DB_CONNECTIONS", "1"),
            ("PORTERO_LOG_FORMAT", "xml"), ("PORTERO_LOG_LEVEL", "trace"), ("PORTERO_SHUTDOWN_GRACE", "11m"),
        ]
    )
    func refuses(_ name: String, _ text: String) throws {
        let environment = Environment(variables: [name: text].merging(complete) { given, _ in given })
        let setting = try #require(Configuration.settings.first { $0.name == name })
        let mistake = try #require(mistakes(in: environment).first)
        #expect(mistakes(in: environment).count == 1)
        #expect(mistake.description.hasPrefix("\(name) got "))
        #expect(mistake.description.hasSuffix("; it takes \(setting.takes)"))
        #expect(mistake.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        if setting.isSecret, !setting.takes.contains(text) { #expect(!mistake.description.contains(text)) }
    }

    @Test("Every default is what the setting itself takes, and what a configuration begins with")
    func defaultsAreTaken() throws {
        let configuration = Configuration()
        for setting in Configuration.settings {
            let shown = setting.show(configuration)
            guard shown != "unset" else { continue }
            var read = configuration
            try setting.assign(shown == "none" ? "" : shown, &read)
            #expect(setting.show(read) == shown)
        }
    }

    @Test("No two settings have one name, and none is without a meaning")
    func settingsAreDistinct() {
        #expect(Set(Configuration.settings.map(\.name)).count == Configuration.settings.count)
        #expect(Configuration.settings.allSatisfy { !$0.meaning.isEmpty && !$0.takes.isEmpty })
    }

    /// What DATABASE_URL asks for beside it.
    private let complete = ["PORTERO_SECRET": goodSecret]
}

let goodSecret = "kW8tR2vXq1M5zB9cN3pL7yD4fG6hJ0sA"

func mistakes(in environment: Environment) -> [Mistake] {
    do throws(InvalidConfiguration) {
        _ = try Configuration(reading: environment)
        return []
    } catch {
        return error.mistakes
    }
}
