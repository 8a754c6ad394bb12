/// How large a JSON text may get in the ways that its length in bytes does not bound well.
package struct JSONLimits: Sendable {
    /// Arrays and objects within one another.
    package var depth: Int

    /// Values in all, however nested; the names of members do not count.
    package var values: Int

    package init(depth: Int = 32, values: Int = 16_384) {
        self.depth = depth
        self.values = values
    }
}
