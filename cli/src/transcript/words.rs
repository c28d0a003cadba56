//! Recordings in which every word is a record: a line of JSON, an element of the outermost array, or a row.
//!
//! Names may be as short as `w` and `s`, so a word is recognized by its times: each entry has a single word and an
//! interval, and the intervals follow each other. Consecutive entries become one record with an array of words.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;

use lastfour::Span;

use super::fields::{About, Meaning, NameId, Names};
use super::record::{Body, Record};
use super::segment::Segment;
use super::spelling::Spelling;
use super::stamp::time_of_value;
use super::tree::{Aside, Kind, Node, Tree};

/// The minimum number of consecutive entries that are words.
const FEWEST: usize = 3;
/// The maximum length of an entry and of a word, in bytes.
const LONGEST_ENTRY: usize = 2048;
const LONGEST_WORD: usize = 64;
/// The maximum number of values of an entry.
const MOST_VALUES: usize = 32;
/// The maximum time by which the end of a word may be later than the start of the next one, in milliseconds.
const OVERLAP: i64 = 250;
/// The maximum number of speakers in a run of words.
const MOST_SPEAKERS: usize = 8;

/// Joins consecutive records that are words of a recording, and names the members of words in arrays.
pub(super) fn join_words(records: Vec<Record>, names: &mut Names) -> Vec<Record> {
    let mut joined = Vec::with_capacity(records.len());
    let mut run: Vec<Record> = Vec::new();
    for mut record in records {
        if !Entry::of(&record).is_some_and(|entry| entry.is_word(names)) {
            end_run(&mut run, names, &mut joined);
            name_words(&mut record, names);
            joined.push(record);
            continue;
        }
        let conversation = |record: &Record| Some(Entry::of(record)?.conversation(names)?.to_vec());
        if run.last().is_some_and(|last| conversation(last) != conversation(&record)) {
            end_run(&mut run, names, &mut joined);
        }
        run.push(record);
    }
    end_run(&mut run, names, &mut joined);
    joined
}

fn end_run(run: &mut Vec<Record>, names: &mut Names, joined: &mut Vec<Record>) {
    let run = mem::take(run);
    let entries: Vec<Entry<'_>> = run.iter().filter_map(Entry::of).collect();
    match Columns::learn(&entries, names).map(|columns| columns.renamed(names)) {
        Some(renamed) => joined.extend(join(run, &renamed, names)),
        None => joined.extend(run.into_iter().map(|mut record| {
            name_words(&mut record, names);
            record
        })),
    }
}

/// Names the members of words in the arrays of a record.
fn name_words(record: &mut Record, names: &mut Names) {
    let Body::Tree(tree) = &record.body else { return };
    if record.trouble.is_some() || !record.layers.is_empty() {
        return;
    }
    let mut all = Vec::new();
    for array in (0..).zip(&tree.nodes).filter(|(_, node)| node.kind == Kind::Array).map(|(at, _)| at) {
        let entries: Vec<Entry<'_>> = tree
            .children(array)
            .map(|at| Entry { record, tree, at })
            .take_while(|entry| entry.is_word(names))
            .collect();
        if tree.children(array).take(entries.len() + 1).count() > entries.len() {
            continue;
        }
        if let Some(columns) = Columns::learn(&entries, names) {
            all.push((array as usize..tree.node(array).end as usize, columns.renamed(names)));
        }
    }
    let Body::Tree(tree) = &mut record.body else { return };
    for (nodes, renamed) in all {
        tree.nodes[nodes].iter_mut().for_each(|node| node.name = new_name(&renamed, node.name));
    }
}

/// The names of members, and those that say what they are.
type Renamed = Vec<(NameId, NameId)>;

fn new_name(renamed: &Renamed, name: NameId) -> NameId {
    renamed.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| *new)
}

/// An object that may be a word.
#[derive(Clone, Copy)]
struct Entry<'a> {
    record: &'a Record,
    tree: &'a Tree,
    at: u32,
}

impl<'a> Entry<'a> {
    /// Returns the record as an entry, if it may be one.
    fn of(record: &'a Record) -> Option<Self> {
        match &record.body {
            Body::Tree(tree) if record.trouble.is_none() && record.layers.is_empty() && !tree.nodes.is_empty() => {
                let small = record.raw.len() <= LONGEST_ENTRY;
                small.then_some(Self { record, tree, at: 0 })
            }
            _ => None,
        }
    }

    /// Returns whether it may be a word: a small object without a longer text.
    fn is_word(self, names: &Names) -> bool {
        let (tree, nodes) = (self.tree, self.nodes());
        tree.node(self.at).kind == Kind::Object
            && (2..=MOST_VALUES).contains(&nodes.len())
            && self.words(names).next().is_some()
            && !nodes.iter().any(|node| node.kind == Kind::Text && is_long(self.record.bytes(&node.segment)))
    }

    fn nodes(self) -> &'a [Node] {
        &self.tree.nodes[self.at as usize..self.tree.node(self.at).end as usize]
    }

    /// Returns the names of the values that may be the word: those that are text by name, at any depth, and the members
    /// of unknown meaning.
    fn words(self, names: &'a Names) -> impl Iterator<Item = NameId> + 'a {
        let may_be = move |node: &&Node| {
            let meaning = names.meaning(node.name);
            let is_member = || node.parent == self.at && is_unknown(meaning);
            node.kind == Kind::Text && (meaning.text.is_some() || is_member())
        };
        self.nodes().iter().filter(may_be).map(|node| node.name)
    }

    /// Returns whether a text with this name is not empty.
    fn has(self, word: NameId) -> bool {
        self.nodes().iter().any(|node| node.name == word && node.kind == Kind::Text && !node.segment.is_empty())
    }

    /// Returns the text of a member.
    fn value(self, name: NameId) -> Option<Cow<'a, [u8]>> {
        let node = self.tree.children(self.at).map(|at| self.tree.node(at)).find(|node| node.name == name)?;
        (!matches!(node.kind, Kind::Object | Kind::Array)).then(|| self.record.text(&node.segment))
    }

    /// Returns the id of the conversation that it names.
    fn conversation(self, names: &Names) -> Option<&'a [u8]> {
        let mut members = self.tree.children(self.at).map(|at| self.tree.node(at));
        let node = members.find(|node| names.meaning(node.name).conversation.is_some())?;
        Some(self.record.bytes(&node.segment))
    }
}

fn is_unknown(meaning: Meaning) -> bool {
    meaning == Meaning { role: meaning.role, ..Meaning::default() }
}

/// Returns whether a value is more than a word, and not a time.
fn is_long(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.len() > LONGEST_WORD || value.iter().any(u8::is_ascii_whitespace) && time_of_value(value).is_none()
}

/// What the members of words are.
struct Columns {
    word: NameId,
    start: NameId,
    /// The end of the interval, or its length.
    end: NameId,
    speaker: Option<NameId>,
}

impl Columns {
    fn learn(entries: &[Entry<'_>], names: &Names) -> Option<Self> {
        let first = entries.first().filter(|_| entries.len() >= FEWEST)?;
        let word = first
            .words(names)
            .filter(|name| entries.iter().all(|entry| entry.has(*name)) && !are_times(entries, *name))
            .max_by_key(|name| (names.meaning(*name).text.is_some(), variety(entries, *name)))?;
        let members = || first.tree.children(first.at).map(|at| first.tree.node(at).name).filter(|name| *name != word);
        let times = |name: NameId| {
            let time = |entry: &Entry<'_>| Some(time_of_value(&entry.value(name)?)?.ms);
            Some((name, entries.iter().map(time).collect::<Option<Vec<i64>>>()?))
        };
        let times: Vec<(NameId, Vec<i64>)> = members().filter_map(times).collect();
        let pairs = || times.iter().flat_map(|start| times.iter().map(move |other| (start, other)));
        let lasts = |start: &[i64], length: &[i64]| {
            let ends: Vec<i64> = start.iter().zip(length).map(|(start, len)| start.saturating_add(*len)).collect();
            follow(start, &ends)
        };
        let (start, end) = pairs()
            .find(|(start, end)| follow(&start.1, &end.1))
            .or_else(|| pairs().find(|(start, length)| start.0 != length.0 && lasts(&start.1, &length.1)))
            .map(|(start, end)| (start.0, end.0))?;
        let names_speaker = |node: &Node| {
            let about = names.meaning(node.name).about;
            about.is_some_and(|about| !matches!(about, About::Kind | About::Name))
        };
        let may_speak = |name: &NameId| {
            *name != start && *name != end && is_unknown(Meaning { topic: false, ..names.meaning(*name) })
        };
        let speaker = members().filter(|name| may_speak(name) && !names.is_measure(*name)).filter_map(|name| {
            let voices = voices(entries, name)?;
            (2..=MOST_SPEAKERS.min(entries.len() / 2)).contains(&voices).then_some((voices, name))
        });
        let speaker = speaker.min().map(|(_, name)| name).filter(|_| !first.nodes().iter().any(names_speaker));
        Some(Self { word, start, end, speaker })
    }

    /// Returns the members whose names do not say what they are, with names that do.
    fn renamed(&self, names: &mut Names) -> Renamed {
        let columns = [
            (Some(self.word), "word"),
            (Some(self.start), "start"),
            (Some(self.end), "end"),
            (self.speaker, "speaker"),
        ];
        let unknown = columns.into_iter().filter_map(|(name, new)| Some((name?, new)));
        unknown
            .filter(|(name, _)| is_unknown(names.meaning(*name)))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(name, new)| (name, names.id(new.as_bytes())))
            .collect()
    }
}

/// Returns whether intervals of time follow each other, with few exceptions.
fn follow(starts: &[i64], ends: &[i64]) -> bool {
    let intervals = || starts.iter().zip(ends);
    let long = intervals().filter(|(start, end)| start < end).count();
    let next = ends.iter().zip(&starts[1..]).filter(|(end, next)| **end <= **next + OVERLAP).count();
    starts.first() < starts.last()
        && intervals().all(|(start, end)| start <= end)
        && long * 2 >= starts.len()
        && next * 10 >= (starts.len() - 1) * 8
}

/// Returns whether most values of a member are times or numbers.
fn are_times(entries: &[Entry<'_>], name: NameId) -> bool {
    let is_time = |entry: &&Entry<'_>| entry.value(name).is_some_and(|value| time_of_value(&value).is_some());
    entries.iter().filter(is_time).count() * 2 > entries.len()
}

/// Returns the number of different values of a member.
fn variety(entries: &[Entry<'_>], name: NameId) -> usize {
    entries.iter().filter_map(|entry| entry.value(name)).collect::<HashSet<_>>().len()
}

/// Returns the number of different values of a member, if all entries have it and it may be the name or number of a
/// speaker.
fn voices(entries: &[Entry<'_>], name: NameId) -> Option<usize> {
    let is_voice = |value: &[u8]| !value.is_empty() && !value.contains(&b'.');
    let named = entries.iter().all(|entry| entry.value(name).is_some_and(|value| is_voice(&value)));
    named.then(|| variety(entries, name))
}

/// Joins the records of a run into one with an array of words.
fn join(run: Vec<Record>, renamed: &Renamed, names: &mut Names) -> Option<Record> {
    let mut tree = Tree::default();
    let plain = Segment::new(0, Spelling::Plain, Span::new(0, 0));
    let root = tree.push(&[], Kind::Array, names.id(b"words"), plain);
    let mut whole: Option<Record> = None;
    for mut record in run {
        let Body::Tree(entry) = mem::replace(&mut record.body, Body::Said(Vec::new())) else { continue };
        let bytes = whole.as_ref().map_or(0, |whole| whole.raw.len());
        let first = u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX);
        let moved = |segment: Segment| {
            let Span { start, end } = segment.span();
            let span = Span::new(start + bytes, end + bytes);
            Segment { joint: segment.joint, ..Segment::new(segment.layer, segment.spelling, span) }
        };
        tree.nodes.extend((0..).zip(entry.nodes).map(|(at, node)| Node {
            name: new_name(renamed, node.name),
            parent: if at == 0 { root } else { node.parent + first },
            end: node.end + first,
            element: at == 0 || node.element,
            segment: moved(node.segment),
            ..node
        }));
        let asides = entry.asides.into_iter();
        tree.asides.extend(asides.map(|aside| Aside { segment: moved(aside.segment), ..aside }));
        match &mut whole {
            Some(whole) => whole.raw.append(&mut record.raw),
            None => whole = Some(record),
        }
    }
    tree.close(root);
    whole.map(|record| Record { body: Body::Tree(tree), ..record })
}
