//! Bank account and routing numbers, IBANs and CLABEs.

use crate::detect::cues::Topic;
use crate::detect::number::{Digits, Number};
use crate::detect::token::{Kind, TokenizedText};
use crate::detect::{Candidate, Candidates, Claim, Detector, DetectorInfo, Document, checksum};
use crate::entity::Entity;
use crate::evidence::Evidence;

/// Finds account numbers by cue or question, IBANs by their checksum.
pub(crate) struct Account;

static SPEC: DetectorInfo = DetectorInfo {
    id: "account",
    entity: Entity::Account,
    title: "Bank account and routing numbers by cue, IBANs and CLABEs by checksum",
    longest: 34 * 4,
    source: "ISO 13616 (IBAN); American Bankers Association (routing numbers); Asociación de Bancos de México (CLABE)",
    hits: &[
        "my checking account number is 004417829931",
        "Routing 021000021, account 887301542.",
        "IBAN is GB82 WEST 1234 5698 7654 32",
        "DE89370400440532013000",
        "mi CLABE es 032180000118359719",
        "numero de cuenta 4820177365",
    ],
    verbatim: &[],
    misses: &[
        "checking ending 9931",
        "my account was opened in 2009",
        "account manager 12345678's ticket: no",
        "order 887301542",
    ],
};

impl Detector for Account {
    fn spec(&self) -> &'static DetectorInfo {
        &SPEC
    }

    fn detect(&self, page: &Document<'_>, out: &mut Candidates) {
        ibans(page, out);
        for number in page.numbers.iter().filter(|n| (6..=24).contains(&n.digits)) {
            out.push(candidate(page, number));
        }
    }
}

fn candidate(page: &Document<'_>, number: &Number) -> Candidate {
    let digits = Digits::of(&page.reading, number.first, number.last).unwrap_or_default();
    let mut text = [0; Digits::MAX];
    for (byte, digit) in text.iter_mut().zip(digits.get()) {
        *byte = b'0' + digit;
    }
    let text = &text[..digits.get().len()];
    let checksum = match text.len() {
        9 if checksum::aba(text) => Some("aba"),
        18 if checksum::clabe(text) => Some("clabe"),
        _ => None,
    };
    Candidate {
        first: number.first,
        last: number.last,
        entity: Entity::Account,
        claim: Claim::Possible,
        topics: &[Topic::Account],
        evidence: Evidence {
            checksum,
            disguised: page.is_disguised(number.first, number.last),
            digits: u8::try_from(number.digits).unwrap_or(u8::MAX),
            ..Evidence::default()
        },
    }
}

/// Two letters, two digits, then letters and digits in any grouping.
fn ibans(page: &Document<'_>, out: &mut Candidates) {
    let reading = &page.reading;
    let mut at = if reading.facts.mixed { 0 } else { reading.tokens.len() };
    while at < reading.tokens.len() {
        match iban_at(reading, at) {
            Some((last, valid)) => {
                out.push(Candidate {
                    first: at,
                    last,
                    entity: Entity::Account,
                    claim: if valid { Claim::Certain } else { Claim::Possible },
                    topics: &[Topic::Account],
                    evidence: Evidence { checksum: valid.then_some("iban"), ..Evidence::default() },
                });
                at = last + 1;
            }
            None => at += 1,
        }
    }
}

/// The last token of an IBAN that starts at `first`, and whether its checksum holds.
fn iban_at(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, bool)> {
    let head = reading.token(first).filter(|t| t.kind == Kind::Mixed)?;
    let bytes = reading.bytes(head);
    let (country, check) = (bytes.get(..2)?, bytes.get(2..4)?);
    if bytes.len() < 4 || !country.iter().all(u8::is_ascii_alphabetic) || !check.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut text = [0; 34];
    let mut len = 0;
    let mut valid = None;
    let mut longest = first;
    for at in first..(first + 20).min(reading.tokens.len()) {
        let token = &reading.tokens[at];
        match token.kind {
            Kind::Mark(b'-' | b'.') if !token.spaced => continue,
            Kind::Word | Kind::Mixed | Kind::Digits => {}
            _ => break,
        }
        let bytes = reading.bytes(token);
        if len + bytes.len() > text.len() || at > first && bytes.len() > 4 && token.spaced && token.kind == Kind::Word {
            break;
        }
        text[len..len + bytes.len()].copy_from_slice(bytes);
        len += bytes.len();
        if len >= 15 && checksum::iban(&text[..len]) {
            valid = Some(at);
        }
        let body = &text[4..len];
        if body.iter().filter(|b| b.is_ascii_digit()).count() * 2 >= body.len() && token.kind != Kind::Word {
            longest = at;
        }
    }
    match valid {
        Some(last) => Some((last, true)),
        None if len >= 15 && country.iter().all(u8::is_ascii_uppercase) => {
            let bytes = reading.span(first, longest);
            (bytes.end - bytes.start >= 15).then_some((longest, false))
        }
        None => None,
    }
}
