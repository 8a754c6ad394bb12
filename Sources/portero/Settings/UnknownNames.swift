extension Configuration {
    /// A mistake for each `PORTERO_…` variable that nothing reads.
    static func unknownNames(in environment: Environment) -> [Mistake] {
        let known = Set((settings.map(\.name) + commandVariables).flatMap { [$0, $0 + "_FILE"] })
        return environment.variables.keys.sorted().compactMap { name in
            guard name.hasPrefix("PORTERO_"), !known.contains(name), !isServiceLink(name) else { return nil }
            let nearest = known.sorted().map { ($0, distance(from: name, to: $0)) }.min { $0.1 < $1.1 }
            guard let (candidate, distance) = nearest, distance <= 4 else {
                return Mistake(name, "is no setting; portero config lists them all")
            }
            return Mistake(name, "is no setting; did you mean \(candidate)?")
        }
    }

    /// Whether Kubernetes made the variable because a service is named portero: `PORTERO_PORT_8000_TCP_ADDR`.
    private static func isServiceLink(_ name: String) -> Bool {
        ["PORTERO_SERVICE_HOST", "PORTERO_PORT"].contains(name)
            || name.hasPrefix("PORTERO_SERVICE_PORT") || name.hasPrefix("PORTERO_PORT_")
    }

    /// How many letters must be put in, left out or changed to make one name of the other.
    private static func distance(from left: String, to right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (index, byte) in left.utf8.enumerated() {
            var previous = row[0]
            row[0] = index + 1
            for column in right.indices {
                let changed = previous + (byte == right[column] ? 0 : 1)
                previous = row[column + 1]
                row[column + 1] = min(changed, previous + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
