extension ArraySlice<UInt8> {
    /// Without the spaces and tabs at both ends.
    package var trimmingSpaces: ArraySlice<UInt8> {
        var trimmed = self
        while let first = trimmed.first, first == 0x20 || first == 0x09 { trimmed = trimmed.dropFirst() }
        while let last = trimmed.last, last == 0x20 || last == 0x09 { trimmed = trimmed.dropLast() }
        return trimmed
    }
}
