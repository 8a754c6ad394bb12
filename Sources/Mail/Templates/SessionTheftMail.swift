/// Tells a person that a session was ended because a refresh token that had already been used came back.
package struct SessionTheftMail: MailTemplate {
    package init() {}

    package func subject(in language: MailLanguage) -> String {
        switch language {
        case .es: "Cerramos una sesión de tu cuenta"
        case .en: "We ended a session of your account"
        }
    }

    package func body(in language: MailLanguage) -> String {
        switch language {
        case .es:
            """
            ¡Hola!

            Vimos señales de que alguien pudo copiar una sesión abierta de tu cuenta: la misma llave se usó dos \
            veces. Por eso la cerramos. Tus otras sesiones siguen abiertas.

            Si quieres seguir usando la cuenta en ese dispositivo, inicia sesión otra vez.

            Si en los últimos días usaste un ordenador que no es tuyo o instalaste algo de lo que no te fías, cambia \
            también tu contraseña: así se cierran todas tus sesiones.
            """
        case .en:
            """
            Hello!

            We saw signs that somebody may have copied an open session of your account: the same key was used twice. \
            So we ended it. Your other sessions stay open.

            To go on using your account on that device, log in again.

            If in the last few days you used a computer that is not yours, or installed something that you do not \
            trust, change your password as well: that ends all your sessions.
            """
        }
    }
}
