//! Which format a transcript has.

use crate::transcript::{DEEPEST_JSON, Fields, Format, csv};
use lastfour::json::{Document, Step, Walker};

/// The format of a transcript with this name, which begins with `sample`.
///
/// A name that says it (`.jsonl`, `.ndjson`, `.csv`, `.tsv`) is believed; else the first bytes decide. What looks like
/// nothing else is text.
///
/// ```
/// use lastfour_cli::transcript::{Fields, Format, detect};
/// let fields = Fields::default();
/// assert_eq!(detect("chat.log", b"{\"text\": \"hi\"}\n", &fields), Format::Jsonl);
/// assert_eq!(detect("chat.json", b"[{\"text\": \"hi\"},\n", &fields), Format::Json);
/// assert_eq!(detect("", b"time;role;text\n", &fields), Format::Csv);
/// assert_eq!(detect("", b"Agent: hi\n", &fields), Format::Text);
/// ```
#[must_use]
pub fn detect(name: &str, sample: &[u8], fields: &Fields) -> Format {
    let name = name.to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "jsonl" | "ndjson" => return Format::Jsonl,
        "csv" | "tsv" => return Format::Csv,
        _ => {}
    }
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let body = sample.trim_ascii_start();
    if let Some(format) = json(extension, body) {
        return format;
    }
    let line = &sample[..memchr::memchr(b'\n', sample).unwrap_or(sample.len())];
    if extension != "txt" && is_header(line.trim_ascii(), fields) {
        return Format::Csv;
    }
    if extension == "json" { Format::Json } else { Format::Text }
}

/// Lines that are looked at to tell JSON lines.
const LINES: usize = 20;

/// JSON lines or a document, where the sample is either.
fn json(extension: &str, body: &[u8]) -> Option<Format> {
    let mut lines = body.split_inclusive(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_json = matches!(body.first(), Some(b'{' | b'['));
    if is_json && extension == "json" && lines.clone().nth(1).is_none() {
        return Some(Format::Json);
    }
    // A bad line among them, even the first, does not hide that they are JSON lines.
    let values = |line: &&[u8]| matches!(line.first(), Some(b'{' | b'[')) && Document::is_valid(line, DEEPEST_JSON);
    let seen = lines.clone().take(LINES).count();
    let valid = lines.clone().take(LINES).filter(values).count();
    if lines.next().is_some_and(|first| values(&first)) || valid > 0 && valid * 2 >= seen {
        return Some(Format::Jsonl);
    }
    if !is_json {
        return None;
    }
    // A document over several lines, of which the sample may hold the start only.
    let mut walker = Walker::new(DEEPEST_JSON);
    let mut at = 0;
    let mut tokens = 0;
    let sound = loop {
        match walker.next(&body[at..], false) {
            Ok(Step::Token(token)) => at += token.span.end,
            Ok(_) => break true,
            Err(_) => break false,
        }
        tokens += 1;
    };
    // Where enough of it was JSON, there is a fault further on.
    (sound || tokens > 8 || extension == "json").then_some(Format::Json)
}

/// Whether a line names columns: at least two, one of them a known one for text, and none of them a sentence.
fn is_header(line: &[u8], fields: &Fields) -> bool {
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    let delimiter = char::from(csv::delimiter(line.as_bytes()));
    let mut names = line.split(delimiter).map(|name| name.trim_matches(['"', ' ']));
    let shaped = |name: &str| name.len() <= 40 && !name.contains(['.', ':', '?', '!']);
    line.contains(delimiter) && names.clone().all(shaped) && names.any(|name| fields.is_text_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_from_name_and_content() {
        let fields = Fields::default();
        for (name, sample, format) in [
            ("a.jsonl", "not json at all", Format::Jsonl),
            ("a.csv", "x", Format::Csv),
            ("a.tsv", "x", Format::Csv),
            ("a.txt", "text,role\n", Format::Text),
            ("a.log", "{\"a\":1}\n{\"a\":2}\n", Format::Jsonl),
            ("a.json", "{\"a\":1}\n{\"a\":2}\n", Format::Jsonl),
            ("a.json", "{\"a\":1}\n", Format::Json),
            ("a.json", "{\n  \"a\":1,\n", Format::Json),
            ("a.json", "oops", Format::Json),
            ("", "oops\n{\"a\":1}\n{\"a\":2}\n", Format::Jsonl),
            ("", "[12] yes\n[13] no\n", Format::Text),
            ("", "[\n{\"a\":1},\n", Format::Json),
            ("", "{\"a\": 1}", Format::Jsonl),
            ("", "{\"a\": \n{\"b\": 1}}", Format::Json),
            ("", "[12:03] Jane: hi\n", Format::Text),
            ("", "\u{feff}{\"a\": 1}\n", Format::Jsonl),
            ("", "\u{feff}id,role,message\n1,agent,hi\n", Format::Csv),
            ("", "\"id\"\t\"text\"\n", Format::Csv),
            ("", "Hello, text me.\n", Format::Text),
            ("", "", Format::Text),
        ] {
            assert_eq!(detect(name, sample.as_bytes(), &fields), format, "{name:?} {sample:?}");
        }
    }
}
