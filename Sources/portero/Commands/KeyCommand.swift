extension Command {
    static let keyRotate = Command(
        name: "key rotate",
        summary: "puts a fresh secret before those that every key is derived from",
        discussion: """
            In the file that PORTERO_SECRET_FILE names, or in the data directory; of a PORTERO_SECRET in the environment it
            prints the line to set, and changes nothing. At most three are kept. What older ones made stays valid until
            it expires; servers take the new one up when they are restarted.
            """
    ) { _, program in
        let configuration = try Configuration(reading: program.environment)
        switch try program.environment.text(of: "PORTERO_SECRET") {
        case (let text, .variable)?:
            let secrets = try listed(text)
            program.console.write("PORTERO_SECRET=\(rotated(secrets).joined(separator: ","))\n")
            program.console.say("nothing has changed yet: set this where the servers' environment comes from")
            program.announceRotation(of: secrets.count)
        case (_, .file(let path))?:
            try program.rotate(SecretFile(path))
        case nil:
            let directory = try DataDirectory(creating: configuration.dataDirectory)
            _ = try directory.secrets()
            try program.rotate(SecretFile(directory.secretPath))
        }
        return 0
    }
}

extension Program {
    fileprivate func rotate(_ file: SecretFile) throws(Failure) {
        let count = try file.rotate()
        console.write("put a new secret before \(min(count, SecretFile.capacity - 1)) older in \(file.path)\n")
        announceRotation(of: count)
    }

    /// Says what is left to do after a rotation of so many secrets.
    fileprivate func announceRotation(of count: Int) {
        console.say("restart the servers: they sign with the new secret then, and verify with the older ones too")
        if count >= SecretFile.capacity {
            console.say("the oldest was left out: tokens from its time are refused after the restart")
        }
    }
}
