//! A folder for the length of a run, below `TMPDIR`: set that to a disk whose syncs are real. Removed when dropped.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder.
pub struct Scratch(PathBuf);

impl Scratch {
    /// # Errors
    /// Says which folder could not be made.
    pub fn new(name: &str) -> Result<Self, String> {
        let folder =
            std::env::temp_dir().join(format!("abide-bench-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .map_err(|error| format!("making `{}`: {error}", folder.display()))?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed stays in the folder for temporary files, where it does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
