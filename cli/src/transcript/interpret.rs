//! Finds the messages among named values: which values are said, by whom, when, and in which conversation.
//!
//! The rules depend on shapes and on the words in names, so that they hold for unknown exports. What the names do not
//! show is learned from all available records: fields with sentences are text, a field with two alternating values
//! identifies the speaker, and lists of people explain ids.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lastfour::Role;
use lastfour::chat::secret_label;

use super::Trouble;
use super::echo::{have_same_words, key_of};
use super::events;
use super::fields::{About, Meaning, NameId, Names, TextName};
use super::header;
use super::nested::{self, ReadTree};
use super::record::{Body, Key, Part, Record, Said, Speaker, Time};
use super::segment::{Joint, Segment};
use super::stamp::time_of_value;
use super::tree::{Aside, Kind, Node, Tree};
use super::values::{role_of_value, side_of_direction};

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

/// The minimum number of words of an array from which its name is learned.
const FEWEST_WORDS: usize = 3;

/// Returns the texts of the words of an array if it is an array of at least `fewest` words: objects with one word each,
/// and with times. A word may have several forms. The last one, which often has punctuation, has the index 0.
fn words_of(record: &Record, tree: &Tree, names: &Names, array: u32, fewest: usize) -> Option<Vec<(u32, u8)>> {
    let (mut elements, mut single, mut timed) = (0, 0, 0);
    let is_time = |name| names.meaning(name).time.is_some();
    let mut words = Vec::new();
    let mut first: Option<Vec<u8>> = None;
    let mut differ = false;
    for element in tree.children(array) {
        if tree.node(element).kind != Kind::Object {
            return None;
        }
        let is_text = |at: &u32| {
            let node = tree.node(*at);
            let name = tree.nearest_name(*at);
            let named = names.meaning(name).text.is_some() || names.words(name) == ["value"];
            node.kind == Kind::Text && named && record.is_editable(node.segment.layer)
        };
        // A word may have several forms, for example with and without punctuation.
        let mut forms: Vec<u32> = (element + 1..tree.node(element).end).filter(is_text).take(MOST_FORMS + 1).collect();
        let Some(&last) = forms.last() else { continue };
        // A list with times of its own: the element is a phrase, and the list has its words.
        let is_timed = |at: u32| tree.is_element(at) && tree.children(at).any(|child| is_time(tree.node(child).name));
        if (element + 1..tree.node(element).end).any(is_timed) {
            return None;
        }
        let text = |at: &u32| record.text(&tree.node(*at).segment).trim_ascii().to_vec();
        // The same word under an unknown name.
        let is_same = |at: &u32| {
            let node = tree.node(*at);
            let name = tree.nearest_name(*at);
            let may_be = may_be_sentence(names.meaning(name)) && !names.is_measure(name) && !is_text(at);
            may_be
                && node.kind == Kind::Text
                && record.is_editable(node.segment.layer)
                && node.segment.span().len() <= LONGEST_WORD
                && have_same_words(&text(at), &text(&last))
        };
        let others: Vec<u32> = (element + 1..tree.node(element).end).filter(is_same).take(MOST_FORMS).collect();
        forms.splice(0..0, others);
        if forms.len() > MOST_FORMS || forms.iter().any(|at| tree.node(*at).segment.span().len() > LONGEST_WORD) {
            return None;
        }
        words.extend(forms.iter().rev().copied().zip(0u8..));
        // Blanks between words may be separate elements, as punctuation may.
        if forms.iter().map(text).all(|text| text.iter().all(u8::is_ascii_punctuation)) {
            continue;
        }
        elements += 1;
        let word = text(&last);
        differ |= first.get_or_insert_with(|| word.clone()) != &word;
        single += usize::from(forms.iter().map(text).all(|text| !text.contains(&b' ')));
        let tells = |name| is_time(name) || names.is_measure(name);
        timed += usize::from(tree.children(element).any(|child| tells(tree.node(child).name)));
    }
    // The same word several times: alternatives of one word.
    let differ = differ || elements == 1;
    (elements >= fewest && differ && single * 10 >= elements * 9 && timed * 10 >= single * 9).then_some(words)
}

/// The maximum number of messages after one that are checked for one within it.
const MOST_WITHIN: usize = 8;

/// The maximum number of members of an object that are searched for the name of a field.
const MOST_BESIDE: usize = 16;

/// The maximum number of forms of a word. Services return up to ten alternatives of each.
const MOST_FORMS: usize = 16;

/// The maximum length of a word, in bytes.
const LONGEST_WORD: usize = 64;

/// The state of reading one tree.
struct Reading<'a> {
    interpreter: &'a Interpreter,
    record: &'a Record,
    tree: &'a Tree,
    names: &'a Names,
    outer: &'a Speaker,
    hashes: Vec<u64>,
    uses: Vec<Use>,
    /// The speakers that objects name. `None` means that the object names no speaker.
    speakers: HashMap<u32, Option<Speaker>>,
    /// Objects whose speaker is given by a JSON pointer of the command line.
    pointed: HashMap<u32, Speaker>,
    pointed_keys: HashMap<u32, Arc<[u8]>>,
    /// The array elements that are conversations.
    conversations: Vec<u32>,
}

impl<'a> Reading<'a> {
    fn new(
        interpreter: &'a Interpreter,
        record: &'a Record,
        tree: &'a Tree,
        names: &'a Names,
        outer: &'a Speaker,
    ) -> Self {
        let mut reading = Self {
            interpreter,
            record,
            tree,
            names,
            outer,
            hashes: hashes(tree),
            uses: vec![Use::Nothing; tree.nodes.len()],
            speakers: HashMap::new(),
            pointed: HashMap::new(),
            pointed_keys: HashMap::new(),
            conversations: Vec::new(),
        };
        reading.follow_pointers();
        reading
    }

    fn node(&self, at: u32) -> &'a Node {
        self.tree.node(at)
    }

    fn meaning(&self, at: u32) -> Meaning {
        self.names.meaning(self.tree.nearest_name(at))
    }

    fn value(&self, at: u32) -> String {
        String::from_utf8_lossy(&self.record.text(&self.node(at).segment)).trim().to_owned()
    }

    /// Marks the targets of the command line's JSON pointers.
    fn follow_pointers(&mut self) {
        let fields = &self.names.fields;
        for pointer in fields.text_pointers() {
            for at in self.matching(pointer) {
                fields.note_pointer(pointer);
                self.uses[at as usize] = Use::Text;
            }
        }
        for pointer in fields.speaker_pointers() {
            for at in self.matching(pointer).into_iter().rev() {
                fields.note_pointer(pointer);
                let speaker = self.person(at, About::Given);
                let holder = self.holder(at);
                self.pointed.insert(holder, speaker);
            }
        }
        for pointer in fields.conversation_pointers() {
            for at in self.matching(pointer) {
                fields.note_pointer(pointer);
                let holder = self.holder(at);
                self.pointed_keys.insert(holder, Arc::from(self.record.text(&self.node(at).segment).as_ref()));
            }
        }
    }

    /// Returns the array element that a node belongs to, or the root.
    fn holder(&self, at: u32) -> u32 {
        let mut above = std::iter::once(at).chain(self.tree.ancestors(at));
        above.find(|at| self.tree.is_element(*at) && self.node(*at).kind == Kind::Object).unwrap_or(0)
    }

    /// Returns the nodes that a JSON pointer leads to, from the root or from an array element. A step `-` is every
    /// element.
    fn matching(&self, pointer: &str) -> Vec<u32> {
        let steps: Vec<String> =
            pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let mut found = Vec::new();
        let starts = (0..self.tree.nodes.len())
            .filter_map(|at| u32::try_from(at).ok())
            .filter(|at| *at == 0 || self.tree.is_element(*at));
        for start in starts {
            let mut here = vec![start];
            for step in &steps {
                let name = self.names.find(step.as_bytes());
                let mut next = Vec::new();
                for at in here {
                    let is_array = self.node(at).kind == Kind::Array;
                    for (index, child) in self.tree.children(at).enumerate() {
                        let hit = if is_array {
                            step == "-" || step.parse() == Ok(index)
                        } else {
                            Some(self.node(child).name) == name
                        };
                        if hit {
                            next.push(child);
                        }
                    }
                }
                here = next;
            }
            found.extend(here.into_iter().filter(|at| *at != start));
        }
        found
    }

    /// Marks the words of arrays of words.
    fn find_words(&mut self) {
        for at in 0..self.tree.nodes.len() {
            let node = &self.tree.nodes[at];
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            if node.kind == Kind::Array
                && self.interpreter.words.contains(&node.name)
                && let Some(words) = words_of(self.record, self.tree, self.names, index, 1)
            {
                for (word, form) in words {
                    self.uses[word as usize] = Use::Word(index, form);
                }
            }
        }
    }

    /// Decides which values are text.
    fn find_texts(&mut self) {
        for at in 0..self.tree.nodes.len() {
            let node = &self.tree.nodes[at];
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            if self.uses[at] != Use::Nothing
                || !matches!(node.kind, Kind::Text | Kind::Number)
                || !self.record.is_editable(node.segment.layer)
            {
                continue;
            }
            let meaning = self.meaning(index);
            let field = self.interpreter.fields.get(&self.hashes[at]).copied().unwrap_or_default();
            self.uses[at] = match (meaning.text, node.kind) {
                // A field that never holds a string, with a number that is the id of something: a reference to a message.
                (Some(TextName::Sure), Kind::Number)
                    if field.count == 0
                        && self.interpreter.numbers.contains(&hash_of(self.record.bytes(&node.segment))) =>
                {
                    Use::Data
                }
                (Some(TextName::Sure), Kind::Number) => Use::Text,
                (None, Kind::Number) if field.sentences > 0 && !field.is_constant() && may_be_sentence(meaning) => {
                    Use::Sentence
                }
                (_, Kind::Number) => Use::Data,
                (Some(_), _) if is_machine_made(&self.record.text(&node.segment)) => Use::Data,
                (Some(_), _) if field.is_constant() => Use::Data,
                (Some(_), _) => Use::Text,
                (None, _) if self.names.fields.only_given_text() || !may_be_sentence(meaning) => Use::Data,
                (None, _) if field.sentences > 0 && !field.is_constant() => Use::Sentence,
                (None, _) => Use::Data,
            };
        }
        if !self.interpreter.has_text
            && !self.uses.iter().any(|used| matches!(used, Use::Text | Use::Sentence | Use::Word(..)))
        {
            self.take_everything();
        }
    }

    /// Takes every value as text, because no field is known to be text.
    fn take_everything(&mut self) {
        for at in 0..self.tree.nodes.len() {
            let node = &self.tree.nodes[at];
            let meaning = self.meaning(u32::try_from(at).unwrap_or(u32::MAX));
            let label = self.label(u32::try_from(at).unwrap_or(u32::MAX));
            let may_be = !may_be_id(meaning) && label.is_none();
            if self.uses[at] == Use::Data && may_be && !is_machine_made(&self.record.text(&node.segment)) {
                self.uses[at] = Use::Text;
            }
        }
    }

    /// Returns the object that says a text, which names its speaker. If no object does, returns the array element that
    /// contains it.
    fn owner(&mut self, at: u32) -> u32 {
        let above: Vec<u32> = self.tree.ancestors(at).collect();
        for &object in &above {
            if self.node(object).kind == Kind::Object && self.speaker(object).is_some() {
                return object;
            }
        }
        let element = above.iter().find(|at| self.node(**at).kind == Kind::Object && self.is_element(**at));
        element.copied().unwrap_or(0)
    }

    fn is_element(&self, at: u32) -> bool {
        self.tree.is_element(at)
    }

    /// Returns the speaker that the members of an object name.
    fn speaker(&mut self, object: u32) -> Option<Speaker> {
        if let Some(known) = self.speakers.get(&object) {
            return known.clone();
        }
        let speaker = self.read_speaker(object);
        self.speakers.insert(object, speaker.clone());
        speaker
    }

    fn read_speaker(&self, object: u32) -> Option<Speaker> {
        if let Some(pointed) = self.pointed.get(&object) {
            return Some(pointed.clone());
        }
        let mut members: Vec<(About, u32)> = Vec::new();
        let mut holds_text = false;
        for child in self.tree.children(object) {
            holds_text |= matches!(self.uses[child as usize], Use::Text | Use::Sentence);
            if let Some(about) = self.names.meaning(self.node(child).name).about {
                members.push((about, child));
            }
        }
        members.sort_by_key(|(about, at)| (*about, *at));
        let mut speaker = Speaker::default();
        for (about, at) in members {
            // Without anything to say, a name may be that of anything.
            if matches!(about, About::Name | About::Kind) && !holds_text && !self.is_compound_name(at) {
                continue;
            }
            let told = self.person(at, about);
            speaker.role = speaker.role.or(told.role);
            speaker.side = speaker.side.or(told.side);
            speaker.name = speaker.name.or(told.name);
        }
        if speaker == Speaker::default() {
            speaker = self.beside(object).or_else(|| self.role_in_column(object))?;
        }
        Some(speaker)
    }

    /// Returns whether a name has a word for a person in addition to the one for a name: "sender_name".
    fn is_compound_name(&self, at: u32) -> bool {
        self.names.is_compound(self.node(at).name)
    }

    /// Returns what a member says about the speaker.
    fn person(&self, at: u32, about: About) -> Speaker {
        let node = self.node(at);
        let mut speaker = Speaker::default();
        match node.kind {
            Kind::Object => return self.person_object(at),
            Kind::Array => {
                let first = self.tree.children(at).next();
                return first.map_or(speaker, |first| self.person(first, about));
            }
            Kind::Literal => {
                let value = self.record.text(&node.segment);
                let yes = match value.as_ref() {
                    value if value.eq_ignore_ascii_case(b"true") => true,
                    value if value.eq_ignore_ascii_case(b"false") => false,
                    _ => return speaker,
                };
                match about {
                    About::Sent => speaker.side = Some(if yes { Role::Agent } else { Role::Customer }),
                    About::Received => speaker.side = Some(if yes { Role::Customer } else { Role::Agent }),
                    About::Automated if yes => speaker.role = Some(Role::Bot),
                    About::Given => speaker.name = Some(Arc::from(if yes { "true" } else { "false" })),
                    _ => {}
                }
                return speaker;
            }
            Kind::Text | Kind::Number => {}
        }
        if node.segment.span().len() > LONGEST_VALUE {
            return speaker;
        }
        let value = self.value(at);
        if value.is_empty() || value == "null" {
            return speaker;
        }
        let role = || {
            let role =
                role_of_value(&value).map(|role| self.interpreter.unambiguous(node.name, value.as_bytes(), role));
            // If "user_type" is always "human", it only says that nobody is a program.
            let values = self.interpreter.values.get(&node.name).map_or(0, Vec::len);
            let vague = is_anybody(&value) || Role::from_name(&value).is_none();
            let of_all = values == 1 && vague && (self.is_compound_name(at) || self.meaning(at).kind);
            role.filter(|_| !of_all)
        };
        match about {
            About::Role => {
                speaker.role = role();
                if speaker.role.is_none() {
                    speaker.side = side_of_direction(&value);
                    speaker.name = Some(Arc::from(value.as_str()));
                }
            }
            About::Direction => {
                speaker.side = side_of_direction(&value);
                if speaker.side.is_none() {
                    speaker.name = Some(Arc::from(value.as_str()));
                }
            }
            About::Sent | About::Received | About::Automated => {
                let yes = match value.to_ascii_lowercase().as_str() {
                    "1" | "true" | "yes" | "y" => true,
                    "0" | "false" | "no" | "n" => false,
                    _ => return speaker,
                };
                let sent = (about == About::Sent) == yes;
                if about == About::Automated {
                    speaker.role = yes.then_some(Role::Bot);
                } else {
                    speaker.side = Some(if sent { Role::Agent } else { Role::Customer });
                }
            }
            About::Kind => {
                let exact =
                    Role::from_name(&value).map(|role| self.interpreter.unambiguous(node.name, value.as_bytes(), role));
                speaker.role = exact.filter(|_| !matches!(value.as_str(), "system" | "tool" | "contact" | "member"));
                if let Some(side) = side_of_direction(&value) {
                    speaker.side = Some(side);
                }
            }
            About::Given | About::Person | About::Name | About::Id => {
                let known = self.interpreter.people.get(value.as_bytes());
                let said =
                    Role::from_name(&value).map(|role| self.interpreter.unambiguous(node.name, value.as_bytes(), role));
                let by_key = || *self.interpreter.keyed.get(&keyed(node.name, value.as_bytes()))?;
                speaker.role = known.and_then(|person| person.role).or_else(by_key).or(said);
                if about == About::Given {
                    speaker.side = side_of_direction(&value);
                }
                speaker.name = Some(Arc::from(value.as_str()));
            }
        }
        speaker
    }

    /// Returns whether a value is a key of a person in a list.
    fn is_known_person(&self, at: u32) -> bool {
        let node = self.node(at);
        matches!(node.kind, Kind::Text | Kind::Number)
            && node.segment.span().len() <= LONGEST_VALUE
            && (self.interpreter.keyed.contains_key(&keyed(node.name, self.value(at).as_bytes()))
                || self.interpreter.people.contains_key(self.value(at).as_bytes()))
    }

    /// Returns what an object says about a person: `{"type": "admin", "name": "Jane"}`, also one level deeper.
    fn person_object(&self, object: u32) -> Speaker {
        let mut members: Vec<(About, u32)> = Vec::new();
        for child in self.tree.children(object) {
            let name = self.node(child).name;
            let meaning = self.names.meaning(name);
            let about = match meaning.about {
                Some(About::Kind) => Some(About::Role),
                Some(about) => Some(about),
                None if meaning.kind => Some(About::Role),
                None if meaning.id => Some(About::Id),
                None if self.names.is_initial(name) => Some(About::Name),
                None if self.is_known_person(child) => Some(About::Id),
                None => None,
            };
            match about {
                Some(about) => members.push((about, child)),
                None if self.node(child).kind == Kind::Object => members.push((About::Person, child)),
                None => {}
            }
        }
        members.sort_by_key(|(about, at)| (*about, *at));
        let mut speaker = Speaker::default();
        for (about, at) in members {
            let nested = self.node(at).kind == Kind::Object;
            let told = self.person(at, about);
            // The type of a person matters only if it is a role.
            let told = match about {
                About::Role if told.role.is_none() && told.side.is_none() => Speaker::default(),
                _ => told,
            };
            if nested && speaker != Speaker::default() {
                continue;
            }
            speaker.role = speaker.role.or(told.role);
            speaker.side = speaker.side.or(told.side);
            speaker.name = speaker.name.or(told.name);
        }
        speaker
    }

    /// Returns the speaker named by a field with two alternating values.
    fn beside(&self, object: u32) -> Option<Speaker> {
        let best = self
            .tree
            .children(object)
            .filter(|at| is_scalar(self.node(*at)))
            .filter_map(|at| Some((at, self.interpreter.beside.get(&self.node(at).name)?)))
            .filter(|(_, beside)| beside.identifies_speaker())
            .max_by_key(|(_, beside)| beside.changes)?;
        let value = self.value(best.0);
        Some(Speaker { name: Some(Arc::from(value.as_str())), ..Speaker::default() })
    }

    /// Returns whether an object is an event of a log and not a message, because it has a level.
    fn is_event(&self, object: u32) -> bool {
        let mut members = self.tree.children(object).take(MOST_BESIDE).map(|at| self.node(at));
        members.any(|node| is_level(self.record, node, self.names))
    }

    /// Returns the speaker named by an unnamed column that contains a role.
    fn role_in_column(&self, object: u32) -> Option<Speaker> {
        let is_role = |at: &u32| {
            let node = self.node(*at);
            let short = node.kind == Kind::Text && node.segment.span().len() <= LONGEST_VALUE;
            short && self.names.is_column(node.name) && Role::from_name(&self.value(*at)).is_some()
        };
        let column = self.tree.children(object).take(MOST_BESIDE).find(is_role)?;
        Some(Speaker { role: Role::from_name(&self.value(column)), ..Speaker::default() })
    }

    /// If a row without column names has several texts, each column has its own speaker.
    fn column_speaker(&self, owner: u32, at: u32) -> Option<Speaker> {
        let name = self.node(at).name;
        let is_text = |at: &u32| matches!(self.uses[*at as usize], Use::Text | Use::Sentence);
        if !self.names.is_column(name) || self.tree.children(owner).take(MOST_BESIDE).filter(is_text).count() < 2 {
            return None;
        }
        Some(Speaker { name: Some(Arc::from(self.names.words(name).join(" "))), ..Speaker::default() })
    }

    /// Returns the id of the conversation that the innermost enclosing object names.
    fn conversation(&self, at: u32) -> Option<Arc<[u8]>> {
        for object in std::iter::once(at).chain(self.tree.ancestors(at)) {
            if self.node(object).kind != Kind::Object {
                continue;
            }
            if let Some(key) = self.pointed_keys.get(&object) {
                return Some(Arc::clone(key));
            }
            let best = self
                .tree
                .children(object)
                .filter(|child| matches!(self.node(*child).kind, Kind::Text | Kind::Number))
                .filter(|child| self.names_conversation(self.node(*child).name))
                .filter_map(|child| Some((self.names.meaning(self.node(child).name).conversation?, child)))
                .min();
            if let Some((_, child)) = best {
                let id = self.record.text(&self.node(child).segment);
                if !id.trim_ascii().is_empty() && id.as_ref() != b"null" {
                    return Some(Arc::from(id.as_ref()));
                }
            }
        }
        None
    }

    /// Returns whether a field for the id of a conversation holds one. It does not if the messages of one side have none, or
    /// if few messages share a topic: in a chat of two people each message may have a topic of its own.
    fn names_conversation(&self, name: NameId) -> bool {
        let meaning = self.names.meaning(name);
        let Some(known) = self.interpreter.repeated.get(&name) else { return true };
        let is_shared = !meaning.subtopic || known.values.len() * 2 <= known.count;
        is_shared && (known.empty * 4 < known.count || meaning.conversation == Some(0))
    }

    /// Returns the time of an object, or of the nearest object around it up to `holder`.
    fn time_within(&self, object: u32, holder: u32) -> Option<Time> {
        let around = std::iter::once(object).chain(self.tree.ancestors(object)).take_while(|at| *at >= holder);
        around.filter(|at| self.node(*at).kind == Kind::Object).find_map(|at| self.time(at))
    }

    /// Returns the time of an object.
    fn time(&self, object: u32) -> Option<Time> {
        let mut best: Option<(u8, Time)> = None;
        for child in self.tree.children(object) {
            let Some(rank) = self.names.meaning(self.node(child).name).time else { continue };
            let at = match self.node(child).kind {
                Kind::Object => self.tree.children(child).next(),
                _ => Some(child),
            };
            let Some(at) = at.filter(|at| matches!(self.node(*at).kind, Kind::Text | Kind::Number)) else { continue };
            if self.node(at).segment.span().len() > LONGEST_VALUE {
                continue;
            }
            if let Some(time) = time_of_value(&self.record.text(&self.node(at).segment))
                && best.is_none_or(|(known, _)| rank < known)
            {
                best = Some((rank, time));
            }
        }
        best.map(|(_, time)| time)
    }

    /// Returns the member of `owner` that contains a node.
    fn slot(&self, owner: u32, at: u32) -> u32 {
        let mut here = at;
        for above in self.tree.ancestors(at) {
            if above == owner {
                break;
            }
            here = above;
        }
        here
    }

    /// Returns the messages, in order, and the other values.
    fn collect(mut self) -> (Vec<Said>, Vec<Said>) {
        let mut groups: Vec<Group> = Vec::new();
        let mut data = Vec::new();
        let mut word_arrays: Vec<u32> = Vec::new();
        let mut joins: HashMap<(u32, u32, NameId), usize> = HashMap::new();
        for at in 0..self.tree.nodes.len() {
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            match self.uses[at] {
                Use::Nothing => {}
                Use::Word(array, _) => {
                    if word_arrays.last() != Some(&array) {
                        word_arrays.push(array);
                        self.word_groups(array, &mut groups);
                    }
                }
                Use::Text | Use::Sentence => {
                    let owner = self.owner(index);
                    let slot = self.slot(owner, index);
                    let likely = self.uses[at] == Use::Sentence;
                    let mut text_speaker = self.text_speaker(owner, slot, index);
                    let mut segment = self.node(index).segment;
                    let named = if text_speaker == *self.outer { self.role_in_text(&segment) } else { None };
                    let names_speaker = named.is_some();
                    if let Some((role, prefix)) = named {
                        text_speaker = Speaker { role: Some(role), ..Speaker::default() };
                        let end = segment.start + prefix;
                        data.push((
                            index,
                            Said { part: Part::Data(true), ..Said::new(vec![Segment { end, ..segment }]) },
                        ));
                        segment.start = end;
                    }
                    // Texts with the same name in one member are one text, if their speaker is known.
                    let place = (owner, slot, self.tree.nearest_name(index));
                    let joined = joins.get(&place).copied().filter(|at| {
                        let group: &Group = &groups[*at];
                        self.interpreter.has_text
                            && (group.speaks || !self.is_list(index))
                            && group.speaker == text_speaker
                            && !self.repeats(group, index)
                    });
                    match joined {
                        Some(at) => groups[at].parts.push(segment),
                        None => {
                            joins.insert(place, groups.len());
                            groups.push(Group {
                                owner,
                                first: index,
                                array: None,
                                speaks: text_speaker != *self.outer && text_speaker != Speaker::default(),
                                speaker: text_speaker,
                                parts: vec![segment],
                                time: None,
                                sentence: likely,
                                names_speaker,
                            });
                        }
                    }
                }
                Use::Data => {
                    let meaning = self.meaning(index);
                    let label = self.label(index);
                    let may_be_id = may_be_id(meaning) && !self.is_card(at);
                    let part = match label {
                        None if self.names.fields.only_given_text() => Part::Form,
                        _ => Part::Data(may_be_id && label.is_none()),
                    };
                    let (segments, owner) = (vec![self.node(index).segment], self.number(self.node(index).parent));
                    data.push((index, Said { part, label, owner, ..Said::new(segments) }));
                }
            }
        }
        self.find_conversations(&groups);
        let said = self.said(groups, &mut data);
        let mut data: Vec<Said> = data.into_iter().map(|(_, said)| said).collect();
        let aside = |aside: &Aside| Said { part: Part::Data(aside.may_be_id), ..Said::new(vec![aside.segment]) };
        data.extend(self.tree.asides.iter().map(aside));
        (said, data)
    }

    /// Returns whether a text repeats the only text of a group in an object within the one that holds it.
    fn repeats(&self, group: &Group, at: u32) -> bool {
        let [first] = group.parts.as_slice() else { return false };
        let holder = self.node(group.first).parent;
        self.node(at).parent != holder
            && self.tree.ancestors(at).any(|above| above == holder)
            && have_same_words(&self.record.text(first), &self.record.text(&self.node(at).segment))
    }

    /// Returns the role that a text of one line begins with, and the length of what precedes the words: `agent: hello`.
    fn role_in_text(&self, segment: &Segment) -> Option<(Role, u32)> {
        let raw = self.record.bytes(segment);
        let head = header::parse(raw)?;
        let (name, _) = head.speaker.filter(|(_, name)| *name == header::Name::Sure)?;
        let role = Role::from_name(std::str::from_utf8(&raw[name.range()]).ok()?)?;
        let text = self.record.text(segment);
        // Where the prefix has no escapes, it is as long as in the text.
        let is_plain = text.get(..head.text) == raw.get(..head.text) && !text.contains(&b'\n');
        is_plain.then_some((role, u32::try_from(head.text).ok()?))
    }

    /// Returns whether a value of an id field is a card number: all numbers of this length in the field must be.
    fn is_card(&self, at: usize) -> bool {
        self.interpreter.cards.get(&self.hashes[at]) == Some(&true)
            && has_length_of_card(self.record.bytes(&self.tree.nodes[at].segment))
    }

    /// Returns the words for the secret that a value is: by its name, by the name of its object, or by a name next to
    /// it, as in `{"name": "cvv", "value": "837"}`.
    fn label(&self, at: u32) -> Option<&'static str> {
        let name = self.tree.nearest_name(at);
        let own = self.names.meaning(name).label;
        let object = self.tree.ancestors(at).find(|above| self.node(*above).kind == Kind::Object);
        own.or_else(|| self.names.label_within(self.tree.nearest_name(object?), name))
            .or_else(|| self.label_beside(object?, at))
    }

    fn label_beside(&self, object: u32, at: u32) -> Option<&'static str> {
        let name = self.tree.nearest_name(at);
        // The text of an XML element has the name of the element.
        if !self.names.is_value(name) && name != self.node(object).name {
            return None;
        }
        let mut members = self.tree.children(object).take(MOST_BESIDE);
        members.find_map(|child| {
            let node = self.node(child);
            let is_key = child != at && node.kind == Kind::Text && self.names.is_key(node.name);
            let short = is_key && node.segment.span().len() <= LONGEST_VALUE;
            if short { secret_label(&self.record.text(&node.segment)) } else { None }
        })
    }

    /// Returns whether a node is an element of an array of texts.
    fn is_list(&self, at: u32) -> bool {
        self.tree.is_element(at)
    }

    /// Returns the speaker of the text at `at`: the one that its name says, or that its owner says.
    fn text_speaker(&mut self, owner: u32, slot: u32, at: u32) -> Speaker {
        let own = self.speaker(owner);
        let named = [self.node(slot).name, self.tree.nearest_name(at)]
            .into_iter()
            .find_map(|name| self.names.meaning(name).role);
        if let Some(role) = named.filter(|_| own.as_ref().is_none_or(|own| own.role.is_none())) {
            return Speaker { role: Some(role), ..Speaker::default() };
        }
        if let Some(name) = self.pair(own.is_some().then_some(owner), at) {
            return Speaker { name: Some(name), ..Speaker::default() };
        }
        own.or_else(|| self.column_speaker(owner, at)).unwrap_or_else(|| self.outer.clone())
    }

    /// Returns the name of the side that says the text at `at`, if a member on the path from its owner is one side of a
    /// pair, such as "question" next to "answer".
    fn pair(&self, owner: Option<u32>, at: u32) -> Option<Arc<str>> {
        let side = |at: u32| {
            let has =
                |list: &[&str]| self.names.words(self.node(at).name).iter().any(|word| list.contains(&word.as_str()));
            match (has(ASKED), has(ANSWERED)) {
                (true, false) => Some(0),
                (false, true) => Some(1),
                _ => None,
            }
        };
        for member in std::iter::once(at).chain(self.tree.ancestors(at)).take_while(|at| Some(*at) != owner) {
            let Some(here) = side(member) else { continue };
            let object = self.node(member).parent;
            if self.tree.children(object).any(|other| side(other) == Some(1 - here)) {
                return Some(Arc::from(["question", "answer"][here]));
            }
        }
        None
    }

    /// Adds the turns of an array of words, once in each form: consecutive words of one speaker. A word without a form
    /// is in the turn in its first one, so that each turn is whole.
    fn word_groups(&mut self, array: u32, groups: &mut Vec<Group>) {
        let mut forms: Vec<Vec<(u32, u32)>> = Vec::new();
        for at in array..self.node(array).end {
            let Use::Word(of, form) = self.uses[at as usize] else { continue };
            if of == array {
                let form = usize::from(form);
                forms.resize_with(forms.len().max(form + 1), Vec::new);
                forms[form].push((self.element(at, array), at));
            }
        }
        let Some((first, others)) = forms.split_first() else { return };
        self.turns(array, first.iter().map(|(_, word)| *word).collect(), groups);
        for form in others {
            let mut form = form.iter().peekable();
            let whole = first.iter().map(|(element, word)| match form.next_if(|(own, _)| own == element) {
                Some((_, own)) => *own,
                None => *word,
            });
            self.turns(array, whole.collect(), groups);
        }
    }

    /// Returns the element of an array that a node is in.
    fn element(&self, at: u32, array: u32) -> u32 {
        self.tree.ancestors(at).find(|above| self.node(*above).parent == array).unwrap_or(at)
    }

    fn turns(&mut self, array: u32, words: Vec<u32>, groups: &mut Vec<Group>) {
        let mut last: Option<Speaker> = None;
        let around = self.owner(array);
        let outer = self.speaker(around).unwrap_or_else(|| self.outer.clone());
        for word in words {
            let element = self.element(word, array);
            let own = self.speaker_of_word(word, array);
            let named = own.is_some();
            let speaker = own.unwrap_or_else(|| outer.clone());
            let segment = self.node(word).segment;
            // Punctuation does not have a speaker.
            let goes_on = last.as_ref().is_some_and(|last| *last == speaker || !named && *last != outer);
            match groups.last_mut().filter(|_| goes_on) {
                Some(group) => group.parts.push(Segment { joint: Joint::Blank, ..segment }),
                None => {
                    let time = self.time(element);
                    let owner = if named || array == 0 { element } else { around };
                    last = Some(speaker.clone());
                    groups.push(Group {
                        owner,
                        first: word,
                        array: Some(array),
                        speaks: true,
                        speaker,
                        parts: vec![segment],
                        time,
                        sentence: false,
                        names_speaker: false,
                    });
                }
            }
        }
    }

    /// Returns the speaker named by the innermost object around a word, up to the element of its array.
    fn speaker_of_word(&self, word: u32, array: u32) -> Option<Speaker> {
        let around = self.tree.ancestors(word).take_while(|at| *at != array);
        around.filter(|at| self.node(*at).kind == Kind::Object).find_map(|object| {
            let mut members: Vec<(About, u32)> =
                speaker_names(self.tree, object, self.names).map(|(at, about)| (about, at)).collect();
            members.extend(self.tree.children(object).filter_map(|at| {
                (self.names.meaning(self.node(at).name).about == Some(About::Name)).then_some((About::Name, at))
            }));
            members.sort_unstable();
            members.into_iter().map(|(about, at)| self.person(at, about)).find(|told| *told != Speaker::default())
        })
    }

    /// Finds array elements that each contain a list of messages. Each one is a conversation.
    fn find_conversations(&mut self, groups: &[Group]) {
        let mut holders: HashMap<u32, u32> = HashMap::new();
        for group in groups {
            // The array of the message, and the enclosing array element.
            let Some(list) =
                std::iter::once(group.owner).chain(self.tree.ancestors(group.owner)).find(|at| self.is_element(*at))
            else {
                continue;
            };
            let list = self.node(list).parent;
            if let Some(holder) = self.tree.ancestors(list).find(|at| self.is_element(*at)) {
                *holders.entry(holder).or_default() += 1;
            }
        }
        let owners: Vec<u32> = groups.iter().map(|group| group.owner).collect();
        let mut found: Vec<u32> = holders
            .into_iter()
            // A message with replies is not a separate conversation.
            .filter(|(holder, count)| *count >= 2 && !owners.contains(holder))
            .map(|(holder, _)| holder)
            .collect();
        found.sort_unstable();
        // A single list does not separate conversations.
        self.conversations = if found.len() >= 2 { found } else { Vec::new() };
    }

    fn key(&self, owner: u32) -> Key {
        if let Some(id) = self.conversation(owner) {
            return Key::Id(id);
        }
        let around = std::iter::once(owner)
            .chain(self.tree.ancestors(owner))
            .find(|at| self.conversations.binary_search(at).is_ok());
        match around {
            Some(at) => {
                let segment = self.node(at).segment;
                Key::Place(self.record.offset + self.record.raw_span(segment.layer, segment.span()).start as u64)
            }
            None => Key::Transcript,
        }
    }

    /// Turns groups into messages. If one object has several texts of one speaker, all but the first are copies.
    fn said(&mut self, groups: Vec<Group>, data: &mut [(u32, Said)]) -> Vec<Said> {
        let mut all: Vec<Said> = Vec::with_capacity(groups.len());
        let mut places: Vec<(u32, Option<u32>)> = Vec::with_capacity(groups.len());
        let mut kinds: Vec<(bool, bool)> = Vec::with_capacity(groups.len());
        // The messages of each object.
        let mut by_owner: HashMap<u64, Vec<usize>> = HashMap::new();
        // An object may have many messages, so its properties are cached.
        let mut known: HashMap<u32, (Key, Option<Time>)> = HashMap::new();
        // The object with messages in each element of a list, if there is only one.
        let mut owners: HashMap<u32, Option<u32>> = HashMap::new();
        for group in &groups {
            let only = owners.entry(self.holder(group.owner)).or_insert(Some(group.owner));
            *only = only.filter(|only| *only == group.owner);
        }
        for group in groups {
            let parts = self.join(group.parts, group.array.is_some());
            if parts.is_empty() {
                continue;
            }
            let (key, time) = known.entry(group.owner).or_insert_with(|| {
                let is_event = !group.speaks && self.is_event(group.owner);
                let holder = self.holder(group.owner);
                let is_alone = owners.get(&holder) == Some(&Some(group.owner));
                let time = self.time_within(group.owner, if is_alone { holder } else { group.owner });
                (if is_event { Key::Alone } else { self.key(group.owner) }, time)
            });
            let said = Said {
                speaker: group.speaker,
                key: key.clone(),
                time: group.time.or(*time),
                owner: self.number(group.owner),
                ..Said::new(parts)
            };
            places.push((group.owner, group.array));
            kinds.push((group.sentence, group.names_speaker));
            by_owner.entry(said.owner).or_default().push(all.len());
            all.push(said);
        }
        if self.interpreter.has_text {
            for messages in by_owner.values() {
                self.find_copies(&mut all, messages, &kinds);
            }
        }
        self.find_equal_messages(&mut all, &places);
        self.find_equal_data(&all, data);
        all
    }

    /// Marks copies. If an object has several texts of one speaker, one is the message and the others are copies. Texts
    /// of other speakers with the same words are copies too, because a bot may repeat what it was told. `kinds` tells of each
    /// text whether it is one by its content, and whether it names its speaker. Those that do are several messages.
    fn find_copies(&self, all: &mut [Said], messages: &[usize], kinds: &[(bool, bool)]) {
        if messages.len() < 2 {
            return;
        }
        let key = |said: &Said| key_of(&self.record.join(&said.segments).bytes);
        let mut mains: Vec<usize> = Vec::new();
        // Those that are text by name come first.
        let (named, others): (Vec<usize>, Vec<usize>) = messages.iter().partition(|at| !kinds[**at].0);
        for at in named.into_iter().chain(others) {
            let same = mains.iter().copied().find(|main| !kinds[at].1 && all[*main].speaker == all[at].speaker);
            let same =
                same.or_else(|| mains.iter().copied().take(MOST_WITHIN).find(|main| key(&all[*main]) == key(&all[at])));
            match same {
                Some(main) => all[at].part = Part::Copy(u32::try_from(main).unwrap_or(u32::MAX)),
                None => mains.push(at),
            }
        }
    }

    /// If a message and the only message within its object have the same words, marks one as a copy of the other.
    fn find_equal_messages(&self, all: &mut [Said], owners: &[(u32, Option<u32>)]) {
        let nobody = |said: &Said| said.speaker == *self.outer && matches!(said.part, Part::Said);
        let mut texts: HashMap<u32, usize> = HashMap::new();
        for (at, (owner, array)) in owners.iter().enumerate() {
            if array.is_none() && all[at].part == Part::Said {
                texts.entry(*owner).or_insert(at);
            }
        }
        let key = |said: &Said| key_of(&self.record.join(&said.segments).bytes);
        for at in 0..all.len() {
            let (owner, array) = owners[at];
            if let Some(array) = array.filter(|_| all[at].part == Part::Said) {
                // The words of a turn next to its text.
                let text = self.tree.ancestors(array).find_map(|above| texts.get(&above).copied());
                if let Some(text) =
                    text.filter(|text| all[*text].part == Part::Said && key(&all[*text]) == key(&all[at]))
                {
                    all[at].part = Part::Copy(u32::try_from(text).unwrap_or(u32::MAX));
                    all[at].owner = all[text].owner;
                }
                continue;
            }
            if array.is_some() || all[at].part != Part::Said || self.node(owner).kind != Kind::Object {
                continue;
            }
            let end = self.node(owner).end;
            let inner =
                |other: &usize| owners[*other].0 > owner && owners[*other].0 < end && all[*other].part == Part::Said;
            let within: Vec<usize> = (at + 1..all.len()).take(MOST_WITHIN).filter(inner).collect();
            let [other] = within.as_slice() else { continue };
            if key(&all[at]) == key(&all[*other]) {
                // The one with a known speaker is kept.
                let (main, copy) = if nobody(&all[at]) { (*other, at) } else { (at, *other) };
                all[copy].part = Part::Copy(u32::try_from(main).unwrap_or(u32::MAX));
            }
        }
    }

    /// Returns the index of a node over all trees of the record.
    fn number(&self, at: u32) -> u64 {
        u64::from(self.node(at).segment.layer) << 32 | u64::from(at)
    }

    /// Marks values with other names as copies if they have the same words as the message of their object.
    fn find_equal_data(&mut self, all: &[Said], data: &mut [(u32, Said)]) {
        let mut by_owner: HashMap<u64, usize> = HashMap::new();
        for (at, said) in all.iter().enumerate() {
            if said.part == Part::Said {
                by_owner.entry(said.owner).or_insert(at);
            }
        }
        for (at, said) in data.iter_mut() {
            if !matches!(said.part, Part::Data(false) | Part::Form) {
                continue;
            }
            let owner = self.tree.ancestors(*at).find_map(|above| by_owner.get(&self.number(above)));
            let Some(&message) = owner else { continue };
            said.owner = all[message].owner;
            let (value, text) = (self.record.join(&said.segments), self.record.join(&all[message].segments));
            if have_same_words(&value.bytes, &text.bytes) {
                said.part = Part::Copy(u32::try_from(message).unwrap_or(0));
            }
        }
    }

    /// Joins the parts of a text: words with blanks, other parts as they require.
    fn join(&self, parts: Vec<Segment>, words: bool) -> Vec<Segment> {
        let mut joined: Vec<Segment> = Vec::with_capacity(parts.len());
        let mut blank_before = true;
        let mut single_word = false;
        for part in parts {
            if part.is_empty() {
                continue;
            }
            let text = self.record.text(&part);
            let starts_blank = text.first().is_some_and(u8::is_ascii_whitespace);
            let joint = match () {
                () if joined.is_empty() || blank_before || starts_blank => Joint::Nothing,
                () if words || single_word => Joint::Blank,
                () => Joint::Line,
            };
            blank_before = text.last().is_some_and(u8::is_ascii_whitespace);
            single_word = !text.trim_ascii().contains(&b' ');
            joined.push(Segment { joint, ..part });
        }
        joined
    }
}

/// Texts of one object that form a message.
struct Group {
    owner: u32,
    /// The node of its first text.
    first: u32,
    /// The array of words that it was created from.
    array: Option<u32>,
    /// Whether it has a known speaker.
    speaks: bool,
    speaker: Speaker,
    parts: Vec<Segment>,
    time: Option<Time>,
    /// Whether it is text because of its content, not its name.
    sentence: bool,
    /// Whether the text itself names its speaker.
    names_speaker: bool,
}

/// The minimum number of letters and digits of a text that may repeat several messages.
const SHORTEST_SUMMARY: usize = 40;
/// The maximum number of texts of a record that are compared with its messages.
const MOST_SUMMARIES: usize = 64;

/// Finds texts that repeat several consecutive messages of the record, such as the transcript of a whole call next to
/// its turns.
fn find_summaries(record: &Record, all: &mut [Said]) {
    if all.len() < 3 {
        return;
    }
    // The consecutive messages of one list.
    let keys: Vec<Vec<u8>> = all.iter().map(|said| key_of(&record.join(&said.segments).bytes)).collect();
    let longest = |at: &usize| matches!(all[*at].part, Part::Said | Part::Alone) && keys[*at].len() >= SHORTEST_SUMMARY;
    let mut candidates: Vec<usize> = (0..all.len()).filter(longest).collect();
    candidates.sort_by_key(|at| std::cmp::Reverse(keys[*at].len()));
    candidates.truncate(MOST_SUMMARIES);
    for at in candidates {
        // The messages that occur in the text one after the other, each followed by the next one that is not a copy.
        let whole = &keys[at];
        let others = || {
            (0..all.len())
                .filter(|other| *other != at && matches!(all[*other].part, Part::Said) && !keys[*other].is_empty())
        };
        let starts: Vec<usize> =
            others().filter(|other| keys[*other].len() < whole.len() && whole.starts_with(&keys[*other])).collect();
        for start in starts.into_iter().take(4) {
            let (mut end, mut covered, mut count) = (start, 0, 0);
            for other in others().filter(|other| *other >= start) {
                let rest = &whole[covered..];
                if rest.is_empty() || !rest.starts_with(&keys[other]) {
                    break;
                }
                covered += keys[other].len();
                end = other;
                count += 1;
            }
            if count >= 2 && covered * 10 >= whole.len() * 9 {
                let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let summary = Part::Summary(position(start), position(end + 1));
                all[at].part = summary;
                // The same words in other forms.
                for other in 0..all.len() {
                    if all[other].part == Part::Copy(position(at)) && keys[other] == keys[at] {
                        all[other].part = summary;
                    }
                }
                break;
            }
        }
    }
}
