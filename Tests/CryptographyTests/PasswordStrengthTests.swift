import Cryptography
import Testing

@Suite("Password strength")
struct PasswordStrengthTests {
    @Test(
        "Good passwords pass",
        arguments: [
            "ContraseñaSegura123!", "NuevaContraseñaSegura123!", "Contrasen\u{303}aSegura123!",
            "correct horse battery staple",
            "Tr0ub4dor&3", "xK9#mQ2v", "caballo azul", "пароль надёжный 42", "密码是很长的一句话吧", "🦊🐻🦁🐯🐨🐼🐸🐵",
            "ana.garcia no vive aquí",
            "p" + String(repeating: "áéíóú-", count: 21) + "z",
        ]
    )
    func accepts(password: String) {
        #expect(
            PasswordStrength.guessability(password, context: ["ana.garcia@example.com", "Ana García"]) == .accepted
        )
    }

    @Test(
        "What is soon guessed is refused, with the reason",
        arguments: [
            ("password123", .commonWord), ("P@ssw0rd", .commonWord), ("12345678", .commonWord),
            ("qwertyuiop", .commonWord), ("aaaaaaaa", .repetition), ("iloveyou", .commonWord),
            ("letmein1", .commonWord), ("abcdefghijkl", .sequence), ("football", .commonWord),
            ("trustno1", .commonWord), ("1q2w3e4r", .commonWord), ("Admin123!", .commonWord),
            ("password", .commonWord), ("sunshine", .commonWord), ("princess", .commonWord),
            ("contraseña123", .commonWord), ("Contrasen\u{303}a2024!", .commonWord), ("¡tequiero!", .commonWord),
            ("abcabcabcabc", .repetition), ("19891231", .date), ("zxcvbnm,./", .keyboardRow),
        ] as [(String, GuessablePattern)]
    )
    func refuses(password: String, pattern: GuessablePattern) {
        #expect(PasswordStrength.guessability(password) == .refused(.tooGuessable(pattern)))
    }

    @Test(
        "The person's own words are refused, however they are dressed",
        arguments: [
            "ana.garcia", "Ana.Garcia1", "anagarcia", "AnaGarcia2024", "garcia.ana", "4na.g4rcia", "escuelas1",
            "Sala Escape 1",
            "xk9mq2vz81",
        ]
    )
    func refusesContext(password: String) {
        let context = ["ana.garcia@example.com", "Ana García", "Escuelas", "Sala Escape", "xk9mq2vz81@example.com"]
        #expect(PasswordStrength.guessability(password, context: context) == .refused(.containsPersonal))
    }

    @Test(
        "Accents, other alphabets' letters and saying it twice do not make a weak password strong",
        arguments: [
            "España2024", "Ñandú123", "pässwörd1", "áéíóúáéí", "🦀🦀🦀🦀🦀🦀🦀🦀", "Aa1!Aa1!", "ｐａｓｓｗｏｒｄ", "𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝",
            "contrasen\u{303}\u{301}a1",
        ]
    )
    func disguises(password: String) {
        #expect(PasswordStrength.guessability(password) != .accepted)
    }

    @Test("The e-mail's domain is nobody's own")
    func ignoresDomain() {
        #expect(PasswordStrength.guessability("melocotonero-7", context: ["a@melocotonero-7"]) == .accepted)
    }

    @Test(
        "Length counts in composed code points, up to 128 and 512 bytes",
        arguments: [
            ("xK9#mQ2", .tooShort), ("", .tooShort), ("n\u{303}n\u{303}n\u{303}n\u{303}", .tooShort),
            (String(repeating: "xK9#mQ2v", count: 17), .tooLong), (String(repeating: "a", count: 1_000_000), .tooLong),
            (String(repeating: "a\u{301}\u{302}\u{303}\u{304}\u{305}", count: 60), .tooLong),
        ] as [(String, PasswordWeakness)]
    )
    func lengths(password: String, weakness: PasswordWeakness) {
        #expect(PasswordStrength.guessability(password) == .refused(weakness))
    }

    @Test("128 characters of four bytes are taken")
    func longest() {
        let animals = ["🦊", "🐻", "🦁", "🐯", "🐨", "🐼", "🐸", "🐵", "🐧", "🐦", "🦄"]
        let password = (0..<128).map { animals[$0 * $0 % animals.count] }.joined()
        #expect(PasswordStrength.guessability(password) == .accepted)
        #expect(PasswordStrength.guessability(password + "x") == .refused(.tooLong))
    }

    @Test("No input takes long, not even the worst")
    func worstCases() {
        let clock = ContinuousClock()
        let worst = [
            String(repeating: "a", count: 128), String(repeating: "4a", count: 64), String(repeating: "1@!", count: 42),
            String(repeating: "passwordlove", count: 10), String(repeating: "\u{10FFFF}", count: 128),
        ]
        let context = (0..<30).map { "\($0)" + String(repeating: "a", count: 60) }
        let elapsed = clock.measure {
            for password in worst { _ = PasswordStrength.guessability(password, context: context) }
        }
        #expect(elapsed < .seconds(2), "some 10 ms in all on a quiet machine")
    }

    @Test("Odd context does no harm")
    func oddContext() {
        let context = ["", "@", "@@@@", "\0\0\0\0", "a", String(repeating: "x", count: 100_000), "...", "ñ\0ñ"]
        #expect(PasswordStrength.guessability("xK9#mQ2v", context: context) == .accepted)
        #expect(PasswordStrength.guessability("abcdefgh\0xyz", context: context) != .accepted)
    }
}
