//! `abide verify FILE`: checks a receipt, a bundle, a checkpoint or a proof against keys that the reader names. Opens no
//! store and no connection.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use abide_ledger::{BUNDLE_FORMAT, KeyRing, Note, Report, Verdict, verify_bundle, verify_file};
use abide_promise::{is_proof, verify_proof};
use anyhow::{Context, Result, bail};

use super::{Format, Outcome};
use crate::output::print;

/// The largest file that is read whole: anything but a bundle, which is read line by line.
const WHOLE_BYTES: u64 = 16 << 20;

/// The longest line of a bundle; its header holds every checkpoint.
const LINE_BYTES: u64 = 256 << 20;

/// Arguments of `abide verify`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Receipts, bundles, checkpoints, proofs or rotation statements
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A key that you trust, `NAME+ID+KEY`, or a file with one a line. `abide keys list` prints those of a log
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// A statement in which a key that you trust names its successor
    #[arg(long, value_name = "FILE")]
    rotation: Vec<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command: clean if all is proven, found if something is refuted, and could-not-run if something is neither.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let ring = ring(arguments)?;
    let mut reports = Vec::new();
    for path in &arguments.files {
        reports.push((path, check(path, &ring)?));
    }
    match arguments.format {
        Format::Text => {
            for (path, report) in &reports {
                print(format!("{}: {report}", path.display()).trim_end())?;
            }
        }
        Format::Json => print(&serde_json::to_string_pretty(&json(&reports))?)?,
    }
    let has = |verdict| {
        reports
            .iter()
            .any(|(_, report)| report.verdict() == verdict)
    };
    if has(Verdict::Refuted) {
        return Ok(Outcome::Found);
    }
    if has(Verdict::Unproven) {
        eprintln!(
            "help: nothing speaks against it, but no key that you named vouches for it; get the log's key from whoever \
             keeps it, by another way than this file, and name it with `--key`"
        );
        return Ok(Outcome::CouldNotRun);
    }
    Ok(Outcome::Clean)
}

fn json(reports: &[(&PathBuf, Report)]) -> Vec<serde_json::Value> {
    let json = |(path, report): &(&PathBuf, Report)| {
        serde_json::json!({
            "path": path.display().to_string(),
            "verdict": report.verdict(),
            "report": report,
        })
    };
    reports.iter().map(json).collect()
}

fn ring(arguments: &Arguments) -> Result<KeyRing> {
    let mut ring = KeyRing::new();
    for key in &arguments.key {
        let text = match Path::new(key) {
            path if path.is_file() => read_text(path)?,
            _ => key.clone(),
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let verifier = line.trim().parse();
            ring.trust(verifier.with_context(|| {
                format!("`{key}` is neither a key, `NAME+ID+KEY`, nor a file with keys")
            })?);
        }
    }
    for path in &arguments.rotation {
        let statement = read_text(path)?;
        Note::parse(&statement)
            .and_then(|note| ring.accept(&note))
            .with_context(|| format!("the successor in `{}` is not accepted", path.display()))?;
    }
    Ok(ring)
}

fn check(path: &Path, ring: &KeyRing) -> Result<Report> {
    let cannot_read = || format!("cannot read `{}`", path.display());
    let mut reader = BufReader::new(File::open(path).with_context(cannot_read)?);
    let start = reader.fill_buf().with_context(cannot_read)?;
    if is_proof(start) {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).with_context(cannot_read)?;
        return Ok(verify_proof(&bytes, ring));
    }
    if !is_bundle(start) {
        return Ok(verify_file(&read_whole(path)?, ring));
    }
    let mut failure = None;
    let lines = std::iter::from_fn(|| {
        read_line(&mut reader).unwrap_or_else(|error| {
            failure = Some(error);
            None
        })
    });
    let report = verify_bundle(lines, ring);
    match failure {
        Some(error) => Err(error).with_context(cannot_read),
        None => Ok(report),
    }
}

/// Whether a file starts like the header of a bundle, which says so in its first bytes.
fn is_bundle(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&start[..start.len().min(256)]);
    start.starts_with('{')
        && start
            .lines()
            .next()
            .is_some_and(|line| line.contains(BUNDLE_FORMAT))
}

fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    reader.by_ref().take(LINE_BYTES).read_line(&mut line)?;
    let ended = line.ends_with('\n');
    if ended {
        line.pop();
    }
    Ok((ended || !line.is_empty()).then_some(line))
}

fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let cannot_read = || format!("cannot read `{}`", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(cannot_read)?;
    file.take(WHOLE_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(cannot_read)?;
    if bytes.len() as u64 > WHOLE_BYTES {
        bail!(
            "`{}` is larger than {} MiB; no receipt, checkpoint or proof is",
            path.display(),
            WHOLE_BYTES >> 20
        );
    }
    Ok(bytes)
}

fn read_text(path: &Path) -> Result<String> {
    let text = String::from_utf8(read_whole(path)?).ok();
    text.with_context(|| format!("`{}` is not text", path.display()))
}
