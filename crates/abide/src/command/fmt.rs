//! `abide fmt PATH…`: lays policies out in one way, or with `--check` says which are not.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use abide_policy::diagnostic;
use abide_policy::format::format;
use anyhow::{Context, Result};

use super::Outcome;
use crate::files;
use crate::output::print;

/// Arguments of `abide fmt`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Policy files, or folders of them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change
    #[arg(long)]
    check: bool,
}

/// Runs the command. A file that cannot be read as a policy is left as it is.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let mut clean = true;
    for file in files::read_units(&arguments.paths, files::read_unit)?
        .iter()
        .flatten()
    {
        match format(file) {
            Err(findings) => {
                clean = false;
                print(&diagnostic::render_all(
                    &findings,
                    std::slice::from_ref(file),
                ))?;
            }
            Ok(text) if text == file.text => {}
            Ok(text) => {
                print(&file.path)?;
                if arguments.check {
                    clean = false;
                } else {
                    replace(Path::new(&file.path), &text)?;
                }
            }
        }
    }
    Ok(if clean {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

/// Writes beside the file and then takes its place, so that a crash leaves one whole text or the other.
fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("kdl.new");
    let write = || {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write `{}`", beside.display()))?;
    if let Ok(known) = fs::metadata(path) {
        fs::set_permissions(&beside, known.permissions()).ok();
    }
    fs::rename(&beside, path).with_context(|| format!("cannot replace `{}`", path.display()))
}
