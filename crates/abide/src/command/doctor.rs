//! `abide doctor`: looks at everything the server stands on, and says of each whether it is well and what to do.
//! Changes nothing.

mod certificate;
mod disk;
mod key_file;
mod line;
mod mail;
mod records;
mod sources;
mod tls;

use anyhow::Result;

use self::line::{Grade, Line};
use super::{Format, Outcome};
use crate::clock;
use crate::installation::{Place, runtime};
use crate::output::print;

/// Arguments of `abide doctor`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command: found if a line is an error.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let lines = runtime()?.block_on(examine(&arguments.place));
    match arguments.format {
        Format::Text => print(line::render(&lines).trim_end())?,
        Format::Json => print(&serde_json::to_string_pretty(&lines)?)?,
    }
    Ok(if lines.iter().any(|line| line.grade == Grade::Error) {
        Outcome::Found
    } else {
        Outcome::Clean
    })
}

async fn examine(place: &Place) -> Vec<Line> {
    let config = match place.config() {
        Ok(config) => config,
        Err(error) => {
            return vec![Line::error(
                "configuration",
                format!("{error:#}"),
                "mend the file and ask again",
            )];
        }
    };
    let now = clock::now();
    let told = match &config.path {
        Some(path) => format!("`{}` can be read", path.display()),
        None => "there is no `abide.kdl` in this folder, so that every setting is as it comes; `--config` names another"
            .to_owned(),
    };
    let mut lines = vec![Line::ok("configuration", told)];
    lines.push(key_file::examine(&config));
    lines.extend(disk::examine(&config));
    lines.push(tls::examine(&config, now));
    lines.extend(records::examine(&config, now).await);
    lines.extend(mail::examine(&config).await);
    lines.extend(sources::examine(&config).await);
    lines
}
