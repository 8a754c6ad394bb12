/// Carries the code by which a person shows that an address is theirs.
package struct VerifyEmailMail: MailTemplate {
    package let code: String
    package let minutesValid: Int

    package init(code: String, minutesValid: Int) {
        self.code = code
        self.minutesValid = minutesValid
    }

    package func subject(in language: MailLanguage) -> String {
        switch language {
        case .es: "Confirma tu correo"
        case .en: "Confirm your e-mail address"
        }
    }

    package func body(in language: MailLanguage) -> String {
        switch language {
        case .es:
            """
            ¡Hola!

            Este es tu código para confirmar que este correo es tuyo:

                \(code)

            Vale durante \(minutesValid) minutos. No se lo des a nadie: nunca te lo pediremos.

            ¿No creaste una cuenta? Alguien debió de escribir tu correo por error. No hagas nada: sin el código, \
            nadie puede confirmarlo.
            """
        case .en:
            """
            Hello!

            This is your code to confirm that this address is yours:

                \(code)

            It works for \(minutesValid) minutes. Do not share it with anyone: we will never ask you for it.

            You did not create an account? Somebody probably typed your address by mistake. You can ignore this mail: \
            without the code, nobody can confirm the address.
            """
        }
    }
}
