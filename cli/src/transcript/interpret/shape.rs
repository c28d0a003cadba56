//! What names and values look like: ids, names of people, sentences, and what programs make.

use crate::transcript::events;
use crate::transcript::fields::{About, Meaning, NameId, Names};
use crate::transcript::record::Record;
use crate::transcript::stamp::time_of_value;
use crate::transcript::tree::{Kind, Node, Tree};
use crate::transcript::values::role_of_value;

/// The longest value that may be a name, an id or a time, in bytes.
pub(super) const LONGEST_VALUE: usize = 256;

/// Names of the two sides of a pair: what is asked and what is answered.
pub(super) const ASKED: &[&str] =
    &["question", "prompt", "input", "request", "query", "pregunta", "pergunta", "instruction", "ask"];

pub(super) const ANSWERED: &[&str] =
    &["answer", "completion", "output", "response", "reply", "respuesta", "resposta", "result"];

/// Last words of the names of fields for the level of an event.
const LEVEL: &[&str] = &["level", "severity", "lvl", "loglevel", "levelname"];

/// Returns a hash of a name and a value.
pub(super) fn keyed(name: NameId, value: &[u8]) -> u64 {
    (hash_of(value) ^ u64::from(name)).wrapping_mul(0x0100_0000_01b3)
}

/// Returns whether an object of an array states the role of somebody and is not a message: it has no time and no
/// speaker.
pub(super) fn states_role(record: &Record, tree: &Tree, at: u32, names: &Names) -> bool {
    let is_role = |child: &u32| {
        let (node, meaning) = (tree.node(*child), names.meaning(tree.node(*child).name));
        matches!(meaning.about, Some(About::Role | About::Kind))
            && node.kind == Kind::Text
            && node.segment.span().len() <= LONGEST_VALUE
            && role_of_value(&String::from_utf8_lossy(&record.text(&node.segment))).is_some()
    };
    let is_of_message = |child: u32| {
        let meaning = names.meaning(tree.node(child).name);
        meaning.time.is_some()
            || meaning.about.is_some_and(|about| !matches!(about, About::Role | About::Kind | About::Name))
    };
    tree.is_element(at)
        && tree.children(at).take(MOST_BESIDE).any(|child| is_role(&child))
        && !tree.children(at).take(MOST_BESIDE).any(is_of_message)
}

/// Returns whether anybody but a program may have this role.
pub(super) fn is_anybody(value: &str) -> bool {
    ["human", "user", "member", "person", "people"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Returns whether a field of this meaning may turn out to contain sentences.
pub(super) fn may_be_sentence(meaning: Meaning) -> bool {
    meaning.text.is_none()
        && !meaning.data
        && !meaning.id
        && meaning.label.is_none()
        && meaning.time.is_none()
        && meaning.conversation.is_none()
        && !matches!(meaning.about, Some(about) if about != About::Kind && about != About::Given)
}

/// Returns whether a field of this meaning may contain ids, or numeric times.
pub(super) fn may_be_id(meaning: Meaning) -> bool {
    meaning.reference || meaning.conversation.is_some() || meaning.time.is_some()
}

/// Returns whether a value consists of as many digits as almost all cards have. Ids of 13 and of 17 to 19 digits are
/// common.
pub(super) fn has_length_of_card(value: &[u8]) -> bool {
    matches!(value.len(), 15 | 16) && value.iter().all(u8::is_ascii_digit)
}

/// Returns whether the last digit is a valid card check digit.
pub(super) fn has_check_digit(digits: &[u8]) -> bool {
    let value = |(place, digit): (usize, &u8)| match (place % 2, digit - b'0') {
        (0, digit) => digit,
        (_, digit) => digit / 5 + digit * 2 % 10,
    };
    digits.iter().rev().enumerate().map(value).map(u32::from).sum::<u32>() % 10 == 0
}

/// Returns whether a member is the level of an event.
pub(super) fn is_level(record: &Record, node: &Node, names: &Names) -> bool {
    let named = names.words(node.name).last().is_some_and(|word| LEVEL.contains(&word.as_str()));
    named && node.kind == Kind::Text && events::is_level(record.bytes(&node.segment))
}

pub(super) fn is_scalar(node: &Node) -> bool {
    matches!(node.kind, Kind::Text | Kind::Number | Kind::Literal)
}

/// Returns the members of an object that identify its speaker, whatever their values are.
pub(super) fn speaker_names<'a>(tree: &'a Tree, at: u32, names: &'a Names) -> impl Iterator<Item = (u32, About)> + 'a {
    tree.children(at).filter_map(|child| {
        let about = names.meaning(tree.node(child).name).about?;
        (about != About::Kind && about != About::Name).then_some((child, about))
    })
}

/// Returns for each node a hash of the names on the path to it.
pub(super) fn hashes(tree: &Tree) -> Vec<u64> {
    let mut hashes: Vec<u64> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let above = hashes.get(node.parent as usize).copied().unwrap_or(0xcbf2_9ce4_8422_2325);
        hashes.push(match node.name {
            0 => above,
            name => (above ^ u64::from(name)).wrapping_mul(0x0100_0000_01b3),
        });
    }
    hashes
}

/// The number of bytes of a text that are examined to decide whether it is a sentence.
const LOOKED_AT: usize = 400;

/// Returns whether a text has several consecutive words, most of them not names.
pub(super) fn is_sentence(text: &[u8]) -> bool {
    let text = &text[..text.len().min(LOOKED_AT)];
    let (mut words, mut lower) = (0, 0);
    for word in text.split(|b| b.is_ascii_whitespace()) {
        let word = word.trim_ascii();
        let letters = word.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        if letters * 3 >= word.len() * 2 && letters > 0 {
            words += 1;
            lower += usize::from(word[0].is_ascii_lowercase() || word[0] >= 0x80);
        }
    }
    words >= 3 && lower >= 2 || words >= 2 && text.trim_ascii_end().ends_with(b"?")
}

pub(super) fn hash_of(value: &[u8]) -> u64 {
    value.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// The maximum number of members of an object that are searched for the name of a field.
pub(super) const MOST_BESIDE: usize = 16;

/// The maximum length of a word, in bytes.
pub(super) const LONGEST_WORD: usize = 64;

/// The maximum number of letters before the number of an id.
const LONGEST_PREFIX: usize = 8;
/// The maximum number of words of a name.
const MOST_NAME_WORDS: usize = 3;

/// Returns whether a value looks like the id of a ticket or a conversation: `T-1`, `#10482`, a UUID.
pub(super) fn is_id(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let prefix = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let [b'-' | b'#' | b'/', number @ ..] = &value[prefix..] else { return is_machine_made(value) };
    prefix <= LONGEST_PREFIX && number.iter().any(u8::is_ascii_digit) && !number.iter().any(u8::is_ascii_whitespace)
        || is_machine_made(value)
}

/// Returns whether a value may be the name of a person: few words, without digits.
pub(super) fn is_name(value: &[u8]) -> bool {
    let words = value.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || b" .'-".contains(b);
    (1..=MOST_NAME_WORDS).contains(&words) && value.len() <= LONGEST_WORD && value.iter().all(is_letter)
}

/// Returns whether a value was made by a program: a UUID, a time, an address, binary data.
pub(super) fn is_machine_made(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    if text.len() < 8 || text.iter().any(|b| matches!(b, b'\n' | b'\t')) {
        return false;
    }
    let blank = text.contains(&b' ');
    let hex = text.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let letters = text.iter().any(u8::is_ascii_alphabetic);
    let uuid = hex && text.len() == 36 && text.iter().filter(|b| **b == b'-').count() == 4;
    let digest = hex && letters && text.len() >= 24 && !text.contains(&b'-');
    let address =
        !blank && (text.starts_with(b"http://") || text.starts_with(b"https://") || text.starts_with(b"data:"));
    let blob = !blank && text.len() >= 200 && text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(b));
    let time = text.len() <= 40 && text[0].is_ascii_digit() && text.contains(&b':') && {
        let time = time_of_value(text);
        time.is_some_and(|time| time.absolute) && text.iter().filter(|b| b.is_ascii_alphabetic()).count() <= 5
    };
    uuid || digest || address || blob || time
}
