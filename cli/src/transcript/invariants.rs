//! Properties that hold for any bytes. The fuzz targets and the property tests call them. They panic if a property is
//! violated.

use std::sync::LazyLock;

use lastfour::Engine;
use lastfour::json::Document;

use super::batch::Collector;
use super::session::{Done, Session};
use super::{DEEPEST_JSON, Fields, Format, Transcript, detect};
use crate::archive::{Archive, Changes};
use crate::charset::{Charset, Decoder};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

/// Redacts a transcript that arrives in these chunks, and checks the properties of all formats:
///
/// - The records concatenated are the input.
/// - Bytes outside of what was found do not change.
/// - The output does not depend on how the input is split into chunks.
/// - A valid JSON document, and a line that is an object or array, stays valid.
/// - Redacting the output changes nothing, if it is a single message in plain text. Among several, a mask may say less
///   about the next message than what it hides; and quotes around a mask may change what else is read as a value.
///
/// # Panics
///
/// Panics if a property is violated.
pub fn format(format: Format, input: &[u8], cut: usize) {
    let cut = cut.min(input.len());
    let Run { redacted: whole, messages } = run(Transcript::new(format), Fields::default(), format, &[input]);
    let pieces = redact(format, &[&input[..cut], &input[cut..]]);
    assert_eq!(shown(&whole.concat()), shown(&pieces.concat()), "the pieces of the input changed what comes out");
    let out = whole.concat();
    if format == Format::Text && messages <= 1 {
        let again = redact(format, &[&out]).concat();
        assert_eq!(shown(&again), shown(&out), "the output of {format:?} did not come through unchanged");
    }
    if format == Format::Json && Document::is_valid(input, DEEPEST_JSON) {
        assert!(Document::is_valid(&out, DEEPEST_JSON), "a document that is valid no longer: {}", shown(&out));
    }
}

/// Like [`format`](self::format). The first byte chooses the format, the second one where the input is split.
///
/// # Panics
///
/// Panics if a property is violated.
pub fn transcript(data: &[u8]) {
    let [choice, cut, input @ ..] = data else { return };
    self::format(FORMATS[usize::from(*choice) % FORMATS.len()], input, input.len() * usize::from(*cut) / 255);
}

/// Reads any input as each format, as `--format` makes it possible, and detects its format from each name of a file.
///
/// - No reader panics.
/// - The records concatenated are the input.
/// - Bytes outside of what was found do not change.
///
/// # Panics
///
/// Panics if a property is violated.
pub fn readers(input: &[u8]) {
    let fields = Fields::default();
    for format in FORMATS {
        let _ = redact(format, &[input]);
        let _ = detect(&format!("a.{}", format.as_str()), input, &fields);
    }
    let _ = detect("", input, &fields);
}

/// Reads containers of transcripts. The first byte chooses UTF-16 in one of two byte orders, a workbook, or an archive.
///
/// - UTF-16 is encoded as it was, wherever it is split.
/// - The parts of a workbook keep all bytes outside edits, and no edit extends from one part into another.
/// - Reading an archive does not panic.
///
/// # Panics
///
/// Panics if a property is violated.
pub fn container(data: &[u8]) {
    let [choice, cut, input @ ..] = data else { return };
    let cut = input.len() * usize::from(*cut) / 255;
    match choice % 4 {
        0 => utf16(Charset::Utf16Le, input, cut),
        1 => utf16(Charset::Utf16Be, input, cut),
        2 => workbook(&input[..cut], &input[cut..]),
        _ => archive(input),
    }
}

fn utf16(charset: Charset, input: &[u8], cut: usize) {
    let mut decoder = Decoder::new(charset);
    let mut text = decoder.decode(input[..cut].to_vec());
    text.extend(decoder.decode(input[cut..].to_vec()));
    match decoder.finish() {
        Some(last) => text.extend(last),
        None => return assert_eq!(input.len() % 2, 1, "whole units were refused"),
    }
    assert_eq!(charset.file_len(&text), input.len() as u64);
    assert!(charset.encode(&text) == input, "the encoding lost something");
}

fn workbook(shared: &[u8], sheet: &[u8]) {
    let mut collector = Collector::new(Fields::default(), 1);
    let mut session = Session::new(&ENGINE, &super::speakers::GivenRoles::default(), false, 1);
    let record = super::sheet::workbook(shared, &[sheet], &[], &mut collector.names);
    assert_eq!(record.raw, [shared, sheet].concat());
    if record.raw.is_empty() {
        return;
    }
    let batch = collector.push(record).unwrap_or_else(|| collector.take());
    session.push(batch, true);
    let done = session.next().expect("the record comes out");
    let border = shared.len();
    for edit in done.patch.edits() {
        assert!(edit.span.end <= border || edit.span.start >= border, "an edit reaches into another part");
    }
    let _ = done.patch.apply(&done.raw);
}

fn archive(input: &[u8]) {
    let Ok(archive) = Archive::open(input, "fuzz.zip") else { return };
    for member in archive.members() {
        let _ = archive.read(member, "fuzz.zip");
    }
    let contents = archive.members().iter().map(|member| (!member.is_directory()).then(|| b"text".to_vec()));
    let comments = archive.comments().map(|comment| (!comment.is_empty()).then(|| b"comment".to_vec()));
    let _ = archive.replaced(Changes { contents: contents.collect(), comments: comments.collect() });
}

/// All formats, in the order in which [`transcript`] chooses them.
pub const FORMATS: [Format; 11] = [
    Format::Text,
    Format::Jsonl,
    Format::Json,
    Format::Csv,
    Format::Log,
    Format::Cues,
    Format::Html,
    Format::Xml,
    Format::Mail,
    Format::Sql,
    Format::Yaml,
];

fn edits_stay_inside_findings(done: &Done) {
    for edit in done.patch.edits() {
        let is_found = done.found.iter().any(|found| found.span.overlaps(edit.span) || found.span == edit.span);
        assert!(is_found, "bytes {}..{} changed, where nothing was found", edit.span.start, edit.span.end);
    }
}

/// Returns a record with its edits, put together from the bytes between them.
fn edited(done: &Done) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    for edit in done.patch.edits() {
        assert!(at <= edit.span.start && edit.span.end <= done.raw.len(), "edits overlap or leave the record");
        out.extend_from_slice(&done.raw[at..edit.span.start]);
        out.extend_from_slice(edit.with.as_bytes());
        at = edit.span.end;
    }
    out.extend_from_slice(&done.raw[at..]);
    out
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns the redacted records of an input that arrives in these chunks.
pub(super) fn redact(format: Format, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    redact_with(Transcript::new(format), Fields::default(), format, pieces)
}

pub(super) fn redact_with(transcript: Transcript, fields: Fields, format: Format, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    run(transcript, fields, format, pieces).redacted
}

/// The redacted records of an input, and the number of its messages.
struct Run {
    redacted: Vec<Vec<u8>>,
    messages: u64,
}

fn run(mut transcript: Transcript, fields: Fields, format: Format, pieces: &[&[u8]]) -> Run {
    let mut collector = Collector::new(fields, 1);
    let mut session = Session::new(&ENGINE, &super::speakers::GivenRoles::default(), false, 1);
    let (mut raw, mut redacted, mut messages) = (Vec::new(), Vec::new(), 0);
    for (number, piece) in pieces.iter().enumerate() {
        transcript.push(piece);
        let last = number + 1 == pieces.len();
        if last {
            transcript.finish();
        }
        while let Some(record) = transcript.next_record(&mut collector.names) {
            assert!(!record.raw.is_empty(), "a record without bytes");
            if let Some(batch) = collector.push(record) {
                session.push(batch, false);
            }
        }
        if last {
            session.push(collector.take(), true);
        }
        while let Some(done) = session.next() {
            raw.extend_from_slice(&done.raw);
            messages += done.messages;
            assert!(done.found.iter().all(|found| found.span.end <= done.raw.len()), "a finding outside of its record");
            edits_stay_inside_findings(&done);
            let out = done.patch.apply(&done.raw).into_owned();
            assert_eq!(shown(&out), shown(&edited(&done)), "bytes outside of the edits changed");
            let is_object = matches!(done.raw.trim_ascii().first(), Some(b'{' | b'['));
            if format == Format::Jsonl && is_object && Document::is_valid(&done.raw, DEEPEST_JSON) {
                assert!(Document::is_valid(&out, DEEPEST_JSON), "a line that is valid no longer: {}", shown(&out));
            }
            redacted.push(out);
        }
    }
    assert_eq!(shown(&raw), shown(&pieces.concat()), "the records lost bytes");
    Run { redacted, messages }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words of the detectors' examples, and the syntax of the formats.
    fn text() -> impl Strategy<Value = String> {
        let examples: Vec<&str> =
            lastfour::detectors().flat_map(|spec| spec.hits.iter().chain(spec.misses).copied()).collect();
        let marks = vec![
            "\n",
            ": ",
            "\"",
            ",",
            ";",
            "[12:03] ",
            "{\"text\": \"",
            "]",
            "\\",
            "\t",
            "<p>",
            "</p>",
            "&amp;",
            "--> ",
            "> ",
            "=\n",
            "**Agent:** ",
            "From a\n",
            "'",
            "(",
            ")",
            "\r\n\r\n",
        ];
        let piece = prop_oneof![
            4 => proptest::sample::select(examples).prop_map(str::to_owned),
            2 => proptest::sample::select(marks).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn inputs_that_once_violated_a_property_satisfy_it() {
        // Input that was not JSON was split where the chunks were split, so that half of a card passed.
        for cut in 0..30 {
            super::format(Format::Json, b"ouxt++3782 822463 10005]Agent:us+", cut);
        }
        // The comma before what is broken belonged to the record before it or to the rest, depending on the chunks.
        for cut in 0..26 {
            super::format(Format::Json, b"[ {\"id\":1,\"and the2rest ;", cut);
        }
        // Blanks in two chunks were counted twice.
        super::format(Format::Json, b"               ", 7);
    }

    #[test]
    fn a_workbook_keeps_its_parts_apart() {
        let shared = "<sst><si><t>my card is 3782 822463 10005</t></si><si><t>text</t></si></sst>";
        let sheet = "<sheetData><row><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>0</v></c><c><v>378282246310005</v></c></row>";
        workbook(shared.as_bytes(), sheet.as_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn container_properties_hold_for_any_input(choice: u8, cut: u8, tags in proptest::collection::vec(0..12usize, 0..30), rest: Vec<u8>) {
            let pieces = [
                "<si>", "</si>", "<t>", "</t>", "<row>", "<c r=\"B2\" t=\"s\">", "<c>", "<c t=\"inlineStr\">", "</c>", "<v>", "0</v>",
                "my card is 378282246310005",
            ];
            let mut input = vec![choice, cut];
            tags.iter().for_each(|tag| input.extend_from_slice(pieces[*tag].as_bytes()));
            input.extend_from_slice(&rest);
            container(&input);
        }

        #[test]
        fn every_reader_keeps_any_input(pieces in proptest::collection::vec(text(), 0..4)) {
            readers(pieces.concat().as_bytes());
        }

        #[test]
        fn transcript_properties_hold_for_records_and_any_other_input(
            choice: u8,
            cut: u8,
            records in proptest::collection::vec((0..12usize, text()), 0..6),
        ) {
            let mut input = vec![choice, cut];
            for (shape, text) in &records {
                let escaped = lastfour::json::escape(text);
                input.extend_from_slice(match shape {
                    0 => format!("{text}\n"),
                    1 => format!("[12:03] Agent: {text}\n"),
                    2 => format!("{{\"role\": \"user\", \"text\": \"{escaped}\"}}\n"),
                    3 => format!("[{{\"card\": 378282246310005, \"body\": [\"{escaped}\"]}}]\r\n"),
                    4 => format!("time;role;text\n12:03;bot;\"{}\"\n", text.replace('"', "\"\"")),
                    5 => format!("00:00:01.000 --> 00:00:02.000\n<v Jane>{text}\n\n"),
                    6 => format!("<div class=\"message\"><b class=\"author\">Jane</b><p>{text}</p></div>\n"),
                    7 => format!("<m from=\"agent\"><text>{text}</text></m>\n"),
                    8 => format!("From: Jane\nTo: Bob\nMIME-Version: 1.0\n\n{text}\n> {text}\n\n"),
                    9 => format!("INSERT INTO a (role, text) VALUES ('agent', '{}');\n", text.replace('\'', "''")),
                    10 => format!("time=1 level=info role=agent text=\"{escaped}\"\n"),
                    _ => format!("{{\"text\": {text}"),
                }.as_bytes());
            }
            transcript(&input);
        }
    }
}
