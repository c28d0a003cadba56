//! Laws that hold for any bytes. Fuzz targets and property tests call these functions, which panic if a law is broken.

use std::sync::LazyLock;

use crate::detect::checksum::Checksum;
use crate::detect::custom::{CustomDetector, CustomDetectorBuilder};
use crate::engine::Engine;
use crate::entity::Entity;
use crate::judge::conversation::Conversation;
use crate::message::{Message, Role};
use crate::policy::{Action, Expiry, MaskStyle, Policy, TokenKey};
use crate::report::Outcome;
use crate::span::Span;
use crate::stream::StreamRedactor;
use crate::text::{View, ViewSpan};

/// Engines with different policies.
static ENGINES: LazyLock<[Engine; 4]> = LazyLock::new(|| {
    let built = |detector: CustomDetectorBuilder| detector.build().expect("a detector that compiles");
    let loyalty = built(
        CustomDetector::builder("loyalty", r"\b[A-Z]{2}[ -]?\d{3,8}\b")
            .before(["loyalty", "número de socio"])
            .checksum(Checksum::Luhn),
    );
    // One pattern of plain words, one that is long, and one whose cue comes after it.
    let project = || built(CustomDetector::builder("project", r"(?i)\bmy [a-z]{2,9} is\b"));
    let long = built(CustomDetector::builder("long", r"[0-9a-z]{3}\W{1,40}[0-9a-z]{3}").after(["order", "loyalty"]));
    let key = TokenKey::new(b"a key for tests alone").expect("a key of 16 bytes");
    [
        Policy::builder(),
        Policy::builder()
            .detector(project())
            .style(MaskStyle::Label)
            .expiry(Expiry::Mask)
            .action(Entity::Password, Action::Block),
        Policy::builder().style(MaskStyle::Token).token_key(key).solicitation(Action::Block),
        Policy::builder()
            .detector(loyalty)
            .detector(project())
            .detector(long)
            .reveal(Entity::Card, 0)
            .action(Entity::Account, Action::Flag),
    ]
    .map(|policy| Engine::new(policy.build().expect("a policy that holds together")))
});

/// The laws of the view:
///
/// - Its bytes map to the source in order and without gaps. Plain pieces are equal in both.
/// - A longer range of the view maps to at least the same range of the source, and never outside it.
/// - It is never longer than the source. Valid UTF-8 stays valid.
/// - If nothing was rewritten, it equals the source.
///
/// # Panics
///
/// If a law is broken.
pub fn view(source: &[u8]) {
    let view = View::new(source);
    let (text, alignment) = (view.text(), view.alignment());
    assert!(text.len() <= source.len(), "a view longer than its source");
    assert!(std::str::from_utf8(source).is_err() || std::str::from_utf8(text).is_ok(), "text became something else");
    assert!(!alignment.is_identity() || text == source, "a view that is not the source and says that it is");

    let (mut view_at, mut source_at) = (0, 0);
    for (piece, span, atomic) in alignment.pieces(ViewSpan::new(0, text.len())) {
        assert_eq!(piece.start, view_at, "a gap in the view");
        assert!(span.start >= source_at && span.end <= source.len(), "pieces out of order");
        assert!(atomic || text[piece.start..piece.end] == source[span.range()], "a plain piece that was rewritten");
        (view_at, source_at) = (piece.end, span.end);
    }
    assert_eq!(view_at, text.len(), "a gap at the end of the view");

    let mut last = Span::new(0, 0);
    for at in 0..text.len() {
        let one = view.source(ViewSpan::new(at, at + 1));
        assert!(!one.is_empty() && one.end <= source.len(), "a byte of the view stands for nothing");
        assert!(one == last || one.start >= last.end, "bytes of the view stand for halves of each other");
        let two = view.source(ViewSpan::new(at.saturating_sub(1), at + 1));
        assert_eq!(two, if at == 0 { one } else { last.union(one) }, "a stretch stands for other bytes than its parts");
        last = one;
    }
}

/// The laws of redaction. The first byte selects the policy and the speaker; the rest is the message.
///
/// - Findings are inside the message, not empty, and in order. Two disclosures share no byte.
/// - A byte outside every disclosure that is masked or blocked does not change.
/// - Valid UTF-8 stays valid.
/// - Redacting a redacted message changes nothing.
/// - No outcome prints the digits that it found.
///
/// # Panics
///
/// If a law is broken.
pub fn redact(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else { return };
    let engine = &ENGINES[usize::from(*choice) % ENGINES.len()];
    let role = [Role::Customer, Role::Agent, Role::Bot][usize::from(*choice) / ENGINES.len() % 3];

    let outcome = engine.scan(&mut Conversation::new(), &Message::new(role, text));
    findings_are_in_order(&outcome, text);
    edits_stay_inside_findings(&outcome);
    no_digits_are_printed(&outcome, text);

    let redacted = outcome.patch.apply(text);
    assert!(std::str::from_utf8(text).is_err() || std::str::from_utf8(&redacted).is_ok(), "text became something else");
    let again = engine.scan(&mut Conversation::new(), &Message::new(role, &*redacted));
    assert_eq!(
        String::from_utf8_lossy(&again.patch.apply(&redacted)),
        String::from_utf8_lossy(&redacted),
        "a redacted message did not come through unchanged"
    );
}

/// The law of the prefilter. The first byte selects the policy; the rest are messages. Each starts with a byte that
/// selects the speaker and ends before the next record separator (`0x1E`).
///
/// - The prefilter changes nothing: the outcome of each message and the state after it are the same as with a full
///   analysis.
///
/// # Panics
///
/// If the law is broken.
pub fn gate(data: &[u8]) {
    let Some((choice, talk)) = data.split_first() else { return };
    let engine = &ENGINES[usize::from(*choice) % ENGINES.len()];
    let (mut usual, mut thorough) = (Conversation::new(), Conversation::new());
    for (id, turn) in talk.split(|byte| *byte == 0x1E).enumerate() {
        let Some((speaker, text)) = turn.split_first() else { continue };
        let role = [Role::Customer, Role::Agent, Role::Bot, Role::Unknown][usize::from(*speaker) % 4];
        let message = Message::new(role, text).id(id as u64);
        let outcome = engine.scan(&mut usual, &message);
        let expected = engine.scan_everything(&mut thorough, &message);
        assert_eq!(outcome, expected, "a quick look changed what comes out");
        assert_eq!(usual, thorough, "a quick look changed what is remembered");
        if let Ok(text) = std::str::from_utf8(text) {
            let alone = engine.scan_everything(&mut Conversation::new(), &Message::customer(text));
            assert_eq!(engine.redact(text), alone.redact(text), "a quick look changed what is redacted");
        }
    }
}

/// The laws of streams. The first byte selects the policy, the speaker, the length of the pieces and how often the text
/// is repeated; the rest is the text.
///
/// - The output and the final state do not depend on how the text is cut.
/// - The buffer never exceeds its limit.
/// - A text that is judged as a whole is redacted like a message.
/// - Findings are inside the text, not empty, and in order.
/// - Valid UTF-8 stays valid.
///
/// # Panics
///
/// If a law is broken.
pub fn stream(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else { return };
    let choice = usize::from(*choice);
    let engine = &ENGINES[choice % ENGINES.len()];
    let role = [Role::Customer, Role::Agent, Role::Bot][choice / ENGINES.len() % 3];
    let text = if choice >= 192 { &text.repeat(1 + 10_000 / text.len().max(16)) } else { text };
    let redact = |len: usize| {
        let mut redactor = StreamRedactor::new(engine.clone(), Conversation::new(), role);
        let mut out = Vec::new();
        for piece in text.chunks(len.max(1)) {
            redactor.push(piece, &mut out);
            assert!(redactor.held() <= StreamRedactor::MAX_BUFFERED, "more is held than the window takes");
        }
        let whole = redactor.is_unjudged();
        (whole, redactor.finish(&mut out), out)
    };

    let (in_one_stretch, finished, out) = redact(text.len());
    for len in [1, 2 + choice / 12] {
        let (_, pieces, other) = redact(len);
        assert_eq!(String::from_utf8_lossy(&other), String::from_utf8_lossy(&out), "the pieces changed what comes out");
        assert_eq!(pieces, finished, "the pieces changed what is found");
    }
    if in_one_stretch {
        let mut conversation = Conversation::new();
        let outcome = engine.scan(&mut conversation, &Message::new(role, text));
        assert_eq!(outcome.findings, finished.findings, "a message of one stretch has other findings");
        assert_eq!(conversation, finished.conversation, "a message of one stretch is remembered otherwise");
        assert!(
            outcome.is_blocked() || outcome.patch.apply(text) == out,
            "a message of one stretch is masked otherwise"
        );
    }
    let spans = || finished.findings.iter().map(|finding| finding.span);
    assert!(spans().all(|span| !span.is_empty() && span.end <= text.len()), "a finding outside the text");
    assert!(spans().is_sorted_by_key(|span| span.start), "findings out of order");
    assert!(std::str::from_utf8(text).is_err() || std::str::from_utf8(&out).is_ok(), "text became something else");
}

fn findings_are_in_order(outcome: &Outcome, text: &[u8]) {
    let spans: Vec<Span> = outcome.findings.iter().map(|finding| finding.span).collect();
    assert!(spans.iter().all(|span| !span.is_empty() && span.end <= text.len()), "a finding outside the message");
    assert!(spans.is_sorted_by_key(|span| span.start), "findings out of order");
    let disclosures: Vec<Span> = disclosures(outcome).collect();
    assert!(disclosures.windows(2).all(|pair| pair[0].end <= pair[1].start), "two findings share bytes");
}

fn edits_stay_inside_findings(outcome: &Outcome) {
    let masked = || {
        let acted = |action| matches!(action, Action::Mask | Action::Block);
        outcome.findings.iter().filter(move |f| f.kind.is_there() && acted(f.action)).map(|f| f.span)
    };
    for edit in outcome.patch.edits() {
        let inside = |span: Span| span.start <= edit.span.start && edit.span.end <= span.end;
        assert!(masked().any(inside), "an edit outside every finding that is masked");
    }
    for span in masked() {
        assert!(outcome.patch.edits().iter().any(|edit| edit.span.overlaps(span)), "a finding that was not masked");
    }
}

fn no_digits_are_printed(outcome: &Outcome, text: &[u8]) {
    let printed = format!("{outcome:?}");
    for span in disclosures(outcome) {
        let found = &text[span.range()];
        // A number of six or more digits cannot be a position in a message of a few thousand bytes.
        if found.len() >= 6 && found.iter().all(u8::is_ascii_digit) {
            let found = String::from_utf8_lossy(found);
            assert!(!printed.contains(&*found), "an outcome prints what was found");
        }
    }
}

fn disclosures(outcome: &Outcome) -> impl Iterator<Item = Span> {
    outcome.findings.iter().filter(|finding| finding.kind.is_there()).map(|finding| finding.span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::cues;

    /// Fragments of chat that often make something close to a secret when joined.
    fn chatter() -> impl Strategy<Value = Vec<u8>> {
        const PIECES: [&str; 40] = [
            "3782",
            "822463",
            "10005",
            "378282246310005",
            "4242 4242 4242 4242",
            "123-45-6789",
            "482913",
            "G-482913",
            "1234",
            "021000021",
            "ES91 2100 0418 4502 0005 1332",
            "12/28",
            "my card is ",
            "cvv ",
            "ssn ",
            "the code is ",
            "password: ",
            "mi contraseña es ",
            "pin ",
            "account number ",
            "ending in ",
            "order ",
            "ZIP ",
            "loyalty ",
            "hunter2",
            "three seven ",
            "double oh ",
            "treinta y siete ",
            "\u{200B}",
            "４８２９",
            "&nbsp;",
            "**",
            "****",
            "[card ending 0005]",
            "[pin]",
            "-",
            " ",
            "\n",
            ". ",
            "é",
        ];
        let piece = prop_oneof![
            8 => proptest::sample::select(PIECES.as_slice()).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..4),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    /// A chat made of words from the cue tables and of the examples of the detectors.
    fn talk() -> impl Strategy<Value = Vec<u8>> {
        let tables = || cues::cues().flat_map(|row| row.phrases.split(';'));
        let mut words: Vec<&str> = tables().flat_map(|phrase| phrase.split([' ', '/', '?'])).collect();
        let phrases: Vec<String> = tables()
            .map(|phrase| {
                let first =
                    |part: &str| part.trim_end_matches('?').split('/').next_back().unwrap_or_default().to_owned();
                phrase.split_ascii_whitespace().map(first).collect::<Vec<_>>().join(" ")
            })
            .collect();
        words.extend(cues::words().flat_map(|words| words.words.split(' ')));
        words.extend(cues::listed_words().flat_map(|(_, words)| words.split(' ')));
        words.extend(cues::slips());
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        let texts: Vec<&str> =
            crate::detect::detectors().flat_map(|spec| spec.hits.iter().chain(spec.misses)).copied().collect();
        const MARKS: [&str; 30] = [
            ".", ",", "?", "!", ":", ";", "-", "'", "\"", "(", ")", "*", "****", "[pin]", "/", "@", "#", "&", "<", "=",
            "\n", "\u{200B}", "é", "“", "://", "-u a:b", "%", "$", "\t", "\u{1}",
        ];
        const NUMBERS: [&str; 16] = [
            "4",
            "482",
            "4821",
            "10285",
            "482913",
            "123456789",
            "123-45-6789",
            "378282246310005",
            "3782",
            "822463",
            "10005",
            "one",
            "three four",
            "seven",
            "veintidos",
            "K7P-2XQ",
        ];
        let owned = |word: &str| word.to_owned();
        // One letter is dropped, doubled or swapped with the one before it.
        let slip = |(word, at, how): (&str, proptest::sample::Index, u8)| {
            let mut letters: Vec<char> = word.chars().collect();
            let at = at.index(letters.len());
            match how % 3 {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letters[at]),
                _ => letters.swap(at, at.saturating_sub(1)),
            }
            letters.into_iter().collect::<String>()
        };
        let piece = prop_oneof![
            12 => proptest::sample::select(words.clone()).prop_map(owned),
            3 => proptest::sample::select(words.clone()).prop_map(|word| word.to_uppercase()),
            2 => (proptest::sample::select(words), any::<proptest::sample::Index>(), any::<u8>()).prop_map(slip),
            4 => proptest::sample::select(phrases),
            4 => proptest::sample::select(MARKS.as_slice()).prop_map(owned),
            2 => proptest::sample::select(NUMBERS.as_slice()).prop_map(owned),
            1 => proptest::sample::select(texts).prop_map(owned),
            1 => "[a-zA-Z]{1,70}",
        ];
        let spaced = (piece, any::<u8>()).prop_map(|(piece, space)| piece + if space % 8 == 0 { "" } else { " " });
        let turn = (any::<u8>(), proptest::collection::vec(spaced, 0..9));
        proptest::collection::vec(turn, 1..7).prop_map(|turns| {
            let turns =
                turns.into_iter().map(|(speaker, pieces)| [&[speaker % 3], pieces.concat().as_bytes()].concat());
            turns.collect::<Vec<_>>().join(&0x1E)
        })
    }

    #[test]
    fn inputs_that_broke_a_law_once_keep_it() {
        // Each word is shorter than the number it names.
        view(b"mil mil");
        redact(b"\0user/pass:");
        // Stars before a digit were taken for a password, and twice as many stars for the next.
        redact(b"\x08N\x00passwmzon the rou-ne workran\n$ curl -u dep<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<loy:Zebr3782 8account numbermdow`enter the aoRcco");
        // A clause without a word was asked how its first word is spelled.
        redact("\x08my l6 t\x03contrasen\u{303}a: .)ylya".as_bytes());
    }

    /// Calls `each` with every labeled conversation.
    fn conversations(mut each: impl FnMut(&serde_json::Value)) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
        for file in std::fs::read_dir(folder).expect("the folder is there") {
            let lines = std::fs::read_to_string(file.expect("an entry").path()).expect("a readable file");
            for line in lines.lines() {
                each(&serde_json::from_str(line).expect("a line of JSON"));
            }
        }
    }

    /// Calls `each` with every beginning and every end, at word boundaries, of the messages with secrets in the
    /// examples.
    fn torn_messages(mut each: impl FnMut(&[u8])) {
        conversations(|conversation| {
            for turn in conversation["turns"].as_array().expect("turns") {
                if turn["secrets"].as_array().is_none_or(Vec::is_empty) {
                    continue;
                }
                let text = turn["text"].as_str().expect("a text").as_bytes();
                let edges = (1..text.len()).filter(|&at| {
                    text[at].is_ascii() && text[at - 1].is_ascii_alphanumeric() != text[at].is_ascii_alphanumeric()
                });
                for at in edges.chain([text.len()]) {
                    each(&text[..at]);
                    each(&text[at..]);
                }
            }
        });
    }

    #[test]
    fn the_laws_of_redaction_hold_for_torn_messages() {
        let mut choice = 0_u8;
        torn_messages(|text| {
            choice = choice.wrapping_add(1);
            redact(&[&[choice], text].concat());
        });
    }

    #[test]
    fn the_law_of_the_gate_holds_for_the_texts_of_the_detectors() {
        for text in crate::detect::detectors().flat_map(|spec| spec.hits.iter().chain(spec.misses)) {
            for speakers in [[0, 1], [1, 0], [2, 2]] {
                for end in ["", "?", ".", " please"] {
                    let turn = |speaker: u8| [&[speaker], text.as_bytes(), end.as_bytes()].concat();
                    gate(&[&[0], &*turn(speakers[0]), &[0x1E], &*turn(speakers[1])].concat());
                }
            }
        }
    }

    #[test]
    fn the_law_of_the_gate_holds_for_what_stands_behind_a_user_name() {
        gate(b"3]\x01user:aph  nasiba\xff\xff\xff\xff\xff\x00\x1c45l");
    }

    #[test]
    fn the_law_of_the_gate_holds_for_labeled_conversations() {
        let mut seen = 0;
        conversations(|conversation| {
            seen += 1;
            if seen % 8 >= crate::steps::cases(8) {
                return;
            }
            let turns = conversation["turns"].as_array().expect("turns");
            for speakers in [&["customer", "agent", "bot"][..], &[]] {
                let mut data = vec![0];
                for turn in turns {
                    let role = turn["role"].as_str().unwrap_or_default();
                    data.push(speakers.iter().position(|speaker| *speaker == role).unwrap_or(3) as u8);
                    data.extend(turn["text"].as_str().expect("a text").bytes());
                    data.push(0x1E);
                }
                gate(&data);
            }
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::steps::cases(2_048)))]

        #[test]
        fn the_law_of_the_gate_holds_for_talk(choice: u8, talk in talk()) {
            gate(&[&[choice], &*talk].concat());
        }
    }

    proptest! {
        #[test]
        fn the_law_of_the_gate_holds_for_any_bytes(data: Vec<u8>) {
            gate(&data);
        }

        #[test]
        fn the_laws_of_redaction_hold_for_chatter(choice: u8, text in chatter()) {
            redact(&[&[choice], &*text].concat());
        }

        #[test]
        fn the_laws_of_streams_hold_for_chatter(choice: u8, text in chatter()) {
            stream(&[&[choice], &*text].concat());
        }

        #[test]
        fn the_laws_of_streams_hold_for_any_bytes(data: Vec<u8>) {
            stream(&data);
        }

        #[test]
        fn the_laws_of_the_view_hold_for_chatter(text in chatter()) {
            view(&text);
        }

        #[test]
        fn the_laws_of_the_view_hold_for_any_bytes(data: Vec<u8>) {
            view(&data);
        }

        #[test]
        fn the_laws_of_redaction_hold_for_any_bytes(data: Vec<u8>) {
            redact(&data);
        }
    }

    #[test]
    fn a_number_word_before_the_word_for_a_password_is_judged_alike_in_a_stream() {
        stream(b"\x48treinta y siete password: ");
    }
}
