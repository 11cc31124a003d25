//! The key file: whether it is there, whole, and closed to others. Never prints a secret.

use super::line::Line;
use crate::config::Config;

const WHAT: &str = "keys";

/// Looks at the key file, or at the environment variable that takes its place.
pub fn examine(config: &Config) -> Line {
    match crate::installation::keys(config) {
        Ok(keys) => Line::ok(
            WHAT,
            format!(
                "{} keys, which only their owner may read",
                keys.list().count()
            ),
        ),
        Err(error) if !config.keys.exists() => Line::error(
            WHAT,
            format!("{error:#}"),
            "`abide serve` makes them at its first start; after a loss, bring the file back from its own backup",
        ),
        Err(error) => Line::error(
            WHAT,
            format!("{error:#}"),
            "the file is as `abide keys init` writes it, with mode 600",
        ),
    }
}
