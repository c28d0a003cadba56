//! Detects the format of a transcript.

use lastfour::json::{Document, Step, TokenKind, Walker};

use super::csv::Shape;
use super::fields::Names;
use super::{DEEPEST_JSON, Fields, Format, cues, events, html, log};

/// The extensions of transcripts that are read from directories and archives, with the format that each implies. Without a
/// format, the content decides.
pub(crate) const EXTENSIONS: &[(&str, Option<Format>)] = &[
    ("txt", None),
    ("log", None),
    ("weechatlog", None),
    ("jsonl", Some(Format::Jsonl)),
    ("ndjson", Some(Format::Jsonl)),
    ("json", None),
    ("csv", Some(Format::Csv)),
    ("tsv", Some(Format::Csv)),
    ("tab", Some(Format::Csv)),
    ("psv", Some(Format::Csv)),
    ("vtt", Some(Format::Cues)),
    ("srt", Some(Format::Cues)),
    ("sbv", Some(Format::Cues)),
    ("ass", Some(Format::Cues)),
    ("ssa", Some(Format::Cues)),
    ("html", Some(Format::Html)),
    ("htm", Some(Format::Html)),
    ("xhtml", Some(Format::Html)),
    ("md", Some(Format::Text)),
    ("markdown", Some(Format::Text)),
    ("xml", None),
    ("yaml", Some(Format::Yaml)),
    ("yml", Some(Format::Yaml)),
    ("eml", Some(Format::Mail)),
    ("emlx", Some(Format::Mail)),
    ("mbox", Some(Format::Mail)),
    ("sql", Some(Format::Sql)),
    ("xlsx", None),
    ("zip", None),
];

/// Returns the format of a transcript with this name that begins with `sample`.
///
/// A file extension such as `.jsonl` or `.csv` decides, otherwise the first bytes. Anything unknown is text.
///
/// ```
/// use lastfour_cli::transcript::{Fields, Format, detect};
/// let fields = Fields::default();
/// assert_eq!(detect("chat.log", b"{\"text\": \"hi\"}\n", &fields), Format::Jsonl);
/// assert_eq!(detect("chat.json", b"[{\"text\": \"hi\"},\n", &fields), Format::Json);
/// assert_eq!(detect("", b"time;role;text\n1;agent;hi\n", &fields), Format::Csv);
/// assert_eq!(detect("", b"Agent: hi\n", &fields), Format::Text);
/// ```
#[must_use]
pub fn detect(name: &str, sample: &[u8], fields: &Fields) -> Format {
    let name = name.to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if let Some((_, Some(format))) = EXTENSIONS.iter().find(|(known, _)| *known == extension) {
        return *format;
    }
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let body = sample.trim_ascii_start();
    if let Some(format) = json(extension, body) {
        return format;
    }
    if let Some(format) = by_start(body) {
        return format;
    }
    if extension == "xml" {
        return Format::Xml;
    }
    if extension == "json" {
        return Format::Json;
    }
    let lines = || sample.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(LINES);
    if log::is_log(lines()) {
        return Format::Log;
    }
    if is_table(sample, fields, extension == "txt") {
        return Format::Csv;
    }
    if events::is_log(sample) {
        return Format::Log;
    }
    Format::Text
}

/// The number of lines that are examined.
const LINES: usize = 20;

/// Detects the format from the first bytes.
fn by_start(body: &[u8]) -> Option<Format> {
    let starts = |word: &str| body.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    if starts("WEBVTT") || starts("[Script Info]") || is_srt(body) {
        return Some(Format::Cues);
    }
    if starts("<!doctype html") || starts("<html") {
        return Some(Format::Html);
    }
    if starts("<?xml") {
        return Some(if is_xhtml(body) { Format::Html } else { Format::Xml });
    }
    if starts("From ") && body.split(|b| *b == b'\n').nth(1).is_some_and(is_head) || is_mail(body) {
        return Some(Format::Mail);
    }
    if body.starts_with(b"<") {
        let (piece, end) = html::piece(body, 0);
        let is_tag = matches!(piece, html::Piece::Open { .. } | html::Piece::Other) && body[..end].ends_with(b">");
        // "<jane> hello" is a message.
        let opens = matches!(body[end.min(body.len())..].trim_ascii_start().first(), Some(b'<'));
        if is_tag && opens {
            return Some(if html::is_html(body) { Format::Html } else { Format::Xml });
        }
        if html::is_html(&body[..end]) {
            return Some(Format::Html);
        }
    }
    let sql = [
        "-- MySQL dump",
        "-- PostgreSQL",
        "--\n-- PostgreSQL",
        "INSERT INTO ",
        "REPLACE INTO ",
        "CREATE TABLE ",
        "CREATE DATABASE ",
        "DROP TABLE ",
        "LOCK TABLES ",
        "PRAGMA foreign_keys",
        "BEGIN TRANSACTION;",
        "START TRANSACTION;",
        "/*!40",
    ];
    (sql.iter().any(|start| starts(start)) || is_statement(body)).then_some(Format::Sql)
}

/// Returns whether a text begins with an SQL statement, after comments.
fn is_statement(body: &[u8]) -> bool {
    let is_comment = |line: &&[u8]| line.starts_with(b"--") || line.starts_with(b"/*") && line.ends_with(b"*/");
    let mut lines = body.split(|b| *b == b'\n').take(LINES).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let Some(first) = lines.find(|line| !is_comment(line)) else { return false };
    let first = first.to_ascii_lowercase();
    let has = |word: &[u8]| memchr::memmem::find(&first, word).is_some();
    match first.split(|b| *b == b' ').next().unwrap_or_default() {
        b"copy" => has(b" from stdin"),
        b"insert" | b"replace" => has(b" into ") && (has(b" values") || has(b" select ")),
        b"update" => has(b" set ") && has(b"="),
        b"delete" => has(b" from ") && (has(b" where ") || first.ends_with(b";")),
        b"create" => has(b" table ") || has(b" schema "),
        _ => false,
    }
}

fn is_xhtml(body: &[u8]) -> bool {
    memchr::memmem::find(&body[..body.len().min(2048)], b"<html").is_some()
}

/// Returns whether a text begins with the times of a subtitle, or with its number and its times.
fn is_srt(body: &[u8]) -> bool {
    let mut lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    if lines.clone().next().is_some_and(|first| cues::times(first).is_some()) {
        return true;
    }
    let number = lines.next().is_some_and(|line| !line.is_empty() && line.iter().all(u8::is_ascii_digit));
    number && lines.next().is_some_and(|line| memchr::memmem::find(line, b" --> ").is_some())
}

/// Returns whether a text begins with the header of a mail: several fields, at least one of them common.
fn is_mail(body: &[u8]) -> bool {
    let usual = ["from:", "return-path:", "received:", "message-id:", "mime-version:", "delivered-to:"];
    let mut heads = 0;
    let mut known = 0;
    for line in body.split(|b| *b == b'\n').take(30) {
        if line.trim_ascii().is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        if !is_head(line) {
            return false;
        }
        heads += 1;
        known += usual
            .iter()
            .filter(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())))
            .count();
    }
    heads >= 3 && known >= 2
}

/// Returns whether a line is a header field of a mail.
fn is_head(line: &[u8]) -> bool {
    memchr::memchr(b':', line)
        .is_some_and(|colon| colon > 0 && line[..colon].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-'))
}

/// Returns the format if the sample is JSON lines or a JSON document.
fn json(extension: &str, body: &[u8]) -> Option<Format> {
    let mut lines = body.split_inclusive(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_json = matches!(body.first(), Some(b'{' | b'['));
    if is_json && extension == "json" && lines.clone().nth(1).is_none() {
        return Some(Format::Json);
    }
    // An invalid line, even the first one, does not rule out JSON lines.
    let values = |line: &&[u8]| matches!(line.first(), Some(b'{' | b'[')) && Document::is_valid(line, DEEPEST_JSON);
    let seen = lines.clone().take(LINES).count();
    let valid = lines.clone().take(LINES).filter(values).count();
    if lines.next().is_some_and(|first| values(&first)) || valid > 0 && valid * 2 >= seen {
        return Some(Format::Jsonl);
    }
    if !is_json {
        return None;
    }
    // A document of several lines. The sample may be only its start.
    let mut walker = Walker::new(DEEPEST_JSON);
    let mut at = 0;
    let mut tokens = 0;
    let sound = loop {
        match walker.next(&body[at..], false) {
            Ok(Step::Token(token)) => {
                at += token.span.end;
                if token.kind == TokenKind::Key && walker.open() == 0 {
                    break false;
                }
            }
            Ok(_) => break true,
            Err(_) => break false,
        }
        tokens += 1;
    };
    // If much of it was JSON, there is an error later on.
    (sound || tokens > 8 || extension == "json").then_some(Format::Json)
}

/// Returns whether the first rows form a table: by their structure, or because names of columns are known. With `certain`,
/// known names are not enough.
pub(super) fn is_table(sample: &[u8], fields: &Fields, certain: bool) -> bool {
    let mut names = Names::new(fields.clone());
    let sample = &sample[..sample.len().min(16 << 10)];
    // The last line may be cut, but two short lines are a whole table.
    let end = memchr::memrchr(b'\n', sample).filter(|end| memchr::memchr(b'\n', &sample[..*end]).is_some());
    let sample = &sample[..end.map_or(sample.len(), |end| end + 1)];
    let shape = Shape::learn(sample, true, &mut names);
    let known = shape.is_known(&names) && (!certain || shape.is_certain(&names));
    !sample.is_empty() && (known || shape.is_regular()) && !is_talk(sample)
}

/// Returns whether each of the first lines starts with a speaker: "Agent: your name, and the code".
fn is_talk(sample: &[u8]) -> bool {
    const LONGEST: usize = 32;
    let starts = |line: &[u8]| {
        let speaker = memchr::memmem::find(line, b": ").map(|colon| &line[..colon]);
        speaker.is_some_and(|name| {
            (1..=LONGEST).contains(&name.len())
                && name.iter().all(|b| b.is_ascii_alphanumeric() || !b.is_ascii() || b" .-_'".contains(b))
        })
    };
    sample.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).take(LINES).all(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_detected_from_name_and_content() {
        let fields = Fields::default();
        for (name, sample, format) in [
            ("a.jsonl", "not json at all", Format::Jsonl),
            ("a.csv", "x", Format::Csv),
            ("a.tsv", "x", Format::Csv),
            ("a.txt", "text,role\n", Format::Text),
            ("a.txt", "time\trole\ttext\n1\tagent\thi\n2\tcustomer\tho\n", Format::Csv),
            ("a.txt", "Agent, role, text\nhi, you\nwell, text me\n", Format::Text),
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
            ("", "Export of today\n\nid;role;text\n1;agent;hi\n2;customer;hello, you\n", Format::Csv),
            ("", "Hello, text me.\n", Format::Text),
            ("", "email,password,city\njen@x.com,BlueHeron7,Rome\nbob@x.com,Sunshine99,Paris\n", Format::Csv),
            ("", "email,cvv\njen@x.com,493", Format::Csv),
            ("", "\"email\",\"password\"\n\"jen@x.com\",\"BlueHeron7\"\n", Format::Csv),
            ("", "id;login;password\n1;jen;BlueHeron7\n", Format::Csv),
            ("", "Agent: your order number, and the code\nCustomer: 881273, 771902\n", Format::Text),
            ("", "nome,senha\nana,Luna2020\n", Format::Csv),
            ("a.txt", "email, password\njen@x.com, BlueHeron7\n", Format::Csv),
            ("", "name,city,age\nAna,Rome,33\nBob,Paris,41\n", Format::Csv),
            ("", "Hi, password\nok, jane\n", Format::Text),
            ("", "my card,please\nok,sure\n", Format::Text),
            ("", "Hello,how are you\nfine,thanks\n", Format::Text),
            ("", "yes,card\nno,card\n", Format::Text),
            ("", "Hi Ana, it's Bob, hello\nOh, hi, Bob\nMy code is, 5, 6\n", Format::Text),
            ("", "", Format::Text),
            ("", "WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n", Format::Cues),
            ("", "0:00:01.000,0:00:04.000\nhi\n", Format::Cues),
            ("a.txt", "[Script Info]\nTitle: call\n", Format::Cues),
            ("a.txt", "1\n00:00:00,000 --> 00:00:04,000\nhi\n", Format::Cues),
            ("", "<!DOCTYPE html><html>", Format::Html),
            ("", "<div><p>hi</p></div>", Format::Html),
            ("", "<?xml version='1.0'?>\n<sms body='a'/>", Format::Xml),
            ("", "<chat><message>hi</message></chat>", Format::Xml),
            ("", "<jane> hello\n<bob> hi\n", Format::Text),
            ("", "From: a@b\nTo: c@d\nMessage-ID: <1>\n\nhi\n", Format::Mail),
            ("", "From a@b Mon May  1 10:00:00 2024\nFrom: a@b\n\nhi\n", Format::Mail),
            ("", "From: Maria\n\nhi\n", Format::Text),
            ("", "INSERT INTO a VALUES (1,'x');\n", Format::Sql),
            ("", "-- chat\n\nCOPY public.m (id, body) FROM stdin;\n1\tx\n", Format::Sql),
            ("", "update my address, please\nset it\n", Format::Text),
            ("", "2024-05-01T10:00:00Z {\"role\": \"user\", \"text\": \"hi\"}\n", Format::Log),
            ("", "time=1 level=info role=agent text=\"hi\"\n", Format::Log),
        ] {
            assert_eq!(detect(name, sample.as_bytes(), &fields), format, "{name:?} {sample:?}");
        }
    }
}
