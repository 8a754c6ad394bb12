import FoundationEssentials

/// Rows below their headings, in columns: one line each, whatever the cells hold.
func table(_ headings: [String], _ rows: [[String]]) -> String {
    aligned([headings] + rows.map { $0.map(onOneLine) })
}

/// Several values as one cell.
func together(_ values: [String]) -> String {
    values.isEmpty ? "-" : values.joined(separator: ",")
}

/// What is written into a terminal can move its cursor and change its title: names get no such say.
private func onOneLine(_ cell: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in cell.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: line.append("\u{fffd}")
        default: line.append(scalar)
        }
    }
    return String(line)
}

extension Date {
    /// As ISO 8601 writes it, in whole seconds.
    var inUTC: String {
        var timestamp = Timestamp()
        timestamp.set(seconds: Int(timeIntervalSince1970.rounded(.down)), milliseconds: 0)
        var text: [UInt8] = []
        timestamp.append(to: &text)
        return String(decoding: text.prefix(19), as: UTF8.self) + "Z"
    }
}
