//! Reads one tree: which of its values are messages, and in which order.

use std::collections::HashMap;
use std::sync::Arc;

use lastfour::chat::secret_label;

use super::shape::{
    ANSWERED, ASKED, LONGEST_VALUE, MOST_BESIDE, has_length_of_card, hash_of, hashes, is_machine_made, may_be_id,
    may_be_sentence,
};
use super::study::Interpreter;
use super::words::words_of;
use crate::transcript::echo::have_same_words;
use crate::transcript::fields::{About, Meaning, NameId, Names, TextName};
use crate::transcript::record::{Key, Part, Record, Said, Speaker, Time};
use crate::transcript::segment::{Joint, Segment};
use crate::transcript::stamp::time_of_value;
use crate::transcript::tree::{Aside, Kind, Node, Tree};

/// The use of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Not yet decided, or a container.
    Nothing,
    Text,
    /// Text because of its content, not its name.
    Sentence,
    Data,
    /// A word of an array of words: the index of the array, and the index of the form.
    Word(u32, u8),
}

/// The state of reading one tree.
pub(super) struct Reading<'a> {
    pub(super) interpreter: &'a Interpreter,
    pub(super) record: &'a Record,
    pub(super) tree: &'a Tree,
    pub(super) names: &'a Names,
    pub(super) outer: &'a Speaker,
    pub(super) hashes: Vec<u64>,
    pub(super) uses: Vec<Use>,
    /// The speakers that objects name. `None` means that the object names no speaker.
    pub(super) speakers: HashMap<u32, Option<Speaker>>,
    /// Objects whose speaker is given by a JSON pointer of the command line.
    pub(super) pointed: HashMap<u32, Speaker>,
    pointed_keys: HashMap<u32, Arc<[u8]>>,
    /// The array elements that are conversations.
    pub(super) conversations: Vec<u32>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
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

    pub(super) fn node(&self, at: u32) -> &'a Node {
        self.tree.node(at)
    }

    pub(super) fn meaning(&self, at: u32) -> Meaning {
        self.names.meaning(self.tree.nearest_name(at))
    }

    pub(super) fn value(&self, at: u32) -> String {
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
    pub(super) fn find_words(&mut self) {
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
    pub(super) fn find_texts(&mut self) {
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
    pub(super) fn owner(&mut self, at: u32) -> u32 {
        let above: Vec<u32> = self.tree.ancestors(at).collect();
        for &object in &above {
            if self.node(object).kind == Kind::Object && self.speaker(object).is_some() {
                return object;
            }
        }
        let element = above.iter().find(|at| self.node(**at).kind == Kind::Object && self.is_element(**at));
        element.copied().unwrap_or(0)
    }

    pub(super) fn is_element(&self, at: u32) -> bool {
        self.tree.is_element(at)
    }

    /// Returns the id of the conversation that the innermost enclosing object names.
    pub(super) fn conversation(&self, at: u32) -> Option<Arc<[u8]>> {
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
    pub(super) fn time(&self, object: u32) -> Option<Time> {
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
    pub(super) fn slot(&self, owner: u32, at: u32) -> u32 {
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
    pub(super) fn collect(mut self) -> (Vec<Said>, Vec<Said>) {
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
    pub(super) fn repeats(&self, group: &Group, at: u32) -> bool {
        let [first] = group.parts.as_slice() else { return false };
        let holder = self.node(group.first).parent;
        self.node(at).parent != holder
            && self.tree.ancestors(at).any(|above| above == holder)
            && have_same_words(&self.record.text(first), &self.record.text(&self.node(at).segment))
    }

    /// Returns whether a value of an id field is a card number: all numbers of this length in the field must be.
    fn is_card(&self, at: usize) -> bool {
        self.interpreter.cards.get(&self.hashes[at]) == Some(&true)
            && has_length_of_card(self.record.bytes(&self.tree.nodes[at].segment))
    }

    /// Returns the words for the secret that a value is: by its name, by the name of its object, or by a name next to
    /// it, as in `{"name": "cvv", "value": "837"}`.
    pub(super) fn label(&self, at: u32) -> Option<&'static str> {
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

    /// Returns the name of the side that says the text at `at`, if a member on the path from its owner is one side of a
    /// pair, such as "question" next to "answer".
    pub(super) fn pair(&self, owner: Option<u32>, at: u32) -> Option<Arc<str>> {
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

    pub(super) fn key(&self, owner: u32) -> Key {
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
    pub(super) fn said(&mut self, groups: Vec<Group>, data: &mut [(u32, Said)]) -> Vec<Said> {
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

    /// Joins the parts of a text: words with blanks, other parts as they require.
    pub(super) fn join(&self, parts: Vec<Segment>, words: bool) -> Vec<Segment> {
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
pub(super) struct Group {
    pub(super) owner: u32,
    /// The node of its first text.
    pub(super) first: u32,
    /// The array of words that it was created from.
    pub(super) array: Option<u32>,
    /// Whether it has a known speaker.
    pub(super) speaks: bool,
    pub(super) speaker: Speaker,
    pub(super) parts: Vec<Segment>,
    pub(super) time: Option<Time>,
    /// Whether it is text because of its content, not its name.
    pub(super) sentence: bool,
    /// Whether the text itself names its speaker.
    pub(super) names_speaker: bool,
}
