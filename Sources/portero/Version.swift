/// The version of the program, as CHANGELOG.md counts it.
let version = "0.1.0"
