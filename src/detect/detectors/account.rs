//! Bank account and routing numbers, IBANs and CLABEs.

use crate::detect::cues::Topic;
use crate::detect::number::{self, Digits, Number};
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

/// Finds IBANs: two letters, two digits, then letters and digits in any grouping.
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
                    claim: match valid {
                        true => Claim::Certain,
                        false if is_printed_iban(reading, at, last) => Claim::Probable,
                        false => Claim::Possible,
                    },
                    topics: &[Topic::Account],
                    evidence: Evidence { checksum: valid.then_some("iban"), ..Evidence::default() },
                });
                at = last + 1;
            }
            None => at += 1,
        }
    }
}

/// Returns whether capitals and digits are grouped in fours, as IBANs are printed, and have the length of their
/// country. This form is distinctive even if the checksum fails.
fn is_printed_iban(reading: &TokenizedText<'_>, first: usize, last: usize) -> bool {
    let span = reading.span(first, last);
    let text = &reading.text[span.start..span.end];
    let mut groups = text.split(|byte| *byte == b' ').rev();
    let grouped = groups.next().is_some_and(|end| (1..=4).contains(&end.len())) && groups.all(|group| group.len() == 4);
    let length = text.iter().filter(|byte| **byte != b' ').count();
    let plain = text.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    grouped && plain && checksum::iban_country([text[0], text[1]]).is_some_and(|(usual, _)| usual == length)
}

/// Returns the last token of an IBAN that starts at `first`, and whether its checksum is valid.
fn iban_at(reading: &TokenizedText<'_>, first: usize) -> Option<(usize, bool)> {
    let head = reading.token(first)?;
    // A long run of digits is a token separate from the letters before it.
    let apart = head.kind == Kind::Word && head.len() == 2;
    let glued = reading.token(first + 1).is_some_and(|t| t.kind == Kind::Digits && !t.spaced);
    if !(head.kind == Kind::Mixed || apart && glued) || number::in_identifier(reading, first) {
        return None;
    }
    let start = head.start as usize;
    let [a, b, check @ ..] = reading.text.get(start..start + 4)? else { return None };
    let (length, digits) = checksum::iban_country([*a, *b])?;
    if !check.iter().all(u8::is_ascii_digit) {
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
        let body = text[..len].get(4..).unwrap_or_default();
        if body.iter().filter(|b| b.is_ascii_digit()).count() * 2 >= body.len() && token.kind != Kind::Word {
            longest = at;
        }
    }
    match valid {
        Some(last) => Some((last, true)),
        // One character too many, missing or wrong.
        None if a.is_ascii_uppercase() && b.is_ascii_uppercase() => {
            let span = reading.span(first, longest);
            let body = reading.text[span.start..span.end].iter().filter(|b| b.is_ascii_alphanumeric());
            let letters = body.clone().skip(2).filter(|b| b.is_ascii_alphabetic()).count();
            (body.count().abs_diff(length) <= 1 && (!digits || letters <= 1)).then_some((longest, false))
        }
        None => None,
    }
}
