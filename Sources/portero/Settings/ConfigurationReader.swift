import HTTPServer

/// All mistakes of an environment at once.
struct InvalidConfiguration: Error {
    let mistakes: [Mistake]
}

extension Configuration {
    /// Reads every setting.
    ///
    /// - Throws: every mistake there is, so that nobody mends them one start at a time.
    init(reading environment: Environment) throws(InvalidConfiguration) {
        var mistakes: [Mistake] = []
        self.init()
        for setting in Self.settings {
            do throws(Mistake) {
                guard let (text, source) = try environment.text(of: setting.name) else { continue }
                try setting.assign(text, from: source, to: &self)
            } catch {
                mistakes.append(error)
            }
        }
        mistakes += Self.unknownNames(in: environment)
        mistakes += contradictions(notAbout: Set(mistakes.map(\.variable)))
        guard mistakes.isEmpty else { throw InvalidConfiguration(mistakes: mistakes) }
    }

    /// What no setting can see by itself.
    private func contradictions(notAbout refused: Set<String>) -> [Mistake] {
        var mistakes: [Mistake] = []
        if database != nil, secrets.isEmpty, refused.isDisjoint(with: ["PORTERO_SECRET", "PORTERO_SECRET_FILE"]) {
            mistakes.append(
                Mistake("PORTERO_SECRET", "is required with DATABASE_URL; openssl rand -base64 32 makes one")
            )
        }
        let listeners = [
            ("PORTERO_LISTEN", listen), ("PORTERO_LISTEN_USUARIOS", listenUsuarios), ("PORTERO_METRICS", metrics),
        ]
        for (index, (name, address)) in listeners.enumerated() where address != nil && address?.port != 0 {
            guard let other = listeners[..<index].first(where: { $0.1 == address }), let address else { continue }
            mistakes.append(Mistake(name, "is \(address), and so is \(other.0); each takes an address of its own"))
        }
        return mistakes
    }
}

extension Setting {
    /// Assigns, and words the refusal; what a file holds is not repeated, since it may be the wrong file.
    fileprivate func assign(
        _ text: String,
        from source: Environment.Source,
        to configuration: inout Configuration
    ) throws(Mistake) {
        do throws(Refusal) {
            try assign(text, &configuration)
        } catch {
            let got: String
            switch source {
            case .variable: got = error.instead ?? (isSecret ? "‹secret›" : quoted(text))
            case .file(let path): got = (error.instead.map { "\($0), " } ?? "") + "what \(quoted(path)) holds"
            }
            let reason = error.reason.map { ", \($0)" } ?? ""
            throw Mistake(name, "got \(got)\(reason); it takes \(takes)")
        }
    }
}
