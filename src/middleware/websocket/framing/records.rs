//! Records that are joined or ended by the record separator.

use std::ops::Range;

/// The character between records, which JSON documents do not contain.
pub(crate) const SEPARATOR: u8 = 0x1e;

/// Returns the ranges of the records. A separator at the end ends the last one.
pub(crate) fn records(message: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let end = message.len() - usize::from(message.last() == Some(&SEPARATOR));
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let len = message[start..end].iter().position(|byte| *byte == SEPARATOR);
        next = len.map(|len| start + len + 1);
        Some(start..len.map_or(end, |len| start + len))
    })
}
