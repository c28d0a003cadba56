//! HTML: its text without tags, and patches on that text.
//!
//! A tag between two digits must not hide a number, and a mask must not remove a tag: tags within a replaced range follow
//! the replacement. Character references (`&#51;`) are kept; the engine decodes them. All bytes are accepted: anything
//! that is not a tag is text.

use std::borrow::Cow;

use crate::edit::{Edit, Patch};
use crate::span::Span;
use crate::steps;
use crate::text::{Alignment, BLOCK, ViewSpan};
use crate::wire::Content;

/// Returns the text of `source` without its tags and comments. A tag that starts a new line becomes a line feed.
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

/// What a tag holds beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    /// The attributes of an element.
    Attributes(Span),
    /// The text of a comment, a declaration or an instruction.
    Comment(Span),
}

/// Returns what the tags of `source` that [`text`] leaves out hold beside their names, in order.
pub(crate) fn insides(source: &[u8]) -> impl Iterator<Item = Inside> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += source[at..].iter().position(|b| *b == b'<')?;
            // A style sheet is one tag, which starts with that of its element.
            let Some(len) = tag(&source[at..]) else {
                at += 1;
                continue;
            };
            let own = single_tag(&source[at..]).unwrap_or(len);
            let inside = inside(&source[at..at + own], at);
            at += len;
            if inside.is_some() {
                return inside;
            }
        }
    })
}

/// Returns what the tag that starts at `start` holds beside its name, and where.
fn inside(tag: &[u8], start: usize) -> Option<Inside> {
    let end = tag.len() - 1;
    let is_mark = |byte: &&u8| matches!(byte, b'!' | b'?' | b'-');
    let is_in_name = |byte: &&u8| !byte.is_ascii_whitespace() && **byte != b'/';
    let span = |from: usize, to: usize| (from < to).then(|| Span::new(start + from, start + to));
    match tag[1] {
        b'/' => None,
        b'!' | b'?' => {
            let from = 1 + tag[1..end].iter().take_while(is_mark).count();
            let to = end - tag[from..end].iter().rev().take_while(is_mark).count();
            span(from, to).map(Inside::Comment)
        }
        _ => span(1 + tag[1..end].iter().take_while(is_in_name).count(), end).map(Inside::Attributes),
    }
}

/// Encodes a replacement in a tag or comment.
#[must_use]
pub(crate) fn encode(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Returns where `source`, which continues, can be split without splitting a line: before its last tag that starts a new
/// line.
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

/// Translates a patch on the [`text`] of `source` to a patch on `source`.
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
            // Two findings within one tag.
            Some(last) if edit.span.start < last.span.end => {
                last.span = Span::new(last.span.start, last.span.end.max(edit.span.end));
                last.with.push_str(&edit.with);
            }
            _ => apart.push(edit),
        }
    }
    Patch::new(apart)
}

/// Returns the range of `source` without the tags at its start and end, and the concatenated tags within that range.
fn inner(source: &[u8]) -> (Span, String) {
    steps::add(source.len());
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

/// Returns the length of the tag or comment at the start of `source`. It ends at the first `>` and contains no `<`, so
/// that the search for its end never passes the start of another tag. A style sheet is one tag, with all its rules.
pub(super) fn tag(source: &[u8]) -> Option<usize> {
    let len = single_tag(source)?;
    steps::add(len);
    if !names(&source[..len], &["style"]) || source[1] == b'/' {
        return Some(len);
    }
    // A style sheet contains no `<`.
    let rules = source[len..].iter().position(|b| *b == b'<').unwrap_or(source.len() - len);
    let end = single_tag(&source[len + rules..]).filter(|end| names(&source[len + rules..][..*end], &["style"]));
    Some(end.map_or(len, |end| len + rules + end))
}

fn single_tag(source: &[u8]) -> Option<usize> {
    match source {
        [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?', rest @ ..] => {
            let end = rest.iter().position(|b| matches!(b, b'<' | b'>'));
            steps::add(end.unwrap_or(rest.len()));
            let end = end?;
            (rest[end] == b'>').then_some(end + 3)
        }
        _ => None,
    }
}

fn ends_line(tag: &[u8]) -> bool {
    names(tag, BLOCK)
}

/// Returns whether an opening or closing tag has one of these names.
pub(super) fn names(tag: &[u8], tags: &[&str]) -> bool {
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
    fn tags_and_comments_are_not_text_but_other_angle_brackets_are() {
        assert_eq!(plain("<p>a<i class='x'>b</i></P>c<!-- d -->e"), "\nab\nce");
        assert_eq!(plain("1 < 2 <3 a<b"), "1 < 2 <3 a<b");
        assert_eq!(plain("<<b>x"), "<x");
        assert_eq!(plain("<"), "<");
    }

    #[test]
    fn a_style_sheet_is_not_text() {
        assert_eq!(plain("a<style>[type=password]{color:#123456}</style>b<style>c<b>d</style>e"), "abcde");
        assert_eq!(plain("a<style>b"), "ab");
    }

    #[test]
    fn attributes_and_comments_are_found() {
        let source = "a<img alt='b c'/><br><!-- d -->< e<style media=f>g</style></i h><?i?><a";
        let found: Vec<_> = insides(source.as_bytes())
            .map(|inside| match inside {
                Inside::Attributes(span) => ("attributes", &source[span.range()]),
                Inside::Comment(span) => ("comment", &source[span.range()]),
            })
            .collect();
        let expected =
            [("attributes", " alt='b c'/"), ("comment", " d "), ("attributes", " media=f"), ("comment", "i")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_page_is_split_before_a_tag_that_starts_a_line() {
        assert_eq!(cut(b"<p>a</p><p>b<i>c</i> d"), Some(8));
        assert_eq!(cut(b"<p>a<i>b</i>"), None);
    }

    #[test]
    fn a_replacement_keeps_the_tags_in_its_range() {
        let source = b"<b>37<i>82</i></b> x <u>5</u>";
        let text = text(source);
        assert_eq!(&*text.bytes, b"3782 x 5");
        let edit = |start, end| Edit { span: Span::new(start, end), with: "<*>".into() };
        let patched = patch(source, &text, &Patch::new(vec![edit(0, 4), edit(7, 8)]));
        assert_eq!(patched.apply(source).as_ref(), b"<b>&lt;*><i></i></b> x <u>&lt;*></u>".as_slice());
    }

    #[test]
    fn unclosed_tags_take_linear_time() {
        let source = "<a".repeat(200_000);
        assert_eq!(plain(&source).len(), source.len());
    }
}
