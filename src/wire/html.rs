//! HTML in a string: its text without the tags, and a patch on that text carried back with the tags kept.
//!
//! A tag between two digits must not hide a number, and a mask must not take a tag away: what a replacement covers of
//! tags stands after it. Character references (`&#51;`) are left as they are; the engine reads them. Nothing is refused:
//! what is no tag is text.
//!
//! # Example
//!
//! ```ignore
//! use lastfour::wire::html;
//! use lastfour::{Edit, Patch, Span};
//! let source = b"it is <b>37</b>82<br>ok";
//! let text = html::text(source);
//! assert_eq!(text.bytes, &b"it is 3782\nok"[..]);
//! let patch = Patch::new(vec![Edit { span: Span::new(6, 10), with: "****".into() }]);
//! assert_eq!(html::patch(source, &text, &patch).apply(source), &b"it is <b>****</b><br>ok"[..]);
//! ```

use std::borrow::Cow;

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::text::{Alignment, BLOCK, ViewSpan};
use crate::wire::Content;

/// The text of `source` without its tags and comments, aligned with it.
#[must_use]
pub(crate) fn text(source: &[u8]) -> Content<'_> {
    if !source.contains(&b'<') {
        return Content::plain(source, 0);
    }
    let mut bytes = Vec::with_capacity(source.len());
    let mut alignment = Alignment::identity();
    let mut at = 0;
    while at < source.len() {
        if let Some(len) = tag(&source[at..]) {
            if ends_line(&source[at..at + len]) {
                bytes.push(b'\n');
                alignment.atomic(1, len);
            } else {
                alignment.atomic(0, len);
            }
            at += len;
        } else {
            let next = source[at + 1..].iter().position(|b| *b == b'<').map_or(source.len(), |n| at + 1 + n);
            bytes.extend_from_slice(&source[at..next]);
            alignment.plain(next - at);
            at = next;
        }
    }
    Content { bytes: Cow::Owned(bytes), alignment, offset: 0 }
}

/// Where `source`, which goes on, may be cut so that no text is cut in two: before its last tag that ends a line.
#[must_use]
pub(crate) fn cut(source: &[u8]) -> Option<usize> {
    let mut end = source.len();
    while let Some(at) = source[..end].iter().rposition(|b| *b == b'<') {
        if at > 0 && tag(&source[at..]).is_some_and(|len| ends_line(&source[at..at + len])) {
            return Some(at);
        }
        end = at;
    }
    None
}

/// The patch on `source` that does what `patch` does to its [`text`].
#[must_use]
pub(crate) fn patch(source: &[u8], text: &Content<'_>, patch: &Patch) -> Patch {
    let edits = patch.edits().iter().map(|edit| {
        let span = text.alignment.source(ViewSpan::new(edit.span.start, edit.span.end));
        let (inner, tags) = inner(&source[span.range()]);
        let with = edit.with.replace('<', "&lt;") + &tags;
        Edit { span: Span::new(span.start + inner.start, span.start + inner.end), with }
    });
    let mut apart: Vec<Edit> = Vec::new();
    for edit in edits {
        match apart.last_mut() {
            // Two findings that meet in one tag.
            Some(last) if edit.span.start < last.span.end => {
                last.span = Span::new(last.span.start, last.span.end.max(edit.span.end));
                last.with.push_str(&edit.with);
            }
            _ => apart.push(edit),
        }
    }
    Patch::new(apart)
}

/// Where the text in `source` starts and ends, and the tags within it, one after the other.
fn inner(source: &[u8]) -> (Span, String) {
    let (mut start, mut end) = (None, 0);
    let mut within = String::new();
    let mut after = String::new();
    let mut at = 0;
    while at < source.len() {
        match tag(&source[at..]) {
            Some(len) => {
                if start.is_some() {
                    after.push_str(&String::from_utf8_lossy(&source[at..at + len]));
                }
                at += len;
            }
            None => {
                start = start.or(Some(at));
                within.push_str(&std::mem::take(&mut after));
                at += 1;
                end = at;
            }
        }
    }
    (Span::new(start.unwrap_or(end), end), within)
}

/// The length of the tag or comment at the start of `source`, if there is one. It ends at the first `>` and holds no
/// `<`, so that looking for its end never passes another's start. A style sheet is a tag up to its end: it says nothing.
fn tag(source: &[u8]) -> Option<usize> {
    let len = single_tag(source)?;
    if !names(&source[..len], &["style"]) || source[1] == b'/' {
        return Some(len);
    }
    // Rules hold no `<`; what does is no style sheet.
    let rules = source[len..].iter().position(|b| *b == b'<').unwrap_or(source.len() - len);
    let end = single_tag(&source[len + rules..]).filter(|end| names(&source[len + rules..][..*end], &["style"]));
    Some(end.map_or(len, |end| len + rules + end))
}

fn single_tag(source: &[u8]) -> Option<usize> {
    match source {
        [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?', rest @ ..] => {
            let end = rest.iter().position(|b| matches!(b, b'<' | b'>'))?;
            (rest[end] == b'>').then_some(end + 3)
        }
        _ => None,
    }
}

fn ends_line(tag: &[u8]) -> bool {
    names(tag, BLOCK)
}

/// Whether a tag, opening or closing, is one of these.
fn names(tag: &[u8], tags: &[&str]) -> bool {
    let name = tag[1..].strip_prefix(b"/").unwrap_or(&tag[1..]);
    let end = name.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
    tags.iter().any(|tag| name[..end].eq_ignore_ascii_case(tag.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(source: &str) -> String {
        String::from_utf8(text(source.as_bytes()).bytes.into_owned()).unwrap()
    }

    #[test]
    fn tags_and_comments_are_no_text_and_what_only_looks_like_one_is() {
        assert_eq!(plain("<p>a<i class='x'>b</i></P>c<!-- d -->e"), "\nab\nce");
        assert_eq!(plain("1 < 2 <3 a<b"), "1 < 2 <3 a<b");
        assert_eq!(plain("<<b>x"), "<x");
        assert_eq!(plain("<"), "<");
    }

    #[test]
    fn a_style_sheet_is_no_text() {
        assert_eq!(plain("a<style>[type=password]{color:#123456}</style>b<style>c<b>d</style>e"), "abcde");
        assert_eq!(plain("a<style>b"), "ab");
    }

    #[test]
    fn a_page_is_cut_before_a_tag_that_ends_a_line() {
        assert_eq!(cut(b"<p>a</p><p>b<i>c</i> d"), Some(8));
        assert_eq!(cut(b"<p>a<i>b</i>"), None);
    }

    #[test]
    fn a_replacement_keeps_the_tags_it_covers() {
        let source = b"<b>37<i>82</i></b> x <u>5</u>";
        let text = text(source);
        assert_eq!(&*text.bytes, b"3782 x 5");
        let edit = |start, end| Edit { span: Span::new(start, end), with: "<*>".into() };
        let patched = patch(source, &text, &Patch::new(vec![edit(0, 4), edit(7, 8)]));
        assert_eq!(patched.apply(source).as_ref(), b"<b>&lt;*><i></i></b> x <u>&lt;*></u>".as_slice());
    }

    #[test]
    fn open_brackets_without_end_cost_no_more_than_their_number() {
        let source = "<a".repeat(200_000);
        assert_eq!(plain(&source).len(), source.len());
    }
}
