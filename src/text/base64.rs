//! Finds binary data in a text, encoded as base64.
//!
//! A few hundred kilobytes of random base64 contain something that looks like an IBAN. Nobody writes a secret that way,
//! so nothing is searched in base64.

use crate::span::Span;
use crate::steps;

/// The shortest run of base64 without a `data:` URL around it, in bytes.
const SHORTEST: usize = 96;

/// The shortest line of base64 that continues on the next line. PEM has 64 characters in a line, MIME 76.
const SHORTEST_LINE: usize = 60;

/// What precedes the data in a URL.
const MARKER: &[u8] = b";base64,";

/// Returns the ranges of `text` that are base64, in order.
pub(crate) fn runs(text: &[u8]) -> Vec<Span> {
    steps::add(text.len());
    let mut runs = Vec::new();
    if !may_hold_one(text) {
        return runs;
    }
    let mut at = 0;
    while at < text.len() {
        let start = at;
        let mut counts = Counts::default();
        // Join the lines of one run.
        let end = loop {
            let line = at;
            while at < text.len() && is_base64(text[at]) {
                counts.add(text[at]);
                at += 1;
            }
            let len = at - line;
            let end = at + text[at..].iter().take(2).take_while(|byte| **byte == b'=').count();
            let line_end = match &text[end..] {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                _ => 0,
            };
            let next = end + line_end;
            if len < SHORTEST_LINE || line_end == 0 || !text.get(next).is_some_and(|byte| is_base64(*byte)) {
                break end;
            }
            at = next;
        };
        let is_url = text[..start].ends_with(MARKER);
        if end - start >= SHORTEST && counts.are_random() || is_url && counts.have_letters() {
            runs.push(Span::new(start, end));
        }
        at = end.max(at).max(start + 1);
    }
    runs
}

/// Decodes base64 with or without padding, in either alphabet. Returns `None` for anything else.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let digits = &text[..text.len() - padding];
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        match group.len() {
            4 => bytes.extend_from_slice(&bits.to_be_bytes()[1..]),
            3 => bytes.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
            2 => bytes.extend_from_slice(&(bits >> 4).to_be_bytes()[3..]),
            _ => return None,
        }
    }
    Some(bytes)
}

/// Returns whether a text has a run of base64, by its marker or by its first line. Few bytes are looked at.
fn may_hold_one(text: &[u8]) -> bool {
    // A line that is long enough covers one of these places.
    let long = (SHORTEST_LINE - 1..text.len()).step_by(SHORTEST_LINE).any(|at| {
        let run = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| is_base64(**byte)).count();
        let after = run(&mut text[at..].iter().take(SHORTEST_LINE));
        after > 0 && run(&mut text[..at].iter().rev().take(SHORTEST_LINE)) + after >= SHORTEST_LINE
    });
    long || memchr::memmem::find(text, MARKER).is_some()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// How many characters of each kind a run has.
#[derive(Default)]
struct Counts {
    upper: usize,
    lower: usize,
    digits: usize,
    marks: usize,
}

impl Counts {
    fn add(&mut self, byte: u8) {
        match byte {
            b'A'..=b'Z' => self.upper += 1,
            b'a'..=b'z' => self.lower += 1,
            b'0'..=b'9' => self.digits += 1,
            _ => self.marks += 1,
        }
    }

    fn all(&self) -> usize {
        self.upper + self.lower + self.digits + self.marks
    }

    /// Returns whether the characters are mixed as those of random data are: 26, 26, 10 and 2 of 64.
    fn are_random(&self) -> bool {
        let all = self.all();
        self.upper * 6 > all
            && self.lower * 6 > all
            && self.digits * 3 < all
            && self.digits * 40 > all
            && self.marks * 8 < all
    }

    /// Returns whether it is not only a number.
    fn have_letters(&self) -> bool {
        (self.upper + self.lower) * 3 > self.all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        runs(text.as_bytes()).into_iter().map(|span| &text[span.range()]).collect()
    }

    /// Base64 of some bytes.
    fn base64(len: usize) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(alphabet[(state >> 26) as usize])
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn long_runs_and_data_urls_are_base64() {
        let long = base64(200);
        assert_eq!(found(&format!("see {long}== ok")), [format!("{long}==")]);
        let lines: Vec<String> = (0..4).map(|_| base64(76)).collect();
        let wrapped = lines.join("\r\n") + "\r\nQUJD=";
        assert_eq!(found(&format!("mail\r\n\r\n{wrapped}\r\n\r\nbye")), [&wrapped]);
        let pixel = "R0lGODlhAQABAIAAAAAAAP";
        assert_eq!(found(&format!("<img src=\"data:image/gif;base64,{pixel}\">")), [pixel]);
    }

    #[test]
    fn a_run_is_base64_wherever_it_starts() {
        for before in 0..2 * SHORTEST_LINE {
            let (long, spaces) = (base64(SHORTEST + 4), " ".repeat(before));
            assert_eq!(found(&format!("{spaces}{long} ok")), [&long], "{before}");
            let wrapped = base64(SHORTEST_LINE) + "\n" + &base64(SHORTEST - SHORTEST_LINE);
            assert_eq!(found(&format!("{spaces}{wrapped} ok")), [&wrapped], "{before}");
        }
    }

    #[test]
    fn words_numbers_and_short_tokens_are_not_base64() {
        let sentence = "please-Call-Me-Back-about-My-Card-Number-and-Ask-For-Ann-4111-1111-1111-1111-before-Noon-on-Monday-or-Tuesday";
        let hex = "0123456789abcdef".repeat(8);
        let digits = "4111111111111111".repeat(8);
        for text in [sentence, &hex, &digits, &base64(80), &"word ".repeat(100), "data:;base64,4111111111111111"] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
