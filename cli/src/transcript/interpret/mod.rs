//! Finds the messages among named values: which values are said, by whom, when, and in which conversation.
//!
//! The rules depend on shapes and on the words in names, so that they hold for unknown exports. What the names do not
//! show is learned from all available records: fields with sentences are text, a field with two alternating values
//! identifies the speaker, and lists of people explain ids.

mod copies;
mod reading;
mod speaker;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lastfour::Role;

use super::Trouble;
use super::events;
use super::fields::{About, Meaning, NameId, Names};
use super::nested::{self, ReadTree};
use super::record::{Body, Part, Record, Said, Speaker};
use super::stamp::time_of_value;
use super::tree::{Kind, Node, Tree};
use super::values::role_of_value;
use copies::find_summaries;
use reading::Reading;
use words::{FEWEST_WORDS, words_of};

/// What is known about the names and values of a transcript.
#[derive(Debug, Default)]
pub(crate) struct Interpreter {
    /// Fields with text, and fields of unknown meaning, by a hash of the names on the path to them.
    fields: HashMap<u64, Field>,
    /// The values of fields for roles and kinds.
    values: HashMap<NameId, Vec<Box<str>>>,
    /// Fields next to texts that may identify the speaker.
    beside: HashMap<NameId, Beside>,
    /// Fields next to texts that may name the conversation.
    repeated: HashMap<NameId, Repeated>,
    /// People by their names and ids.
    people: HashMap<Box<[u8]>, Person>,
    /// The roles of people by other values, by a hash of the name and the value. `None` if people with different roles
    /// have the value.
    keyed: HashMap<u64, Option<Role>>,
    /// The names of arrays of words.
    words: HashSet<NameId>,
    /// Fields for ids and times that contain card numbers, by a hash of their path; `false` if they contain other
    /// values too.
    cards: HashMap<u64, bool>,
    /// Hashes of the numbers of fields for ids.
    numbers: HashSet<u64>,
    /// Whether some field is known to contain text.
    has_text: bool,
}

/// What is known about a field that is or may be text.
#[derive(Debug, Default, Clone, Copy)]
struct Field {
    count: u32,
    /// Whether its name says that it is text.
    named: bool,
    /// The number of values that are sentences.
    sentences: u32,
    /// A hash of the first value, and whether another one occurred.
    first: u64,
    varies: bool,
    /// Whether it was first seen in a document within a value.
    inner: bool,
}

impl Field {
    /// Returns whether all values are the same, like the event name of a log.
    fn is_constant(self) -> bool {
        self.count >= FEWEST_CONSTANT && !self.varies
    }
}

/// A field next to texts without a speaker.
#[derive(Debug, Default, Clone)]
struct Beside {
    count: u32,
    changes: u32,
    last: Box<[u8]>,
    /// Its values, up to [`MOST_SIDES`] and one more.
    values: Vec<Box<[u8]>>,
    /// The number of values that look like ids, and of those that look like names.
    ids: u32,
    names: u32,
    /// Hashes of the values in known conversations, of these conversations, and of the pairs of both.
    voices: HashSet<u64>,
    talks: HashSet<u64>,
    pairs: HashSet<u64>,
}

impl Beside {
    fn note(&mut self, value: &[u8], talk: Option<u64>) {
        self.changes += u32::from(self.count > 0 && *self.last != *value);
        self.count = self.count.saturating_add(1);
        self.last = value.into();
        if self.values.len() <= MOST_SIDES && !self.values.iter().any(|known| **known == *value) {
            self.values.push(value.into());
        }
        self.ids = self.ids.saturating_add(u32::from(is_id(value)));
        self.names = self.names.saturating_add(u32::from(is_name(value)));
        if let Some(talk) = talk.filter(|_| self.pairs.len() < MOST_KNOWN) {
            let voice = hash_of(value);
            self.voices.insert(voice);
            self.talks.insert(talk);
            self.pairs.insert(voice ^ talk.rotate_left(17));
        }
    }

    fn alternates(&self) -> bool {
        self.count >= FEWEST_BESIDE && self.changes * 4 >= self.count
    }

    /// Returns whether it identifies the speaker: two values alternate, or names that differ from conversation to
    /// conversation do, two or so in each. Ids of tickets alternate too, but belong to nobody.
    fn identifies_speaker(&self) -> bool {
        let (voices, talks, pairs) = (self.voices.len(), self.talks.len(), self.pairs.len());
        let differ = voices > talks && pairs * 2 > talks * 3 && pairs * 2 <= talks * 5;
        let sides = self.values.len() == MOST_SIDES && self.ids < self.count;
        self.alternates() && (sides || self.names == self.count && differ)
    }
}

/// A field next to texts whose values may repeat.
#[derive(Debug, Default)]
struct Repeated {
    count: usize,
    /// The number of values that look like ids.
    ids: usize,
    /// The number of values that are empty.
    empty: usize,
    /// The number of values that are short and a single word.
    short: usize,
    /// The number of blocks of consecutive equal values, and a hash of the last value.
    blocks: usize,
    last: Option<u64>,
    /// Hashes of its values.
    values: HashSet<u64>,
}

impl Repeated {
    fn note(&mut self, value: &[u8], is_id: bool) {
        let hash = hash_of(value);
        self.count += 1;
        self.ids += usize::from(is_id);
        self.empty += usize::from(value.is_empty() || value == b"null");
        let is_short = !value.is_empty() && value.len() <= LONGEST_WORD && !value.iter().any(u8::is_ascii_whitespace);
        self.short += usize::from(is_short);
        self.blocks += usize::from(self.last.replace(hash) != Some(hash));
        if self.values.len() < MOST_KNOWN {
            self.values.insert(hash);
        }
    }

    /// Returns whether the values repeat, and are ids or each fill one block of messages.
    fn may_be_conversation(&self, name: Meaning) -> bool {
        let repeats = (2..MOST_KNOWN).contains(&self.values.len()) && self.values.len() * 2 <= self.count;
        let in_blocks = self.short == self.count && self.blocks == self.values.len();
        let is_other = name.data || name.label.is_some() || name.kind;
        repeats && (self.ids == self.count || in_blocks && !is_other)
    }
}

/// The names of fields that may identify the conversation, or the speaker, but were not recognised.
#[derive(Debug, Default, Clone)]
pub(crate) struct Candidates {
    pub(crate) conversation: Vec<String>,
    pub(crate) speaker: Vec<String>,
}

/// The maximum number of candidates of each kind.
const MOST_CANDIDATES: usize = 3;

/// A person in a list of people.
#[derive(Debug, Clone, Default)]
struct Person {
    name: Option<Arc<str>>,
    role: Option<Role>,
}

/// The maximum number of entries of each table of the interpreter.
const MOST_KNOWN: usize = 20_000;
/// The maximum number of values of a field for roles that are kept.
const MOST_VALUES: usize = 16;
/// The maximum number of values of a field that may distinguish speakers.
const MOST_SIDES: usize = 2;
/// The minimum number of messages from which a field of unknown meaning identifies a speaker.
const FEWEST_BESIDE: u32 = 4;
/// The minimum number of equal values that show that they are not messages.
const FEWEST_CONSTANT: u32 = 5;
/// The longest value that is searched for a document to learn from, in bytes, and the deepest nesting of such documents.
const LONGEST_INNER: usize = 64 << 10;
const MOST_INNER: usize = 3;
/// The longest value that may be a name, an id or a time, in bytes.
const LONGEST_VALUE: usize = 256;

/// Names of the two sides of a pair: what is asked and what is answered.
const ASKED: &[&str] =
    &["question", "prompt", "input", "request", "query", "pregunta", "pergunta", "instruction", "ask"];
const ANSWERED: &[&str] = &["answer", "completion", "output", "response", "reply", "respuesta", "resposta", "result"];

/// Last words of the names of fields for the level of an event.
const LEVEL: &[&str] = &["level", "severity", "lvl", "loglevel", "levelname"];

/// The use of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Not yet decided, or a container.
    Nothing,
    Text,
    /// Text because of its content, not its name.
    Sentence,
    Data,
    /// A word of an array of words: the index of the array, and the index of the form.
    Word(u32, u8),
}

impl Interpreter {
    /// Learns from what records show together.
    pub(crate) fn study(&mut self, records: &[Record], names: &mut Names) {
        for record in records {
            self.study_fields(record, names, false);
        }
        self.has_text |= !self.words.is_empty();
        // A field that is named like text but never changes is part of a log, whose other fields are not text either.
        let is_text = |field: &Field| field.named || field.sentences > 0 && !field.is_constant();
        self.has_text |= self.fields.values().any(|field| !field.inner && is_text(field));
        for record in records {
            self.study_objects(record, names);
        }
        for record in records {
            self.study_inner(record, names, 0);
        }
    }

    /// Learns from the JSON documents within the values of a record, like `{"log": "{\"text\": ...}"}`.
    fn study_inner(&mut self, record: &Record, names: &mut Names, depth: usize) {
        let Body::Tree(tree) = &record.body else { return };
        let may_hold = |node: &&Node| {
            let text = record.bytes(&node.segment);
            node.kind == Kind::Text && text.len() <= LONGEST_INNER && memchr::memchr(b'{', text).is_some()
        };
        for node in tree.nodes.iter().filter(may_hold) {
            if let Some(inner) = nested::document_in(&record.text(&node.segment), names) {
                self.study_fields(&inner, names, true);
                self.study_objects(&inner, names);
                if depth + 1 < MOST_INNER {
                    self.study_inner(&inner, names, depth + 1);
                }
            }
        }
    }

    fn study_objects(&mut self, record: &Record, names: &Names) {
        let Body::Tree(tree) = &record.body else { return };
        let hashes = hashes(tree);
        for at in 0..tree.nodes.len() {
            if tree.nodes[at].kind == Kind::Object {
                self.study_object(record, tree, u32::try_from(at).unwrap_or(u32::MAX), &hashes, names);
            }
        }
    }

    fn study_fields(&mut self, record: &Record, names: &Names, inner: bool) {
        let Body::Tree(tree) = &record.body else { return };
        let hashes = hashes(tree);
        for (at, node) in tree.nodes.iter().enumerate() {
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            match node.kind {
                Kind::Array
                    if node.name != 0
                        && !self.words.contains(&node.name)
                        && words_of(record, tree, names, index, FEWEST_WORDS).is_some() =>
                {
                    self.words.insert(node.name);
                }
                Kind::Text | Kind::Number => {
                    let meaning = names.meaning(tree.nearest_name(index));
                    if node.kind == Kind::Number && meaning.reference && self.numbers.len() < MOST_KNOWN {
                        self.numbers.insert(hash_of(record.bytes(&node.segment)));
                    }
                    if node.kind == Kind::Text && (meaning.text.is_some() || may_be_sentence(meaning)) {
                        self.study_text(record, node, hashes[at], meaning.text.is_some(), inner);
                    } else if may_be_id(meaning) {
                        self.study_id(record.bytes(&node.segment), hashes[at]);
                    }
                }
                _ => {}
            }
        }
    }

    fn study_text(&mut self, record: &Record, node: &Node, hash: u64, named: bool, inner: bool) {
        if self.fields.len() >= MOST_KNOWN && !self.fields.contains_key(&hash) {
            return;
        }
        let text = record.bytes(&node.segment);
        if text.is_empty() {
            return;
        }
        let field = self.fields.entry(hash).or_insert(Field { inner, ..Field::default() });
        field.inner &= inner;
        let value = hash_of(text);
        field.named |= named;
        field.varies |= field.count > 0 && field.first != value;
        field.first = value;
        field.count = field.count.saturating_add(1);
        field.sentences = field.sentences.saturating_add(u32::from(is_sentence(&record.text(&node.segment))));
    }

    /// One id in ten has a valid card check digit by chance, so a field that also has others contains ids.
    fn study_id(&mut self, value: &[u8], hash: u64) {
        if has_length_of_card(value) && (self.cards.len() < MOST_KNOWN || self.cards.contains_key(&hash)) {
            *self.cards.entry(hash).or_insert(true) &= has_check_digit(value);
        }
    }

    fn study_object(&mut self, record: &Record, tree: &Tree, at: u32, hashes: &[u64], names: &Names) {
        let mut has_text = false;
        for child in tree.children(at) {
            let node = tree.node(child);
            let meaning = names.meaning(node.name);
            let sentences = || self.fields.get(&hashes[child as usize]).is_some_and(|field| field.sentences > 0);
            let is_text = meaning.text.is_some() || may_be_sentence(meaning) && sentences();
            has_text |= is_text && matches!(node.kind, Kind::Text | Kind::Array);
            if matches!(meaning.about, Some(About::Role | About::Kind | About::Given)) && node.kind == Kind::Text {
                self.note_value(node.name, &record.text(&node.segment));
            }
        }
        self.study_person(record, tree, at, names, has_text);
        for child in tree.children(at).take(MOST_BESIDE).filter(|_| has_text) {
            let node = tree.node(child);
            let meaning = names.meaning(node.name);
            let may_be = meaning.text.is_none() && meaning.time.is_none() && meaning.about.is_none();
            if may_be && is_scalar(node) && (self.repeated.len() < MOST_KNOWN || self.repeated.contains_key(&node.name))
            {
                let value = record.bytes(&node.segment);
                self.repeated.entry(node.name).or_default().note(value, meaning.topic || is_id(value));
            }
        }
        if has_text && speaker_names(tree, at, names).next().is_none() {
            let talk = tree.children(at).find(|child| names.meaning(tree.node(*child).name).conversation.is_some());
            let talk = talk.map(|child| hash_of(record.bytes(&tree.node(child).segment)));
            for child in tree.children(at) {
                let node = tree.node(child);
                let meaning = names.meaning(node.name);
                let sentences = self.fields.get(&hashes[child as usize]).is_some_and(|field| field.sentences > 0);
                if meaning.text.is_none()
                    && meaning.time.is_none()
                    && meaning.label.is_none()
                    && !meaning.topic
                    && !names.is_measure(node.name)
                    && !sentences
                    && is_scalar(node)
                    && !is_level(record, node, names)
                {
                    self.note_beside(node.name, record.bytes(&node.segment), talk);
                }
            }
        }
    }

    /// Returns the fields that the user may have to name.
    pub(crate) fn candidates(&self, names: &Names) -> Candidates {
        let named = |mut ids: Vec<NameId>| -> Vec<String> {
            ids.sort_unstable();
            ids.into_iter().filter_map(|id| names.name(id)).take(MOST_CANDIDATES).collect()
        };
        let repeated = self.repeated.iter().filter(|(name, known)| known.may_be_conversation(names.meaning(**name)));
        let speaks = |known: &Beside| known.alternates() && known.names == known.count && !known.identifies_speaker();
        let beside = self.beside.iter().filter(|(_, known)| speaks(known));
        Candidates {
            conversation: if names.has_conversation() {
                Vec::new()
            } else {
                named(repeated.map(|(name, _)| *name).collect())
            },
            speaker: named(beside.map(|(name, _)| *name).collect()),
        }
    }

    fn note_value(&mut self, name: NameId, value: &[u8]) {
        if value.len() > LONGEST_VALUE || self.values.len() >= MOST_KNOWN && !self.values.contains_key(&name) {
            return;
        }
        let value = String::from_utf8_lossy(value).trim().to_ascii_lowercase();
        let known = self.values.entry(name).or_default();
        if known.len() < MOST_VALUES && !known.iter().any(|other| **other == *value) {
            known.push(value.into());
        }
    }

    fn note_beside(&mut self, name: NameId, value: &[u8], talk: Option<u64>) {
        if value.len() > LONGEST_VALUE || self.beside.len() >= MOST_KNOWN && !self.beside.contains_key(&name) {
            return;
        }
        self.beside.entry(name).or_default().note(value, talk);
    }

    /// Learns about a person from an object of a list of people, or from one under the name of a role.
    fn study_person(&mut self, record: &Record, tree: &Tree, at: u32, names: &Names, has_text: bool) {
        let list = names.meaning(tree.nearest_name(at));
        let own = names.meaning(tree.node(at).name);
        // A map from ids to people is a list too.
        let parent = tree.node(at).parent;
        let in_map = tree.node(parent).kind == Kind::Object && names.meaning(tree.nearest_name(parent)).list;
        let by_role = own.role.is_some() && own.text.is_none() && own.about.is_none();
        let listed = tree.is_element(at) && list.list;
        let states = states_role(record, tree, at, names);
        let is_person = listed || by_role || in_map || states;
        if !is_person || has_text || self.people.len() >= MOST_KNOWN {
            return;
        }
        let mut person =
            Person { name: None, role: if in_map { None } else { list.role.filter(|_| list.list).or(own.role) } };
        let mut keys: Vec<Box<[u8]>> = Vec::new();
        let mut others: Vec<u64> = Vec::new();
        for child in tree.children(at) {
            let node = tree.node(child);
            let meaning = names.meaning(node.name);
            if !matches!(node.kind, Kind::Text | Kind::Number) || node.segment.span().len() > LONGEST_VALUE {
                continue;
            }
            let value = record.text(&node.segment);
            match meaning.about {
                Some(About::Role | About::Kind) => {
                    let role = role_of_value(&String::from_utf8_lossy(&value));
                    person.role = role.map(|role| self.unambiguous(node.name, &value, role)).or(person.role);
                    continue;
                }
                Some(About::Name) => person.name = Some(Arc::from(String::from_utf8_lossy(&value).as_ref())),
                _ if meaning.id || meaning.about.is_some() => {}
                _ if names.words(node.name).last().is_some_and(|word| word.ends_with("id")) => {}
                _ => {
                    others.push(keyed(node.name, &value));
                    continue;
                }
            }
            keys.push(value.into_owned().into());
        }
        // A key may have any name. It counts only if the speaker of a message has it under the same name.
        for other in others.into_iter().filter(|_| listed || states) {
            let role = self.keyed.entry(other).or_insert(person.role);
            *role = role.filter(|role| person.role == Some(*role));
        }
        for key in keys {
            let known = self.people.entry(key).or_default();
            known.role = known.role.or(person.role);
            known.name = known.name.take().or_else(|| person.name.clone());
        }
    }

    /// Returns the role of a value. A "user" belongs to the business if another value means a customer and no value
    /// means an agent.
    fn unambiguous(&self, name: NameId, value: &[u8], role: Role) -> Role {
        if !value.trim_ascii().eq_ignore_ascii_case(b"user") {
            return role;
        }
        let values = self.values.get(&name).map_or(&[][..], Vec::as_slice);
        let role_of = |value: &str| if value == "user" { None } else { role_of_value(value) };
        let customers = values.iter().any(|value| role_of(value) == Some(Role::Customer));
        let serving = values.iter().any(|value| role_of(value).is_some_and(Role::serves));
        if customers && !serving { Role::Agent } else { role }
    }

    /// Turns the values of a record into messages.
    pub(crate) fn read(&self, record: &mut Record, names: &mut Names) {
        if !matches!(record.body, Body::Tree(_)) {
            return;
        }
        let Body::Tree(tree) = std::mem::replace(&mut record.body, Body::Said(Vec::new())) else { return };
        let said = self.messages(record, &tree, names, &Speaker::default(), 0);
        if !self.has_text && record.trouble.is_none() && said.iter().any(|said| matches!(said.part, Part::Said)) {
            record.trouble = Some(Trouble::NoField);
        }
        record.body = Body::Said(said);
    }
}

impl ReadTree for Interpreter {
    fn messages(
        &self,
        record: &mut Record,
        tree: &Tree,
        names: &mut Names,
        speaker: &Speaker,
        depth: usize,
    ) -> Vec<Said> {
        let mut reading = Reading::new(self, record, tree, names, speaker);
        reading.find_words();
        reading.find_texts();
        let (mut all, data) = reading.collect();
        let mut said = Vec::with_capacity(all.len() + data.len());
        nested::expand_all(self, record, names, &mut all, depth, &mut said);
        find_summaries(record, &mut said);
        said.extend(data);
        said
    }
}

/// Returns a hash of a name and a value.
fn keyed(name: NameId, value: &[u8]) -> u64 {
    (hash_of(value) ^ u64::from(name)).wrapping_mul(0x0100_0000_01b3)
}

/// Returns whether an object of an array states the role of somebody and is not a message: it has no time and no
/// speaker.
fn states_role(record: &Record, tree: &Tree, at: u32, names: &Names) -> bool {
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
fn is_anybody(value: &str) -> bool {
    ["human", "user", "member", "person", "people"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Returns whether a field of this meaning may turn out to contain sentences.
fn may_be_sentence(meaning: Meaning) -> bool {
    meaning.text.is_none()
        && !meaning.data
        && !meaning.id
        && meaning.label.is_none()
        && meaning.time.is_none()
        && meaning.conversation.is_none()
        && !matches!(meaning.about, Some(about) if about != About::Kind && about != About::Given)
}

/// Returns whether a field of this meaning may contain ids, or numeric times.
fn may_be_id(meaning: Meaning) -> bool {
    meaning.reference || meaning.conversation.is_some() || meaning.time.is_some()
}

/// Returns whether a value consists of as many digits as almost all cards have. Ids of 13 and of 17 to 19 digits are
/// common.
fn has_length_of_card(value: &[u8]) -> bool {
    matches!(value.len(), 15 | 16) && value.iter().all(u8::is_ascii_digit)
}

/// Returns whether the last digit is a valid card check digit.
fn has_check_digit(digits: &[u8]) -> bool {
    let value = |(place, digit): (usize, &u8)| match (place % 2, digit - b'0') {
        (0, digit) => digit,
        (_, digit) => digit / 5 + digit * 2 % 10,
    };
    digits.iter().rev().enumerate().map(value).map(u32::from).sum::<u32>() % 10 == 0
}

/// Returns whether a member is the level of an event.
fn is_level(record: &Record, node: &Node, names: &Names) -> bool {
    let named = names.words(node.name).last().is_some_and(|word| LEVEL.contains(&word.as_str()));
    named && node.kind == Kind::Text && events::is_level(record.bytes(&node.segment))
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.kind, Kind::Text | Kind::Number | Kind::Literal)
}

/// Returns the members of an object that identify its speaker, whatever their values are.
fn speaker_names<'a>(tree: &'a Tree, at: u32, names: &'a Names) -> impl Iterator<Item = (u32, About)> + 'a {
    tree.children(at).filter_map(|child| {
        let about = names.meaning(tree.node(child).name).about?;
        (about != About::Kind && about != About::Name).then_some((child, about))
    })
}

/// Returns for each node a hash of the names on the path to it.
fn hashes(tree: &Tree) -> Vec<u64> {
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

fn hash_of(value: &[u8]) -> u64 {
    value.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// The maximum number of members of an object that are searched for the name of a field.
const MOST_BESIDE: usize = 16;

/// The maximum length of a word, in bytes.
const LONGEST_WORD: usize = 64;

/// The maximum number of letters before the number of an id.
const LONGEST_PREFIX: usize = 8;
/// The maximum number of words of a name.
const MOST_NAME_WORDS: usize = 3;

/// Returns whether a value looks like the id of a ticket or a conversation: `T-1`, `#10482`, a UUID.
fn is_id(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let prefix = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let [b'-' | b'#' | b'/', number @ ..] = &value[prefix..] else { return is_machine_made(value) };
    prefix <= LONGEST_PREFIX && number.iter().any(u8::is_ascii_digit) && !number.iter().any(u8::is_ascii_whitespace)
        || is_machine_made(value)
}

/// Returns whether a value may be the name of a person: few words, without digits.
fn is_name(value: &[u8]) -> bool {
    let words = value.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || b" .'-".contains(b);
    (1..=MOST_NAME_WORDS).contains(&words) && value.len() <= LONGEST_WORD && value.iter().all(is_letter)
}

/// Returns whether a value was made by a program: a UUID, a time, an address, binary data.
fn is_machine_made(text: &[u8]) -> bool {
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
