//! Secrets that are certain by their form, in any field: grouped card numbers, card numbers of 15 or 16 digits, Social
//! Security numbers with hyphens, IBANs, magnetic stripes.

/// Which findings in a text count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// All.
    Any,
    /// Those that are certain by their form.
    Form,
    /// Those that are certain by their form, without ungrouped card numbers, which an identifier may look like.
    Grouped,
}

use crate::entity::Entity;
use crate::report::Finding;

/// The number of digits of the shortest such secret.
const FEWEST_DIGITS: usize = 9;

/// Returns whether a text may contain a secret that is certain by its form: it has nine digits with at most 26 other
/// characters between two of them.
pub(super) fn may_be_in(text: &[u8]) -> bool {
    let (mut digits, mut gap) = (0, 0);
    for byte in text {
        if byte.is_ascii_digit() {
            digits += 1;
            gap = 0;
        } else {
            gap += 1;
            // Enough letters for an IBAN, or for the name on a magnetic stripe.
            if gap > 26 {
                digits = 0;
            }
        }
        if digits >= FEWEST_DIGITS {
            return true;
        }
    }
    false
}

/// Returns the length of a name with a mark at the start of a text that ends in a number: `id-` of `id-4012-8888-8888-1881`.
pub(super) fn prefix(text: &[u8]) -> usize {
    let len = text.iter().position(u8::is_ascii_digit).unwrap_or(0);
    let Some((b'-' | b'_' | b':' | b'#', name)) = text[..len].split_last() else { return 0 };
    let is_name = name.iter().all(u8::is_ascii_alphabetic);
    let is_number = text[len..].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' ' | b'.'));
    if is_name && is_number { len } else { 0 }
}

/// Returns whether a finding in `text` counts.
pub(super) fn is_proven(finding: &Finding, text: &[u8], proof: Proof) -> bool {
    match proof {
        Proof::Any => true,
        Proof::Form => is_certain(finding, text),
        Proof::Grouped => {
            let is_run = finding.entity == Entity::Card && !finding.evidence.grouped && !is_stripe(finding);
            !is_run && is_certain(finding, text)
        }
    }
}

/// Returns whether a finding in `text` is certain by its form.
fn is_certain(finding: &Finding, text: &[u8]) -> bool {
    let evidence = &finding.evidence;
    if evidence.piece || evidence.mistyped || !finding.kind.is_there() || !stands_alone(finding, text) {
        return false;
    }
    let shown = &text[finding.span.range()];
    match finding.entity {
        Entity::Card if is_stripe(finding) => true,
        Entity::Card => {
            let is_card = |byte: &u8| !byte.is_ascii() || byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.');
            evidence.checksum == Some("luhn")
                && (evidence.grouped || matches!(evidence.digits, 15 | 16))
                && shown.iter().all(is_card)
        }
        Entity::SocialSecurity => {
            shown.len() == 11
                && shown
                    .iter()
                    .enumerate()
                    .all(|(at, byte)| if at == 3 || at == 6 { *byte == b'-' } else { byte.is_ascii_digit() })
        }
        Entity::Account => evidence.checksum == Some("iban") && shown.starts_with(&shown[..2].to_ascii_uppercase()),
        _ => is_stripe(finding),
    }
}

fn is_stripe(finding: &Finding) -> bool {
    finding.evidence.cue == Some("magnetic stripe")
}

/// Returns whether a finding is not a part of a longer identifier or number, such as a UUID, a path or a decimal.
fn stands_alone(finding: &Finding, text: &[u8]) -> bool {
    let (before, after) = (&text[..finding.span.start], &text[finding.span.end..]);
    let joins = |byte: Option<&u8>, next: Option<&u8>| match byte {
        Some(b'-' | b'_' | b'/' | b'.' | b'+' | b'%' | b'@') => next.is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => byte.is_ascii_alphanumeric(),
        None => false,
    };
    is_stripe(finding)
        || !joins(before.last(), before.len().checked_sub(2).and_then(|at| before.get(at)))
            && !joins(after.first(), after.get(1))
}
