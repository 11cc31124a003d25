//! Carries plans out over sources: access, erasure, the check and the scan afterwards, certificates, sweeps. Never reads the
//! clock; never says that something is gone without having looked.

mod access;
mod certificate;
mod clean;
mod correct;
mod erase;
mod error;
mod explain;
mod files;
mod hold;
mod lasting;
mod mapped;
mod memory;
mod package;
mod remembered;
mod replay;
pub mod request;
mod residue;
mod scan;
mod step;
mod sweep;
mod undo;

pub use access::access;
pub use certificate::{
    Certificate, FilePart, Grade, KeptPart, LookedPart, ResiduePart, SourcePart, TablePart,
};
pub use clean::Left;
pub use correct::{Writing, Written, Wrote, explain_written, write_values};
pub use erase::{Eraser, Progress};
pub use error::RightsError;
pub use explain::{Explained, count_of, explain};
pub use files::{FileStep, files, files_erased};
pub use mapped::{Keys, Mapped};
pub use package::{Contents, Finished, Handling, Manifest, Package, PackedFile, RowsOf};
pub use replay::{CameBack, came_back};
pub use residue::{Excuses, Needles, Residue, Scanned, Sought, scan};
pub use scan::{Cleared, scan_requests, scan_some};
pub use step::{StepCount, StepEffect};
pub use sweep::{Pace, Swept, sweep};
pub use undo::{Restored, Undone, destroy_capsules, open_capsules, recoverable_until, undo};
