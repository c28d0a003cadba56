//! Errors, with advice if there is any.

use std::fmt;
use std::io;
use std::path::Path;

use crate::wording;

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The reader of the output has closed it. Not reported as an error.
    BrokenPipe,
    /// Any other error, as it is printed.
    Message(String),
}

/// A result whose error is a [`CliError`].
pub(crate) type Result<T> = std::result::Result<T, CliError>;

impl CliError {
    /// Returns the error for a failure to `what` the file at `path`. Secrets in the path are masked.
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::Message(format!("cannot {what} {}: {}", wording::path(path), reason(error)))
    }

    /// Returns the error for a failure to write to standard output.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Message(format!("cannot write to standard output: {}", reason(error))),
        }
    }
}

/// Returns the reason in plain words, with advice if there is any.
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
            Self::BrokenPipe => f.write_str("the output was closed"),
            Self::Message(message) => f.write_str(message),
        }
    }
}
