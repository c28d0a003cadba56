//! Learns from all records what their names do not show: which fields are text, which tell the speaker, who is who.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lastfour::Role;

use super::shape::{
    LONGEST_VALUE, LONGEST_WORD, MOST_BESIDE, has_check_digit, has_length_of_card, hash_of, hashes, is_id, is_level,
    is_name, is_scalar, is_sentence, keyed, may_be_id, may_be_sentence, speaker_names, states_role,
};
use super::words::{FEWEST_WORDS, words_of};
use crate::transcript::fields::{About, Meaning, NameId, Names};
use crate::transcript::nested;
use crate::transcript::record::{Body, Record};
use crate::transcript::tree::{Kind, Node, Tree};
use crate::transcript::values::role_of_value;

/// What is known about the names and values of a transcript.
#[derive(Debug, Default)]
pub(crate) struct Interpreter {
    /// Fields with text, and fields of unknown meaning, by a hash of the names on the path to them.
    pub(super) fields: HashMap<u64, Field>,
    /// The values of fields for roles and kinds.
    pub(super) values: HashMap<NameId, Vec<Box<str>>>,
    /// Fields next to texts that may identify the speaker.
    pub(super) beside: HashMap<NameId, Beside>,
    /// Fields next to texts that may name the conversation.
    pub(super) repeated: HashMap<NameId, Repeated>,
    /// People by their names and ids.
    pub(super) people: HashMap<Box<[u8]>, Person>,
    /// The roles of people by other values, by a hash of the name and the value. `None` if people with different roles
    /// have the value.
    pub(super) keyed: HashMap<u64, Option<Role>>,
    /// The names of arrays of words.
    pub(super) words: HashSet<NameId>,
    /// Fields for ids and times that contain card numbers, by a hash of their path; `false` if they contain other
    /// values too.
    pub(super) cards: HashMap<u64, bool>,
    /// Hashes of the numbers of fields for ids.
    pub(super) numbers: HashSet<u64>,
    /// Whether some field is known to contain text.
    pub(super) has_text: bool,
}

/// What is known about a field that is or may be text.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Field {
    pub(super) count: u32,
    /// Whether its name says that it is text.
    pub(super) named: bool,
    /// The number of values that are sentences.
    pub(super) sentences: u32,
    /// A hash of the first value, and whether another one occurred.
    pub(super) first: u64,
    varies: bool,
    /// Whether it was first seen in a document within a value.
    pub(super) inner: bool,
}

impl Field {
    /// Returns whether all values are the same, like the event name of a log.
    pub(super) fn is_constant(self) -> bool {
        self.count >= FEWEST_CONSTANT && !self.varies
    }
}

/// A field next to texts without a speaker.
#[derive(Debug, Default, Clone)]
pub(super) struct Beside {
    pub(super) count: u32,
    pub(super) changes: u32,
    pub(super) last: Box<[u8]>,
    /// Its values, up to [`MOST_SIDES`] and one more.
    pub(super) values: Vec<Box<[u8]>>,
    /// The number of values that look like ids, and of those that look like names.
    pub(super) ids: u32,
    pub(super) names: u32,
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
    pub(super) fn identifies_speaker(&self) -> bool {
        let (voices, talks, pairs) = (self.voices.len(), self.talks.len(), self.pairs.len());
        let differ = voices > talks && pairs * 2 > talks * 3 && pairs * 2 <= talks * 5;
        let sides = self.values.len() == MOST_SIDES && self.ids < self.count;
        self.alternates() && (sides || self.names == self.count && differ)
    }
}

/// A field next to texts whose values may repeat.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    pub(super) count: usize,
    /// The number of values that look like ids.
    pub(super) ids: usize,
    /// The number of values that are empty.
    pub(super) empty: usize,
    /// The number of values that are short and a single word.
    pub(super) short: usize,
    /// The number of blocks of consecutive equal values, and a hash of the last value.
    blocks: usize,
    pub(super) last: Option<u64>,
    /// Hashes of its values.
    pub(super) values: HashSet<u64>,
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
pub(super) struct Person {
    pub(super) name: Option<Arc<str>>,
    pub(super) role: Option<Role>,
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
    pub(super) fn unambiguous(&self, name: NameId, value: &[u8], role: Role) -> Role {
        if !value.trim_ascii().eq_ignore_ascii_case(b"user") {
            return role;
        }
        let values = self.values.get(&name).map_or(&[][..], Vec::as_slice);
        let role_of = |value: &str| if value == "user" { None } else { role_of_value(value) };
        let customers = values.iter().any(|value| role_of(value) == Some(Role::Customer));
        let serving = values.iter().any(|value| role_of(value).is_some_and(Role::serves));
        if customers && !serving { Role::Agent } else { role }
    }
}
