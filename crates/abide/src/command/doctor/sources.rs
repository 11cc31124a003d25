//! Other people's databases: whether each can be reached, and which version answers. Reads nobody's rows.

use std::time::Duration;

use super::line::Line;
use crate::config::{Config, SourceSection};

const SOURCE: &str = "source";

/// Somebody is waiting for the report.
const PATIENCE: Duration = Duration::from_secs(3);

/// A line for each source of the configuration.
pub async fn examine(config: &Config) -> Vec<Line> {
    let mut lines = Vec::new();
    for section in &config.sources {
        lines.push(examine_one(section).await);
    }
    lines
}

async fn examine_one(section: &SourceSection) -> Line {
    let name = &section.name;
    let mut options = match section.options() {
        Ok(options) => options,
        Err(error) => {
            return Line::error(SOURCE, format!("{error:#}"), "set it, and ask again");
        }
    };
    options.connect_timeout = PATIENCE;
    let asked = match abide_sources::open(&section.url, options) {
        Ok(source) => {
            let version = source.version().await;
            // What comes of closing says nothing of the source.
            drop(source.close().await);
            version
        }
        Err(error) => Err(error),
    };
    match asked {
        Err(error) => Line::error(
            SOURCE,
            error.to_string(),
            format!("look at the section `source {name}` of `abide.kdl` and at that server"),
        ),
        Ok(version) => match &section.map {
            Some(map) if map.exists() => Line::ok(SOURCE, format!("`{name}` answers, {version}")),
            Some(map) => Line::error(
                SOURCE,
                format!(
                    "`{name}` answers, and there is no map at `{}`",
                    map.display()
                ),
                format!(
                    "`abide map propose {name} --out {}` drafts one",
                    map.display()
                ),
            ),
            None => Line::warning(
                SOURCE,
                format!("`{name}` answers, {version}, and has no map"),
                format!(
                    "`abide map propose {name} --out map.kdl` drafts one; name it in the section with `map \"map.kdl\"`"
                ),
            ),
        },
    }
}
