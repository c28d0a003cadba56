//! Builds an event for text that was held back from a piece.

use std::fmt;

use super::framing::Framing;
use crate::chat::{ChatTexts, Continuity};
use crate::edit::{Edit, Patch};
use crate::json::{self, Tree, Value};
use crate::span::Span;

/// An event like that of the piece, reduced to the place of the piece and the values that identify its channel.
pub(super) struct Template {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Shows the number of bytes, never the text.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("len", &(self.before.len() + self.after.len())).finish()
    }
}

impl Template {
    /// Returns the template for value `piece` of `tree`, the data of `event`, or `None` if the shape has no place for
    /// the text.
    pub(super) fn new(
        framing: Framing,
        event: &[u8],
        data: &[u8],
        tree: &Tree<'_>,
        reading: &ChatTexts,
        piece: usize,
    ) -> Option<Self> {
        if let Some(spare) = &reading.spare {
            let other = Tree::parse(spare.document.as_bytes(), MOST_DEPTH).ok()?;
            let place = other.root().at(&spare.pointer)?;
            let parts = framing.parts(event, spare.name.as_bytes());
            return Some(Self::around(&parts, spare.document.as_bytes(), place, &[]));
        }
        let piece = tree.value(piece)?;
        let edits = bare(tree, data, reading, piece);
        Some(Self::around(&framing.parts(event, framing.name(event)), data, piece, &edits))
    }

    fn around([start, feed, end]: &[Vec<u8>; 3], data: &[u8], piece: Value<'_>, edits: &[Edit]) -> Self {
        let place = piece.content();
        let (first, mut second): (Vec<Edit>, Vec<Edit>) =
            edits.iter().cloned().partition(|edit| edit.span.end <= place.start);
        for edit in &mut second {
            edit.span.start -= place.end;
            edit.span.end -= place.end;
        }
        let write = |bytes: &[u8], out: &mut Vec<u8>| {
            for &byte in bytes {
                match byte {
                    b'\n' => out.extend_from_slice(feed),
                    byte => out.push(byte),
                }
            }
        };
        let mut before = start.clone();
        write(&Patch::new(first).apply(&data[..place.start]), &mut before);
        let mut after = Vec::new();
        write(&Patch::new(second).apply(&data[place.end..]), &mut after);
        after.extend_from_slice(end);
        Self { before, after }
    }

    /// Writes an event with `text` in place of the piece.
    pub(super) fn write(&self, text: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.before);
        out.extend_from_slice(json::escape(text).as_bytes());
        out.extend_from_slice(&self.after);
    }
}

/// The maximum depth of the documents of shapes.
const MOST_DEPTH: usize = 64;

/// Returns the edits that reduce a document to `piece`, the values around it, and the scalar values next to those that
/// may be repeated.
fn bare(tree: &Tree<'_>, data: &[u8], reading: &ChatTexts, piece: Value<'_>) -> Vec<Edit> {
    let mut gone: Vec<usize> =
        reading.texts.iter().map(|text| text.value).chain(reading.once.iter().copied()).collect();
    gone.sort_unstable();
    let mut tied: Vec<usize> = reading.tied.iter().map(|tied| tied.value).collect();
    tied.sort_unstable();
    let mut edits = Vec::new();
    let mut at = tree.root();
    while at.index() != piece.index() {
        let members: Vec<Value<'_>> = at.children().collect();
        let next = members.partition_point(|member| member.span().start <= piece.span().start);
        let Some(next) = next.checked_sub(1).map(|at| members[at]) else { break };
        // Whether a member was kept, and the end of the last member, or the position before the first one.
        let (mut kept, mut end) = (false, at.span().start + 1);
        for (n, member) in members.iter().enumerate() {
            let span = member.span();
            let is_tied = tied.binary_search(&member.index()).is_ok();
            let full = member.children().next().is_some() && !is_tied;
            let keep = member.index() == next.index()
                || at.is_object() && !full && gone.binary_search(&member.index()).is_err();
            if keep {
                kept = true;
                end = span.end;
                if is_tied {
                    edits.push(Edit { span, with: "null".into() });
                }
                continue;
            }
            let mut to = span.end;
            if !kept && n + 1 < members.len() {
                to += data[to..].iter().position(|b| *b == b',').map_or(0, |comma| comma + 1);
            }
            edits.push(Edit { span: Span::new(end, to), with: String::new() });
            end = to;
        }
        at = next;
    }
    edits.sort_by_key(|edit| edit.span);
    edits
}

/// Returns whether an object around a piece has two members with the same name. Readers differ in which one they use.
pub(super) fn has_duplicate_keys(tree: &Tree<'_>, reading: &ChatTexts) -> bool {
    let pieces = reading.texts.iter().filter(|text| matches!(text.part, Continuity::Movable(_) | Continuity::Next(_)));
    let mut places: Vec<usize> =
        pieces.filter_map(|text| tree.value(text.value)).map(|value| value.span().start).collect();
    places.sort_unstable();
    let holds = |value: &Value<'_>| {
        let span = value.span();
        places.get(places.partition_point(|place| *place <= span.start)).is_some_and(|place| *place < span.end)
    };
    let mut stack: Vec<Value<'_>> = Some(tree.root()).into_iter().filter(holds).collect();
    while let Some(value) = stack.pop() {
        if value.is_object() {
            let mut keys: Vec<Vec<u8>> =
                value.children().filter_map(|member| Some(member.key()?.to_ascii_lowercase())).collect();
            keys.sort_unstable();
            if keys.windows(2).any(|pair| pair[0] == pair[1]) {
                return true;
            }
        }
        stack.extend(value.children().filter(holds));
    }
    false
}
