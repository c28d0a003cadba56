//! The detectors: the examples of each row hold in the whole engine, in streams and in other spellings.

use std::collections::HashSet;

use lastfour::{
    Conversation, DetectorInfo, Engine, Entity, Explanation, FindingKind, Message, Role, StreamRedactor, detectors,
};

fn explain(text: &str) -> Explanation {
    Engine::default().explain(&mut Conversation::new(), &Message::customer(text))
}

fn finds(text: &str, entity: Entity) -> bool {
    explain(text).outcome.findings.iter().any(|f| f.entity == entity && f.kind == FindingKind::Disclosure)
}

#[test]
fn the_ids_are_unique_and_every_row_is_filled() {
    let mut ids = HashSet::new();
    for spec in detectors() {
        assert!(ids.insert(spec.id), "two detectors have the id {}", spec.id);
        let rest = spec.id.strip_prefix(spec.entity.as_str());
        assert!(
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
            "the id {} must be the name of its entity, or start with it and a hyphen",
            spec.id
        );
        assert!(!spec.title.is_empty() && !spec.source.is_empty(), "{}", spec.id);
        assert!(spec.hits.len() >= 4 && spec.misses.len() >= 4, "{} needs examples", spec.id);
        assert!((4..=1024).contains(&spec.longest), "{}", spec.id);
        assert!(
            spec.verbatim.iter().all(|text| spec.hits.contains(text)),
            "{}: `verbatim` has a text that `hits` has not",
            spec.id
        );
    }
    for entity in Entity::BUILT_IN {
        assert!(ids.contains(entity.as_str()), "no detector has the id {entity}");
    }
}

/// The tests of one detector: `cargo test --test detectors pin` runs those of `pin`.
macro_rules! detectors {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];
        $(mod $name {
            use super::*;

            fn spec() -> &'static DetectorInfo {
                detectors().find(|spec| spec.id.replace('-', "_") == stringify!($name)).unwrap()
            }

            #[test]
            fn every_example_is_found() {
                for text in spec().hits {
                    assert!(finds(text, spec().entity), "missed: {text:?}");
                }
            }

            #[test]
            fn every_counter_example_is_left_alone() {
                for text in spec().misses {
                    let findings = explain(text).outcome.findings;
                    assert!(findings.is_empty(), "{findings:?} in {text:?}");
                }
            }

            #[test]
            fn every_text_gives_the_same_in_a_stream() {
                for text in spec().hits.iter().chain(spec().misses) {
                    gives_the_same_in_a_stream(text);
                }
            }

            #[test]
            fn every_example_is_found_in_other_spellings() {
                for text in spec().hits {
                    is_found_in_other_spellings(spec(), text);
                }
            }
        })*
    };
}

detectors!(card security_code social_security one_time_passcode pin account password);

#[test]
fn every_detector_is_tested() {
    let ids: Vec<String> = detectors().map(|spec| spec.id.replace('-', "_")).collect();
    assert_eq!(ids, TESTED, "add the detector to the list above");
}

fn gives_the_same_in_a_stream(text: &str) {
    let whole = Engine::default().redact(text).into_owned();
    for size in [1, 3, text.len()] {
        let mut redactor = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer);
        let mut out = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            redactor.push(piece, &mut out);
        }
        let found = redactor.finish(&mut out).findings;
        assert_eq!(String::from_utf8_lossy(&out), whole, "in pieces of {size}: {found:?}");
    }
}

/// Replaces each ASCII digit by a digit of another script.
fn in_digits_from(zero: char, text: &str) -> String {
    text.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(zero as u32 + d)).unwrap_or(c)).collect()
}

fn joined_between_digits(joint: &str, text: &str) -> String {
    let mut out = String::new();
    let mut before = None;
    for c in text.chars() {
        if c.is_ascii_digit() && before.is_some_and(|b: char| b.is_ascii_digit()) {
            out.push_str(joint);
        }
        out.push(c);
        before = Some(c);
    }
    out
}

fn is_found_in_other_spellings(spec: &DetectorInfo, text: &str) {
    let entities: String =
        text.chars().map(|c| if c.is_ascii_digit() { format!("&#{};", c as u32) } else { c.into() }).collect();
    for (spelling, disguised) in [
        ("in full-width digits", in_digits_from('０', text)),
        ("in Arabic-Indic digits", in_digits_from('٠', text)),
        ("in bold mathematical digits", in_digits_from('𝟎', text)),
        ("with zero-width spaces", joined_between_digits("\u{200b}", text)),
        ("with word joiners", joined_between_digits("\u{2060}", text)),
        ("with combining marks", joined_between_digits("\u{0301}", text)),
        ("in keycaps", joined_between_digits("\u{fe0f}\u{20e3}", text)),
        ("in entities", entities),
        ("after other words", format!("hello there, how are you today? {text}")),
        ("before other words", format!("{text} Thank you so much for your help with this.")),
        ("on a line of its own", format!("good morning\n{text}\nbest regards")),
    ] {
        let moved = spelling.ends_with("words") || spelling.ends_with("own");
        if moved || !spec.verbatim.contains(&text) {
            assert!(finds(&disguised, spec.entity), "missed: {disguised:?} ({spelling})");
        }
    }
}

#[test]
fn the_evidence_of_a_custom_detector_names_its_conditions() {
    let why = |detector: lastfour::CustomDetectorBuilder, text: &str| {
        let policy = lastfour::Policy::builder().detector(detector.build().unwrap()).build().unwrap();
        let message = Message::customer(text);
        let outcome = Engine::new(policy).scan(&mut Conversation::new(), &message);
        outcome.findings.iter().map(|finding| finding.evidence.to_string()).collect::<Vec<_>>()
    };
    let badge = || lastfour::CustomDetector::builder("badge", r"\bE-\d{5}\b");
    assert_eq!(why(badge(), "E-12345"), ["by its shape"]);
    assert_eq!(why(badge().before(["badge"]), "badge E-12345"), ["near a cue of its detector"]);
    let luhn = badge().checksum(lastfour::Checksum::Luhn).check(|plain| plain.len() == 6);
    assert_eq!(why(luhn, "E-12344"), ["luhn checksum valid, accepted by its detector's check"]);
}
