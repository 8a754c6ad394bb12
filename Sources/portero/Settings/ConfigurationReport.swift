extension Configuration {
    /// Every setting with its effective value, where that comes from and what it means, in columns.
    func report(for environment: Environment) -> String {
        let rows = Self.settings.map { setting in
            [setting.name, value(of: setting), source(of: setting, in: environment), setting.meaning]
        }
        return aligned([["SETTING", "VALUE", "SOURCE", "MEANING"]] + rows.map { $0.map { $0.filter { $0 != "`" } } })
    }

    /// The table of docs/configuration.md.
    static var documentation: String {
        let rows = settings.map { "| `\($0.name)` | \($0.documentedStandard) | \($0.takes) | \($0.meaning) |" }
        return (["| variable | default | takes | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n") + "\n"
    }

    private func value(of setting: Setting) -> String {
        let text = setting.show(self)
        return text == "unset" ? setting.standard : text
    }

    private func source(of setting: Setting, in environment: Environment) -> String {
        if environment.variables[setting.name] != nil { return "environment" }
        return environment.variables[setting.name + "_FILE"].map { "file \($0)" } ?? "default"
    }
}

extension Setting {
    /// The default, as code where it is a value.
    fileprivate var documentedStandard: String {
        standard.contains(" ") && !standard.contains("<") || standard == "none" ? standard : "`\(standard)`"
    }
}

/// Rows as lines whose columns stand under each other; the last column is as wide as it is.
func aligned(_ rows: [[String]], indentation: String = "") -> String {
    var widths: [Int] = []
    for row in rows {
        for (column, cell) in row.enumerated() {
            if column == widths.count { widths.append(0) }
            widths[column] = max(widths[column], cell.count)
        }
    }
    let lines = rows.map { row in
        let cells = row.enumerated().map { column, cell in
            column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
        }
        return indentation + cells.joined(separator: "  ")
    }
    return lines.map { $0 + "\n" }.joined()
}
