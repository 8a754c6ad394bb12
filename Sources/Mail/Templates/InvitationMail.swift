package import FoundationEssentials

/// Carries the token by which a person joins an organization.
///
/// Here alone a mail of ours holds words of others, since nobody joins what has no name: the names of the organization and of
/// who invites, each on one line and in quotes, and not in the subject.
package struct InvitationMail: MailTemplate {
    package let token: String
    package let link: String
    package let organization: String
    package let inviter: String
    package let validUntil: Date

    package init(token: String, link: String, organization: String, inviter: String, validUntil: Date) {
        self.token = token
        self.link = link
        self.organization = Self.onOneLine(organization)
        self.inviter = Self.onOneLine(inviter)
        self.validUntil = validUntil
    }

    package func subject(in language: MailLanguage) -> String {
        switch language {
        case .es: "Tienes una invitación"
        case .en: "You have an invitation"
        }
    }

    package func body(in language: MailLanguage) -> String {
        let moment = UTCMoment(validUntil).spelled(in: language)
        switch language {
        case .es:
            return """
                ¡Hola!

                «\(inviter)» te invita a trabajar en «\(organization)». Para aceptar, abre este enlace:

                    \(link)

                Si te piden el código de la invitación, es este:

                    \(token)

                Vale hasta el \(moment) y una sola vez. No se lo des a nadie: quien lo tiene puede entrar en tu nombre.

                ¿No esperabas esta invitación? No hagas nada: sin ti no pasa nada, y caduca sola.
                """
        case .en:
            return """
                Hello!

                "\(inviter)" invites you to work at "\(organization)". To accept, open this link:

                    \(link)

                If you are asked for the invitation's code, this is it:

                    \(token)

                It works until \(moment), and once. Do not share it with anyone: whoever has it can come in as you.

                You did not expect this invitation? You can ignore it: nothing happens without you, and it ends by itself.
                """
        }
    }

    private static func onOneLine(_ name: String) -> String {
        let scalars = name.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars.prefix(200)))
    }
}
