//! The rows of the detectors: each says the truth about itself, through the whole engine.

use std::collections::HashSet;

use lastfour::{Conversation, Engine, FindingKind, Message, detectors};

#[test]
fn every_row_is_complete_and_its_id_is_its_own() {
    let mut ids = HashSet::new();
    for spec in detectors() {
        assert!(ids.insert(spec.id), "{} is there twice", spec.id);
        assert!(!spec.title.is_empty() && !spec.source.is_empty() && spec.longest > 0, "{}", spec.id);
        assert!(spec.hits.len() >= 3 && spec.misses.len() >= 3, "{} has too few examples", spec.id);
    }
    assert!(!ids.is_empty());
}

#[test]
fn every_example_of_a_row_hits() {
    let engine = Engine::default();
    let mut silent = Vec::new();
    for spec in detectors() {
        for text in spec.hits {
            let outcome = engine.scan(&mut Conversation::new(), &Message::customer(text));
            let hit = |f: &lastfour::Finding| f.entity == spec.entity && f.kind == FindingKind::Disclosure;
            if !outcome.findings.iter().any(hit) {
                silent.push((spec.id, *text));
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_counter_example_of_a_row_passes_untouched() {
    let engine = Engine::default();
    let mut changed = Vec::new();
    for spec in detectors() {
        for text in spec.misses {
            if engine.redact(text) != *text {
                changed.push((spec.id, *text, engine.redact(text).into_owned()));
            }
        }
    }
    assert!(changed.is_empty(), "{changed:#?}");
}
