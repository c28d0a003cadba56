//! Laws that hold for any bytes at all. The fuzz targets and the property tests call them; they panic where a law is
//! broken.

use std::sync::LazyLock;

use crate::conversation::Conversation;
use crate::detect::checksum::Checksum;
use crate::detect::custom::CustomDetector;
use crate::engine::Engine;
use crate::entity::{Entity, FindingKind};
use crate::message::{Message, Role};
use crate::policy::{Action, Expiry, MaskStyle, Policy, TokenKey};
use crate::report::Outcome;
use crate::span::Span;

/// One engine for each way a policy may turn.
static ENGINES: LazyLock<[Engine; 4]> = LazyLock::new(|| {
    let detector = CustomDetector::builder("loyalty", r"\b[A-Z]{2}[ -]?\d{3,8}\b")
        .before(["loyalty", "número de socio"])
        .checksum(Checksum::Luhn)
        .build()
        .expect("a detector that compiles");
    let key = TokenKey::new(b"a key for tests alone").expect("a key of 16 bytes");
    [
        Policy::builder(),
        Policy::builder().style(MaskStyle::Label).expiry(Expiry::Mask).action(Entity::Password, Action::Block),
        Policy::builder().style(MaskStyle::Token).token_key(key).solicitation(Action::Block),
        Policy::builder().detector(detector).reveal(Entity::Card, 0).action(Entity::Account, Action::Flag),
    ]
    .map(|policy| Engine::new(policy.build().expect("a policy that holds together")))
});

/// The laws of redaction. The first byte chooses the policy and the speaker, the rest is the message.
///
/// - Findings lie in the message, are not empty, stand in order; two disclosures share no byte.
/// - A byte outside every disclosure that is masked or blocked comes out as it went in.
/// - Valid UTF-8 stays valid.
/// - What was redacted comes through unchanged.
/// - No outcome prints the digits it found.
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
        outcome.findings.iter().filter(move |f| f.kind == FindingKind::Disclosure && acted(f.action)).map(|f| f.span)
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
        // Six digits and more are no place in a message of a few thousand bytes.
        if found.len() >= 6 && found.iter().all(u8::is_ascii_digit) {
            let found = String::from_utf8_lossy(found);
            assert!(!printed.contains(&*found), "an outcome prints what was found");
        }
    }
}

fn disclosures(outcome: &Outcome) -> impl Iterator<Item = Span> {
    outcome.findings.iter().filter(|finding| finding.kind == FindingKind::Disclosure).map(|finding| finding.span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces of chatter which, put together, come near to secrets often.
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

    proptest! {
        #[test]
        fn the_laws_of_redaction_hold_for_chatter(choice: u8, text in chatter()) {
            redact(&[&[choice], &*text].concat());
        }

        #[test]
        fn the_laws_of_redaction_hold_for_any_bytes(data: Vec<u8>) {
            redact(&data);
        }
    }
}
