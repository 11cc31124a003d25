//! The map of our own store, which ships with the program: what we ask of others we do ourselves. Held against the live
//! schema of both engines by a test.

/// The map, as a file.
pub const MAP: &str = include_str!("../../../maps/abide.kdl");
