//! Writes to standard output. A reader that goes away early (`abide … | head`) is no error.

use std::io::{self, Write};

use anyhow::Result;

/// Writes the text and a line end.
pub fn print(text: &str) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
