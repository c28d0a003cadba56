//! The report of `redact --report`: JSON with counts, formats, speakers and warnings. It never holds a secret.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::failure::{CliError, Result};
use crate::output;

/// The version of the report's format. Increased if a field is removed or changes its meaning.
const VERSION: u32 = 1;

/// The report of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    version: u32,
    lastfour: &'static str,
    /// Whether no transcript was written.
    pub(crate) dry_run: bool,
    pub(crate) files: Vec<FileReport>,
    /// The number of skipped files in directories, by extension.
    pub(crate) left: BTreeMap<String, u64>,
}

/// What is known about a file.
#[derive(Debug, Serialize, Default)]
pub(crate) struct FileReport {
    pub(crate) file: String,
    pub(crate) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The format, or those of the members of an archive.
    pub(crate) formats: Vec<&'static str>,
    pub(crate) messages: u64,
    pub(crate) speakers: Vec<SpeakerReport>,
    pub(crate) findings: Vec<FindingReport>,
    /// Members of an archive that were not read.
    pub(crate) skipped: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// What is worth knowing but no reason to fail, such as guessed roles.
    pub(crate) notes: Vec<String>,
    /// The path of the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    /// The SHA-256 of the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
}

/// The outcome for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    Changed,
    #[default]
    Unchanged,
    /// An earlier run has written it.
    AlreadyDone,
    Failed,
}

/// The number of messages of a speaker.
#[derive(Debug, Serialize)]
pub(crate) struct SpeakerReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) role: &'static str,
    pub(crate) messages: u64,
}

/// The number of findings of a kind.
#[derive(Debug, Serialize)]
pub(crate) struct FindingReport {
    pub(crate) entity: String,
    pub(crate) kind: lastfour::FindingKind,
    pub(crate) action: &'static str,
    pub(crate) count: u64,
}

impl Report {
    pub(crate) fn new(dry_run: bool, left: BTreeMap<String, u64>) -> Self {
        Self { version: VERSION, lastfour: env!("CARGO_PKG_VERSION"), dry_run, files: Vec::new(), left }
    }

    /// Writes the report to a file.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| CliError::Message(error.to_string()))?;
        json.push(b'\n');
        output::write_file(path, &json)
    }
}
