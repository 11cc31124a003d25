//! A disk under a process that can lose what was not made durable, be full, be read-only or fail to sync.
//! What the preloaded `shim.c` journalled is taken back here. Never touches files outside the test's own folder.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chance::Chance;

/// What a power cut takes of the writes that no fsync covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// All of them.
    Everything,
    /// Each sector by chance, in any order, as a disk with a cache may.
    Sectors,
    /// Everything after a moment.
    Tail,
}

/// How the disk misbehaves while a process runs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Full,
    ReadOnly,
    SyncFails,
}

const SECTOR_BYTES: u64 = 512;

/// One folder of a test, and beside it the journal of what happened in it.
pub(crate) struct Disk {
    root: PathBuf,
    shim: PathBuf,
}

/// One call that the shim journalled.
struct Call {
    kind: u8,
    /// The inode of the file, or of the folder for what changes names.
    file: u64,
    offset: u64,
    size_before: u64,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl Disk {
    /// An empty disk for one test.
    pub(crate) fn new(test: &str) -> Self {
        let root = std::env::temp_dir().join(format!("abide-disk-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("files")).unwrap();
        fs::create_dir_all(root.join("journal")).unwrap();
        let disk = Self {
            root: root.canonicalize().unwrap(),
            shim: build_shim(),
        };
        disk.set_fault(Fault::None);
        disk
    }

    /// Where the process under test keeps its files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join("files")
    }

    /// Let `command` run on this disk.
    pub(crate) fn mount(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.shim)
            .env("ABIDE_SHIM_FOLDER", self.folder())
            .env("ABIDE_SHIM_JOURNAL", self.root.join("journal"))
            .env("ABIDE_SHIM_FAULT", self.root.join("fault"));
    }

    /// From the next call on, every running process sees this fault.
    pub(crate) fn set_fault(&self, fault: Fault) {
        let letter = match fault {
            Fault::None => b"-",
            Fault::Full => b"S",
            Fault::ReadOnly => b"R",
            Fault::SyncFails => b"I",
        };
        // In place: running processes have this very file in their memory.
        let path = self.root.join("fault");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        options.open(path).unwrap().write_all(letter).unwrap();
    }

    /// Cut the power after the process has been killed: part of what it never made durable is lost.
    /// Answers how many calls were not durable.
    pub(crate) fn cut_power(&self, loss: Loss, chance: &mut Chance) -> usize {
        let journal = self.root.join("journal");
        let calls = read_journal(&journal.join("log"));
        let lost = forget_data(&self.undurable_data(&calls), self, loss, chance)
            + forget_names(&undurable_names(&calls), &journal, loss, chance);
        fs::remove_dir_all(&journal).unwrap();
        fs::create_dir_all(&journal).unwrap();
        // Shared memory dies with the machine.
        for entry in fs::read_dir(self.folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with("-shm") {
                fs::remove_file(path).unwrap();
            }
        }
        lost
    }

    /// The data calls since the last sync of each file that still exists, in order.
    fn undurable_data<'a>(&self, calls: &'a [Call]) -> BTreeMap<PathBuf, Vec<&'a Call>> {
        let mut open: BTreeMap<u64, Vec<&Call>> = BTreeMap::new();
        for call in calls {
            match call.kind {
                b'S' => drop(open.remove(&call.file)),
                b'W' | b'T' => open.entry(call.file).or_default().push(call),
                _ => {}
            }
        }
        let mut paths = BTreeMap::new();
        find_files(&self.root, &mut paths);
        open.into_iter()
            .filter_map(|(file, calls)| Some((paths.get(&file)?.clone(), calls)))
            .collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A failed test leaves its disk behind to be looked at.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

/// Go back to what was durable, then do again what the disk happened to keep.
fn forget_data(
    open: &BTreeMap<PathBuf, Vec<&Call>>,
    disk: &Disk,
    loss: Loss,
    chance: &mut Chance,
) -> usize {
    let mut count = 0;
    for (path, calls) in open {
        assert!(path.starts_with(&disk.root), "only the test's own files");
        let file = OpenOptions::new().write(true).open(path).unwrap();
        for call in calls.iter().rev() {
            undo(&file, call);
        }
        let kept = match loss {
            Loss::Everything => 0,
            Loss::Sectors => calls.len(),
            Loss::Tail => usize::try_from(chance.below(calls.len() as u64 + 1)).unwrap(),
        };
        for call in &calls[..kept] {
            redo(&file, call, loss, chance);
        }
        count += calls.len();
    }
    count
}

fn undo(file: &File, call: &Call) {
    file.set_len(call.size_before).unwrap();
    file.write_all_at(&call.old, call.offset).unwrap();
}

fn redo(file: &File, call: &Call, loss: Loss, chance: &mut Chance) {
    let keep = |chance: &mut Chance| loss == Loss::Tail || chance.once_in(2);
    if call.kind == b'T' {
        if keep(chance) {
            file.set_len(call.offset).unwrap();
        }
        return;
    }
    let mut at = 0;
    while at < call.new.len() {
        let offset = call.offset + at as u64;
        let room = usize::try_from(SECTOR_BYTES - offset % SECTOR_BYTES).unwrap();
        let end = call.new.len().min(at + room);
        if keep(chance) {
            file.write_all_at(&call.new[at..end], offset).unwrap();
        }
        at = end;
    }
}

/// The calls that changed names since the last sync of their folder, in order.
fn undurable_names(calls: &[Call]) -> Vec<&Call> {
    let mut open: Vec<&Call> = Vec::new();
    for call in calls {
        match call.kind {
            b'D' => open.retain(|before| before.file != call.file),
            b'C' | b'R' | b'U' => open.push(call),
            _ => {}
        }
    }
    open
}

/// File systems keep the order of names, so what is lost is a tail.
fn forget_names(open: &[&Call], journal: &Path, loss: Loss, chance: &mut Chance) -> usize {
    let kept = match loss {
        Loss::Everything => 0,
        Loss::Sectors | Loss::Tail => usize::try_from(chance.below(open.len() as u64 + 1)).unwrap(),
    };
    for call in open[kept..].iter().rev() {
        let old = PathBuf::from(String::from_utf8(call.old.clone()).unwrap());
        let new = PathBuf::from(String::from_utf8(call.new.clone()).unwrap());
        let saved = journal.join(format!("saved-{}", call.offset));
        // The call may not have been made: the process can end between the journal and the file.
        match call.kind {
            b'C' => drop(fs::remove_file(&old)),
            b'R' if new.exists() && !old.exists() => {
                fs::rename(&new, &old).unwrap();
                if call.offset > 0 {
                    fs::rename(saved, new).unwrap();
                }
            }
            b'U' if call.offset > 0 && !old.exists() => fs::rename(saved, old).unwrap(),
            _ => {}
        }
    }
    open.len() - kept
}

fn find_files(folder: &Path, paths: &mut BTreeMap<u64, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let found = entry.metadata().unwrap();
        if found.is_dir() {
            find_files(&entry.path(), paths);
        } else {
            paths.insert(found.ino(), entry.path());
        }
    }
}

/// The journal that `shim.c` writes; a torn tail is a call that was never made.
fn read_journal(path: &Path) -> Vec<Call> {
    let bytes = fs::read(path).unwrap_or_default();
    let mut rest = bytes.as_slice();
    let mut calls = Vec::new();
    while let Some((head, tail)) = rest.split_at_checked(48) {
        let number = |at: usize| u64::from_le_bytes(head[at * 8..][..8].try_into().unwrap());
        let length = |at: usize| usize::try_from(number(at)).unwrap();
        let Some((old, tail)) = tail.split_at_checked(length(4)) else {
            break;
        };
        let Some((new, tail)) = tail.split_at_checked(length(5)) else {
            break;
        };
        calls.push(Call {
            kind: u8::try_from(number(0)).unwrap(),
            file: number(1),
            offset: number(2),
            size_before: number(3),
            old: old.to_vec(),
            new: new.to_vec(),
        });
        rest = tail;
    }
    calls
}

/// Compile the shim once per test run; tests in other processes may do the same at the same time.
fn build_shim() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trouble/shim.c");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let shim = folder.join("shim.so");
    let written = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    if written(&shim).is_some_and(|built| Some(built) > written(&source)) {
        return shim;
    }
    let fresh = folder.join(format!("shim-{}.so", std::process::id()));
    let output = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .args([&fresh, &source])
        .args(["-ldl", "-lpthread"])
        .output()
        .expect("`cc` compiles the shim");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::rename(&fresh, &shim).unwrap();
    shim
}
