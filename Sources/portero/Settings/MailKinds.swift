import Mail

extension SettingKind where Value == SMTPServer? {
    static let mailServer = SettingKind(
        takes: "smtp://host, smtps://host or smtp://host?starttls=required, with user:password@ before the host",
        isSecret: true
    ) { text throws(Refusal) in
        do {
            return try SMTPServer(url: text)
        } catch {
            throw Refusal(reason: "which \(error)")
        }
    } show: {
        $0?.description ?? "unset"
    }
}

extension SettingKind where Value == MailAddress {
    static let mailAddress = SettingKind(takes: "an e-mail address, or Name <address>") { text throws(Refusal) in
        do {
            return try MailAddress(parsing: text)
        } catch {
            throw Refusal()
        }
    } show: {
        $0.description
    }
}
