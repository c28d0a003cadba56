//! Turns a detection into an edit of the source.

use crate::edit::Edit;
use crate::judge::Detection;
use crate::mask;
use crate::policy::{MaskStyle, Policy};
use crate::span::Span;
use crate::text::{View, modifies};

/// Returns the edit that masks a detection.
///
/// Stars replace each letter and digit, and separators stay. Number words and disguised digits take their plain form
/// first. A `part` of a secret shows no digit.
pub(crate) fn cover(policy: &Policy, source: &[u8], view: &View<'_>, judged: &Detection) -> Edit {
    let Detection { span, entity, part, expiry, .. } = *judged;
    let mut whole = view.source(span);
    // What the view drops behind the secret stays there, such as the end of a color of a terminal or a zero-width space,
    // unless it belongs to the last character, as an accent does.
    let last = view.alignment().pieces(span).last().map_or(whole.end, |(_, from, _)| from.end);
    if source.get(last..whole.end).is_some_and(|rest| !modifies(rest)) {
        whole = Span::new(whole.start, last);
    }
    if expiry && policy.style() != MaskStyle::Stars {
        return Edit { span: whole, with: mask::EXPIRY.to_owned() };
    }
    let plain = String::from_utf8_lossy(&view.text()[span.start..span.end]);
    // The label of a part shows no digit.
    let told = if part && policy.style() == MaskStyle::Label { "" } else { &*plain };
    if let Some(with) = policy.replacement(entity, told) {
        return Edit { span: whole, with };
    }
    let count = mask::count(&plain);
    let shown_from = if part { count } else { count - policy.reveal(entity, count) };
    let mut with = Vec::with_capacity(whole.len());
    let mut seen = 0;
    for (shown, from, atomic) in view.alignment().pieces(span) {
        let piece = &view.text()[shown.start..shown.end];
        if atomic && !piece.iter().any(u8::is_ascii_alphanumeric) {
            // A separator of several bytes stays. Invisible characters are removed, but not tags and the colors of a
            // terminal, because they come in pairs.
            if !piece.is_empty() || matches!(source[from.start], b'<' | b'\x1b') {
                with.extend_from_slice(&source[from.range()]);
            }
            continue;
        }
        for byte in piece {
            if byte.is_ascii_alphanumeric() {
                with.push(if seen < shown_from { b'*' } else { *byte });
                seen += 1;
            } else {
                with.push(*byte);
            }
        }
    }
    Edit { span: whole, with: String::from_utf8_lossy(&with).into_owned() }
}
