//! Properties that hold for any bytes. The fuzz target and the property tests call them; they panic if one is broken.

use std::sync::LazyLock;

use lastfour::json::Document;
use lastfour::{Conversation, Engine, Message, Patch};

use super::{DEEPEST_JSON, Fields, Format, Transcript};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

/// The laws of transcripts. The first byte chooses the format and where the input is cut, the rest is the input.
///
/// - The records are the input.
/// - What comes out does not depend on the pieces in which the input came.
/// - A valid JSON document, and a line of JSON lines that is one, stays valid.
///
/// # Panics
///
/// If a law is broken.
pub fn transcript(data: &[u8]) {
    let Some((choice, input)) = data.split_first() else { return };
    let format = [Format::Text, Format::Jsonl, Format::Json, Format::Csv][usize::from(choice % 4)];
    let cut = input.len() * usize::from(choice / 4) / 63;
    let whole = redacted_records(format, &[input]);
    let pieces = redacted_records(format, &[&input[..cut], &input[cut..]]);
    assert_eq!(
        String::from_utf8_lossy(&whole.concat()),
        String::from_utf8_lossy(&pieces.concat()),
        "the pieces of the input changed what comes out"
    );
    if format == Format::Json && Document::is_valid(input, DEEPEST_JSON) {
        assert!(Document::is_valid(&whole.concat(), DEEPEST_JSON), "a document that is valid no longer");
    }
}

/// The records of an input that comes in these pieces, redacted.
fn redacted_records(format: Format, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let engine = &*ENGINE;
    let mut transcript = Transcript::new(format, Fields::default());
    let mut raw = Vec::new();
    let mut redacted = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        transcript.push(piece);
        if i + 1 == pieces.len() {
            transcript.finish();
        }
        while let Some(record) = transcript.next_record() {
            assert!(!record.raw.is_empty(), "a record without bytes");
            raw.extend_from_slice(record.raw);
            let mut edits = Vec::new();
            for text in record.texts() {
                let outcome = engine.scan(&mut Conversation::new(), &Message::customer(&*text.bytes));
                edits.extend(text.edits(&outcome.patch));
            }
            let out = Patch::new(edits).apply(record.raw).into_owned();
            if format == Format::Jsonl && Document::is_valid(record.raw, DEEPEST_JSON) {
                assert!(Document::is_valid(&out, DEEPEST_JSON), "a line that is valid no longer");
            }
            redacted.push(out);
        }
    }
    assert_eq!(String::from_utf8_lossy(&raw), String::from_utf8_lossy(&pieces.concat()), "the records lost bytes");
    redacted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words of the detectors' examples, and what the formats are made of.
    fn text() -> impl Strategy<Value = String> {
        let examples: Vec<&str> =
            lastfour::detectors().flat_map(|spec| spec.hits.iter().chain(spec.misses).copied()).collect();
        let piece = prop_oneof![
            4 => proptest::sample::select(examples).prop_map(str::to_owned),
            2 => proptest::sample::select(vec!["\n", ": ", "\"", ",", ";", "[12:03] ", "{\"text\": \"", "]", "\\", "\t"]).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn inputs_that_broke_a_law_once_keep_it() {
        // Input that was not JSON was cut where the pieces were cut, so that half of a card got through.
        transcript(b"rouxt++3782 822463 10005]Agent:us+");
        // Blanks in two pieces were counted twice.
        transcript(b"r                ");
    }

    proptest! {
        #[test]
        fn the_laws_of_transcripts_hold_for_records_and_for_anything_else(
            choice: u8,
            records in proptest::collection::vec((0..6usize, text()), 0..6),
        ) {
            let mut input = vec![choice];
            for (shape, text) in &records {
                let escaped = lastfour::json::escape(text);
                input.extend_from_slice(match shape {
                    0 => format!("{text}\n"),
                    1 => format!("[12:03] Agent: {text}\n"),
                    2 => format!("{{\"role\": \"user\", \"text\": \"{escaped}\"}}\n"),
                    3 => format!("[{{\"card\": 378282246310005, \"body\": [\"{escaped}\"]}}]\r\n"),
                    4 => format!("time;role;text\n12:03;bot;\"{}\"\n", text.replace('"', "\"\"")),
                    _ => format!("{{\"text\": {text}"),
                }.as_bytes());
            }
            transcript(&input);
        }
    }
}
