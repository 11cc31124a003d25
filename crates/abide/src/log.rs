//! Where log lines go and what they look like. What may stand in one is the business of whoever writes it: a route, a
//! count, an id of ours; never a value that a caller sent.

use anyhow::{Context, Result};
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Log, LogFormat};

/// Writes log lines to standard error from here on. The level of the settings holds for us; of libraries only warnings
/// are written.
pub fn install(log: &Log) -> Result<()> {
    let subscriber = subscriber(log, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber)
        .context("cannot start logging twice in one process")
}

/// What turns events into lines for a writer.
pub fn subscriber<W>(log: &Log, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(format!("warn,abide={0},abide_store={0}", log.level))
        .with_context(|| format!("`{}` is no level of logging", log.level))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer);
    Ok(match log.format {
        LogFormat::Text => Box::new(lines.finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    })
}
