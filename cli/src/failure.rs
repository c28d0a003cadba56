//! What goes wrong, in words that say what to do.

use std::fmt;
use std::io;
use std::path::Path;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum CliError {
    /// Nobody reads the output any more: that is no failure of ours.
    BrokenPipe,
    /// Anything else, as it is shown.
    Message(String),
}

/// A result with our failures.
pub(crate) type Result<T> = std::result::Result<T, CliError>;

impl CliError {
    /// What to say when `what` could not be done to the file at `path`.
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::Message(format!("cannot {what} {}: {}", path.display(), reason(error)))
    }

    /// What to say when writing to standard output failed.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Message(format!("cannot write to standard output: {}", reason(error))),
        }
    }
}

/// The reason in plain words, with what to do about it where there is anything.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist; check the path".into(),
        io::ErrorKind::PermissionDenied => "no permission; check who may read and write it".into(),
        io::ErrorKind::IsADirectory => "it is a directory".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        io::ErrorKind::UnexpectedEof => "it ends too early; the file is cut off".into(),
        _ => error.to_string(),
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenPipe => f.write_str("nobody reads the output"),
            Self::Message(message) => f.write_str(message),
        }
    }
}
