//! A finding in a record.

use std::rc::Rc;

use lastfour::{Finding, Role, Span};

/// A finding and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    /// Its bytes in the record.
    pub(crate) span: Span,
    /// The index of its message in the record.
    pub(crate) said: u32,
    /// What is written in its place, if it is masked.
    pub(crate) mask: Option<String>,
    pub(crate) role: Role,
    pub(crate) conversation: Option<Rc<[u8]>>,
    /// It is a further place of a secret that is found in another place of the record, too.
    pub(crate) copy: bool,
    /// The lines of earlier messages with pieces of the same secret that were returned unmasked.
    pub(crate) recall: Vec<u64>,
}
