//! Finds the bounds of a value: a run without spaces, or a quotation.

use crate::detect::token::{Kind, Token, TokenizedText};

use crate::mask;

use super::LONGEST;

/// Returns the value at `at`: the quotation, or the chunk.
pub(crate) fn value_at(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let at = behind_tags(reading, at);
    let token = tokens.get(at)?;
    if is_quoted(reading, at) {
        let mark = token.kind;
        let close = (at + 2..tokens.len().min(at + 40))
            .find(|&i| tokens[i].kind == mark && tokens.get(i + 1).is_none_or(|n| n.spaced || n.kind != Kind::Word))?;
        let bytes = tokens[close - 1].end - tokens[at + 1].start;
        // Masks of an earlier redaction stay as they are.
        let whole = !tokens[at + 1..close].iter().any(|t| matches!(t.kind, Kind::Newline | Kind::Masked));
        return (bytes as usize <= LONGEST && whole).then_some((at + 1, close - 1));
    }
    if token.kind == Kind::Newline {
        return None;
    }
    let (first, last) = chunk(reading, at)?;
    let at = at.max(first);
    // After "password=" in a query string or in a tag, the value ends where the next field begins.
    let glued = at > 0 && !token.spaced && is_mark(&tokens[at - 1], b"=>");
    let last =
        if glued { (at..=last).find(|&i| is_mark(&tokens[i], b"&<;") && i > at).map_or(last, |i| i - 1) } else { last };
    let last = (at + 1..=last).find(|&i| tag_end(reading, i).is_some()).map_or(last, |tag| tag - 1);
    (at <= last).then(|| trim(reading, at, last))?
}

/// The maximum number of tokens of a tag.
const LONGEST_TAG: usize = 24;

/// The tags whose text may be a password.
const TAGS: [&[u8]; 16] = [
    b"b", b"i", b"u", b"a", b"p", b"em", b"br", b"td", b"li", b"div", b"tr", b"strong", b"span", b"code", b"font",
    b"mark",
];

/// Returns the last token of the HTML tag that starts at `at`.
fn tag_end(reading: &TokenizedText<'_>, at: usize) -> Option<usize> {
    let tokens = &reading.tokens;
    tokens.get(at).filter(|t| t.is(b'<'))?;
    let closes = tokens.get(at + 1).is_some_and(|t| t.is(b'/') && !t.spaced);
    let name = tokens.get(at + 1 + usize::from(closes)).filter(|t| t.is_text() && !t.spaced)?;
    let known = TAGS.iter().any(|tag| reading.bytes(name).eq_ignore_ascii_case(tag));
    (closes || known).then_some(())?;
    let end =
        (at + 2..tokens.len().min(at + LONGEST_TAG)).find(|&i| matches!(tokens[i].kind, Kind::Mark(b'>' | b'<')))?;
    tokens[end].is(b'>').then_some(end)
}

/// Returns the first token after the HTML tags that open at `at`.
fn behind_tags(reading: &TokenizedText<'_>, mut at: usize) -> usize {
    for _ in 0..4 {
        match tag_end(reading, at) {
            Some(end) => at = end + 1,
            None => break,
        }
    }
    at
}

/// Returns the run without spaces around a token, without the punctuation that belongs to the sentence.
pub(crate) fn chunk(reading: &TokenizedText<'_>, at: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    tokens.get(at)?;
    let mut first = at;
    while first > 0 && !tokens[first].spaced && tokens[first - 1].kind != Kind::Newline && at - first < 40 {
        first -= 1;
    }
    let mut last = at;
    while tokens.get(last + 1).is_some_and(|t| !t.spaced && t.kind != Kind::Newline) && last - first < 48 {
        last += 1;
    }
    if tokens[at].kind == Kind::Newline {
        return None;
    }
    trim(reading, first, last)
}

/// Trims quotation marks, brackets and sentence marks from both ends.
fn trim(reading: &TokenizedText<'_>, mut first: usize, mut last: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    // Markdown emphasis: `**X**`.
    while last - first >= 2 && tokens[first].is(b'*') && tokens[last].is(b'*') {
        (first, last) = (first + 1, last - 1);
    }
    // The emphasis continues after this chunk: `**X of the house**`.
    while first < last && tokens[first].is(b'*') {
        first += 1;
    }
    while first < last && is_mark(&tokens[first], b"\"'`([{<,;:=>!?") {
        first += 1;
    }
    while first < last {
        let token = &tokens[last];
        // One exclamation mark may belong to the password; three do not.
        let three =
            is_mark(token, b"!") && last >= 2 && is_mark(&tokens[last - 1], b"!") && is_mark(&tokens[last - 2], b"!");
        if is_mark(token, b".,;:?\"'`)]}>") || three || token.kind == Kind::Other {
            last -= 1;
            if three {
                while last > first && is_mark(&tokens[last], b"!") {
                    last -= 1;
                }
            }
        } else {
            break;
        }
    }
    // Masks of an earlier redaction stay as they are.
    let masked = tokens[first..=last].iter().any(|t| t.kind == Kind::Masked);
    let bytes = tokens[last].end - tokens[first].start;
    let text = &reading.text[tokens[first].start as usize..tokens[last].end as usize];
    let alone = first == last && matches!(tokens[first].kind, Kind::Mark(_) | Kind::Newline);
    let fits = bytes as usize <= LONGEST && !alone && !masked && !is_placeholder(text);
    fits.then_some((first, last))
}

/// Returns the quotation that ends at `close`.
pub(super) fn quoted_before(reading: &TokenizedText<'_>, close: usize) -> Option<(usize, usize)> {
    let tokens = &reading.tokens;
    let open =
        (close.saturating_sub(40)..close.checked_sub(1)?).rev().find(|&i| tokens[i].kind == tokens[close].kind)?;
    let bytes = tokens[close - 1].end - tokens[open + 1].start;
    (bytes as usize <= LONGEST).then_some((open + 1, close - 1))
}

pub(super) fn is_quoted(reading: &TokenizedText<'_>, at: usize) -> bool {
    reading
        .token(at)
        .is_some_and(|t| is_mark(t, b"\"`") || t.is(b'\'') && (t.spaced || at > 0 && reading.tokens[at - 1].is(b':')))
}

/// Returns whether this is code in place of a password: `${DB_PASSWORD}`, `{{ password }}`, `os.environ["DB_PASS"]`,
/// `getenv("PASS")`, `YOUR_PASSWORD_HERE`. The closing bracket may be missing.
pub(crate) fn is_placeholder(text: &[u8]) -> bool {
    let name = |text: &[u8]| {
        text.len() >= 3
            && text[0].is_ascii_uppercase()
            && text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
    };
    let starts = |prefix: &[u8]| text.len() > prefix.len() && text[..prefix.len()].eq_ignore_ascii_case(prefix);
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    match text {
        [b'{', b'{', ..] => return true,
        [b'$', b'{' | b'(', rest @ ..] => return rest.iter().all(|b| word(b) || matches!(b, b':' | b'}' | b')')),
        [b'$', rest @ ..] if name(rest) => return rest.contains(&b'_') || !rest.iter().any(u8::is_ascii_digit),
        [b'%', rest @ .., b'%'] if name(rest) => return true,
        _ => {}
    }
    if mask::is_crossed_out(text)
        || starts(b"your_")
        || starts(b"your-")
        || starts(b"process.env")
        || starts(b"os.environ")
    {
        return true;
    }
    // A name, then its argument or index: `config["pass"]`, `getpass()`, `get_secret('db')`.
    let Some(opens) = text.iter().position(|b| !word(b)).filter(|opens| *opens >= 2) else { return false };
    matches!(text[opens], b'[' | b'(') && matches!(text.get(opens + 1), None | Some(b'"' | b'\'' | b')'))
}

pub(super) fn is_mark(token: &Token, marks: &[u8]) -> bool {
    matches!(token.kind, Kind::Mark(mark) if marks.contains(&mark))
}

/// Returns whether the token ends a clause: sentence marks before a space, commas, semicolons, line breaks.
pub(crate) fn ends_clause(reading: &TokenizedText<'_>, at: usize) -> bool {
    let Some(token) = reading.token(at) else { return true };
    let free = reading.token(at + 1).is_none_or(|next| {
        next.spaced || next.kind == Kind::Newline || matches!(next.kind, Kind::Mark(b'.' | b'!' | b'?' | b'"' | b')'))
    });
    match token.kind {
        Kind::Newline => true,
        Kind::Mark(b'.' | b',' | b';' | b'!' | b'?' | b':') => free,
        _ => false,
    }
}
