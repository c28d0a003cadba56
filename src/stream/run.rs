//! Finds a place to cut a full buffer, and the runs of digits that must not be cut.

use std::ops::Range;

use crate::detect::Document;
use crate::detect::token::{Kind, Token};
use crate::text::{View, ViewSpan};

/// The maximum number of marks between two groups of digits of one run.
const REACH: usize = 64;

/// A position at which to cut.
pub(super) struct Place {
    /// The position in the text.
    pub(super) source: usize,
    /// The position in its view.
    pub(super) view: usize,
    /// The place is inside a run of digits.
    pub(super) in_run: bool,
}

/// Returns the first byte of the view that stands for nothing before byte `at` of the source.
pub(super) fn view_at(view: &View<'_>, at: usize) -> usize {
    let (mut low, mut high) = (0, view.text().len());
    while low < high {
        let middle = low.midpoint(high);
        if view.source(ViewSpan::new(middle, middle + 1)).start < at {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Returns the best place to cut the text held from `start`: in the second half, but with text after it in view; after a
/// sentence rather than in it, between words rather than marks, and never inside a run of digits if there is another place.
pub(super) fn cut(page: &Document<'_>, text: &[u8], start: usize) -> Place {
    let held = text.len() - start;
    let (low, high) = (start + held / 2, start + held / 8 * 7);
    let tokens = &page.reading.tokens;
    let starts_at =
        |token: &Token| page.view.source(ViewSpan::new(token.start as usize, token.start as usize + 1)).start;
    let (first, end) =
        (tokens.partition_point(|t| starts_at(t) < low), tokens.partition_point(|t| starts_at(t) <= high));
    let best = (first.max(1)..end)
        .filter(|&at| !(joins(&tokens[at - 1]) && joins(&tokens[at]) && run_around(tokens, at)))
        .max_by_key(|&at| {
            let sentence = tokens[at - 1].kind == Kind::Newline || page.reading.ends_sentence(at - 1);
            (sentence, tokens[at].spaced, at)
        });
    if let Some(at) = best {
        return Place { source: starts_at(&tokens[at]), view: tokens[at].start as usize, in_run: false };
    }
    // Inside a word, a run of digits or a run of blanks.
    let mut source = high;
    let at = view_at(page.view, high);
    if at < page.view.text().len() {
        source = page.view.source(ViewSpan::new(at, at + 1)).start.min(text.len());
    }
    while source > low && text.get(source).is_some_and(|b| b & 0xC0 == 0x80) {
        source -= 1;
    }
    let view = view_at(page.view, source);
    let token = tokens.partition_point(|t| (t.end as usize) <= view);
    let inside = tokens.get(token).is_some_and(|t| (t.start as usize) < view);
    let in_run = if inside {
        tokens[token].kind == Kind::Digits
    } else {
        token > 0 && joins(&tokens[token - 1]) && tokens.get(token).is_none_or(joins) && run_around(tokens, token)
    };
    Place { source, view, in_run }
}

/// Returns whether a token may be inside a run of digits.
fn joins(token: &Token) -> bool {
    match token.kind {
        Kind::Digits => true,
        Kind::Mark(mark) => !matches!(mark, b',' | b';'),
        _ => false,
    }
}

/// Returns whether the run around the boundary before token `at` has digits on both sides, or on its left if `at` is the
/// end.
fn run_around(tokens: &[Token], at: usize) -> bool {
    let digits = |tokens: &mut dyn Iterator<Item = &Token>| {
        tokens.take_while(|t| joins(t)).take(REACH).any(|t| t.kind == Kind::Digits)
    };
    digits(&mut tokens[..at].iter().rev()) && (at == tokens.len() || digits(&mut tokens[at..].iter()))
}

/// Returns the digits at the start of the part `from..to` of the view that continue a run before it, with letters joined to
/// them at the boundary.
pub(super) fn head(page: &Document<'_>, from: usize, to: usize) -> Option<ViewSpan> {
    let tokens = &page.reading.tokens;
    let first = tokens.partition_point(|t| (t.end as usize) <= from);
    if let Some(token) = tokens.get(first).filter(|t| t.kind == Kind::Mixed && (t.start as usize) < from) {
        return Some(ViewSpan::new(from, to.min(token.end as usize)));
    }
    let run = tokens[first..].iter().take_while(|t| joins(t) && (t.start as usize) < to).count();
    span(&tokens[first..first + run], from..to)
}

/// Returns the digits at the end of the part `from..to` of the view.
pub(super) fn tail(page: &Document<'_>, from: usize, to: usize) -> Option<ViewSpan> {
    let tokens = &page.reading.tokens;
    let end = tokens.partition_point(|t| (t.start as usize) < to);
    let run = tokens[..end].iter().rev().take_while(|t| joins(t) && (t.end as usize) > from).count();
    span(&tokens[end - run..end], from..to)
}

/// Returns the span from the first to the last digits among the tokens, inside the part.
fn span(tokens: &[Token], part: Range<usize>) -> Option<ViewSpan> {
    let digits = || tokens.iter().filter(|t| t.kind == Kind::Digits);
    let (first, last) = (digits().next()?, digits().next_back()?);
    let (start, end) = ((first.start as usize).max(part.start), (last.end as usize).min(part.end));
    (start < end).then(|| ViewSpan::new(start, end))
}
