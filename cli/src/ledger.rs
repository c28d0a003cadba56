//! The record of a run with `--output`, from which `--resume` knows which files are done.
//!
//! It is in the output directory and has a line of JSON for each file that was written. It contains no hash of an
//! original, because a short secret could be guessed from one. An original is identified by its size and times.

use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::failure::{CliError, Result};
use crate::input::LEDGER;
use crate::output::hash_of;

/// The record of written files.
pub(crate) struct Ledger {
    root: PathBuf,
    /// A hash of all settings that affect the output.
    settings: String,
    /// The entries of earlier runs by file. The latest one counts.
    known: HashMap<String, Entry>,
    /// The file to which entries are appended; opened with the first entry.
    file: Option<File>,
}

/// A file that was written.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// The path relative to the output directory.
    file: String,
    original: Original,
    settings: String,
    sha256: String,
}

/// The attributes by which a change of an original is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Original {
    size: u64,
    /// Nanoseconds since the epoch.
    modified: u128,
    /// The time at which it, its name or its permissions were changed: seconds, nanoseconds, and the inode number.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<(i64, i64, u64)>,
}

impl Original {
    /// Reads the attributes of a file. Call it before the file is read.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let modified = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some(Self { size: meta.len(), modified, changed: changed(&meta) })
    }
}

#[cfg(unix)]
fn changed(meta: &Metadata) -> Option<(i64, i64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((meta.ctime(), meta.ctime_nsec(), meta.ino()))
}

#[cfg(not(unix))]
fn changed(_meta: &Metadata) -> Option<(i64, i64, u64)> {
    None
}

impl Ledger {
    /// Reads the record in the directory `root`, if there is one. `settings` is a hash of everything that affects the
    /// output.
    pub(crate) fn open(root: &Path, settings: String) -> Self {
        let text = fs::read_to_string(root.join(LEDGER)).unwrap_or_default();
        // An invalid line was cut off when the run was stopped. Its file is processed again.
        let entries = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let known = entries.map(|entry| (entry.file.clone(), entry)).collect();
        Self { root: root.to_path_buf(), settings, known, file: None }
    }

    /// Returns whether an earlier run with the same settings has written the file at `target` from `path`, and neither
    /// was changed since.
    pub(crate) fn is_done(&self, target: &Path, path: &Path) -> bool {
        let entry = self.key(target).and_then(|key| self.known.get(key));
        entry.is_some_and(|entry| {
            entry.settings == self.settings
                && Original::of(path).as_ref() == Some(&entry.original)
                && hash_of(target).is_ok_and(|hash| hash == entry.sha256)
        })
    }

    /// Adds the file at `target`, which was just written.
    pub(crate) fn add(&mut self, target: &Path, original: Original, sha256: String) -> Result<()> {
        let Some(file) = self.key(target).map(str::to_owned) else { return Ok(()) };
        let entry = Entry { file, original, settings: self.settings.clone(), sha256 };
        let path = self.root.join(LEDGER);
        let fail = |error| CliError::file("write", &path, &error);
        let mut line = serde_json::to_vec(&entry).map_err(|error| fail(error.into()))?;
        line.push(b'\n');
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?;
                // Ends a line that was cut off.
                file.write_all(b"\n").map_err(fail)?;
                self.file.insert(file)
            }
        };
        file.write_all(&line).map_err(fail)
    }

    /// Returns the key of a file, or `None` if its path is not UTF-8, so that it is always written again.
    fn key<'a>(&self, target: &'a Path) -> Option<&'a str> {
        target.strip_prefix(&self.root).ok()?.to_str()
    }
}
