//! Who says a text: what the object, the fields beside it and the columns around it tell.

use std::sync::Arc;

use lastfour::Role;

use super::reading::{Reading, Use};
use super::shape::{LONGEST_VALUE, MOST_BESIDE, is_anybody, is_level, is_scalar, keyed};
use crate::transcript::fields::About;
use crate::transcript::header;
use crate::transcript::record::Speaker;
use crate::transcript::segment::Segment;
use crate::transcript::tree::Kind;
use crate::transcript::values::{role_of_value, side_of_direction};

impl Reading<'_> {
    /// Returns the speaker that the members of an object name.
    pub(super) fn speaker(&mut self, object: u32) -> Option<Speaker> {
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
    pub(super) fn person(&self, at: u32, about: About) -> Speaker {
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
    pub(super) fn beside(&self, object: u32) -> Option<Speaker> {
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
    pub(super) fn is_event(&self, object: u32) -> bool {
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

    /// Returns the role that a text of one line begins with, and the length of what precedes the words: `agent: hello`.
    pub(super) fn role_in_text(&self, segment: &Segment) -> Option<(Role, u32)> {
        let raw = self.record.bytes(segment);
        let head = header::parse(raw)?;
        let (name, _) = head.speaker.filter(|(_, name)| *name == header::Name::Sure)?;
        let role = Role::from_name(std::str::from_utf8(&raw[name.range()]).ok()?)?;
        let text = self.record.text(segment);
        // Where the prefix has no escapes, it is as long as in the text.
        let is_plain = text.get(..head.text) == raw.get(..head.text) && !text.contains(&b'\n');
        is_plain.then_some((role, u32::try_from(head.text).ok()?))
    }

    /// Returns the speaker of the text at `at`: the one that its name says, or that its owner says.
    pub(super) fn text_speaker(&mut self, owner: u32, slot: u32, at: u32) -> Speaker {
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
}
