//! The peers.

use aho_corasick::AhoCorasick;
use lastfour::{Conversation, Engine, Message, Role};
use regex::{Regex, RegexSet};

/// Something that scans a message: the number of the message, whether an agent says it, the text, the output.
pub struct Peer {
    pub name: &'static str,
    /// Whether it looks for secrets at all.
    pub detects: bool,
    pub scan: Box<dyn FnMut(usize, bool, &str, &mut String)>,
}

/// The peer to which the others are compared.
pub const BAR: &str = "Aho-Corasick, digits, regex";

pub fn all() -> Vec<Peer> {
    let mut peers = vec![copy(), digits(), regex_set(), bar()];
    #[cfg(feature = "datadog")]
    peers.push(datadog());
    peers.extend([alone(), conversation()]);
    peers
}

fn peer(name: &'static str, detects: bool, scan: impl FnMut(usize, bool, &str, &mut String) + 'static) -> Peer {
    Peer { name, detects, scan: Box::new(scan) }
}

/// What a careful programmer writes first. Word boundaries of ASCII: those of Unicode are much slower.
const PATTERNS: [&str; 8] = [
    r"(?-u:\b)3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?-u:\b)",
    r"(?-u:\b)4\d{3}(?:[ -]?\d{4}){3}(?-u:\b)",
    r"(?-u:\b)5[1-5]\d{2}(?:[ -]?\d{4}){3}(?-u:\b)",
    r"(?-u:\b)6(?:011|5\d{2})(?:[ -]?\d{4}){3}(?-u:\b)",
    r"(?-u:\b)\d{3}[ -]\d{2}[ -]\d{4}(?-u:\b)",
    r"(?i-u:\b)(?:cvv|cvc|cid)[^a-z0-9]{0,4}(?:is|es)?[^a-z0-9]{0,4}\d{3,4}(?-u:\b)",
    r"(?i-u:\b)(?:code|pin|codigo|account number is|cuenta es)[^a-z0-9]{0,4}(?:is|es)?[^a-z0-9]{0,4}\d{4,10}(?-u:\b)",
    r"(?i-u:\b)password[^a-z0-9]{0,4}(?:is|es)?[^a-z0-9]{0,4}[!-~]{4,}",
];

/// Words near secrets.
const KEYWORDS: [&str; 20] = [
    "card",
    "cvv",
    "cvc",
    "cid",
    "security code",
    "social",
    "ssn",
    "code",
    "otp",
    "passcode",
    "password",
    "passwd",
    "pin",
    "account",
    "routing",
    "iban",
    "tarjeta",
    "clave",
    "contrase",
    "cuenta",
];

/// Fewer digits than this are no secret by themselves.
const FEW: usize = 9;

/// Copies the message.
fn copy() -> Peer {
    peer("copy", false, |_, _, text, out| {
        out.clear();
        out.push_str(text);
    })
}

/// Copies the message and looks for a digit.
fn digits() -> Peer {
    peer("copy, any digit?", false, |_, _, text, out| {
        out.clear();
        out.push_str(text);
        std::hint::black_box(text.bytes().any(|byte| byte.is_ascii_digit()));
    })
}

/// A set of patterns, and each that matches is replaced.
struct Patterns {
    set: RegexSet,
    each: Vec<Regex>,
}

impl Patterns {
    fn new() -> Self {
        Self {
            set: RegexSet::new(PATTERNS).unwrap(),
            each: PATTERNS.iter().map(|pattern| Regex::new(pattern).unwrap()).collect(),
        }
    }

    fn redact(&self, text: &str, out: &mut String) {
        out.clear();
        out.push_str(text);
        let matches = self.set.matches(text);
        for at in matches.iter() {
            *out = self.each[at].replace_all(out, "***").into_owned();
        }
    }
}

fn regex_set() -> Peer {
    let patterns = Patterns::new();
    peer("RegexSet of 8", true, move |_, _, text, out| patterns.redact(text, out))
}

/// The bar: a list of words and the count of digits, and if either shows something, the patterns.
fn bar() -> Peer {
    let words = AhoCorasick::builder().ascii_case_insensitive(true).build(KEYWORDS).unwrap();
    let patterns = Patterns::new();
    peer(BAR, true, move |_, _, text, out| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits >= FEW || words.is_match(text) {
            patterns.redact(text, out);
        } else {
            out.clear();
            out.push_str(text);
        }
    })
}

#[cfg(feature = "datadog")]
fn datadog() -> Peer {
    use dd_sds::{MatchAction, RegexRuleConfig, RootRuleConfig, Scanner};
    let rules: Vec<_> = PATTERNS
        .iter()
        .map(|pattern| {
            RootRuleConfig::new(RegexRuleConfig::new(pattern).build()).match_action(MatchAction::redact("***"))
        })
        .collect();
    let scanner = Scanner::builder(&rules).build().unwrap();
    peer("dd-sensitive-data-scanner", true, move |_, _, text, out| {
        out.clear();
        out.push_str(text);
        let _ = scanner.scan(out);
    })
}

fn alone() -> Peer {
    let engine = Engine::default();
    peer("lastfour, alone", true, move |_, _, text, out| {
        out.clear();
        out.push_str(&engine.redact(text));
    })
}

/// Chats of twenty messages.
fn conversation() -> Peer {
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    peer("lastfour, conversation", true, move |at, agent, text, out| {
        if at % 20 == 0 {
            conversation = Conversation::new();
        }
        let role = if agent { Role::Agent } else { Role::Customer };
        let outcome = engine.scan(&mut conversation, &Message::new(role, text));
        out.clear();
        out.push_str(&outcome.redact(text));
    })
}
