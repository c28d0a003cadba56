//! The walk that most shapes share: down a document, with a table of what the keys mean.

use std::cell::OnceCell;

use crate::chat::{ChatTexts, Continuity, Place, Spelling};
use crate::json::{Path, Segment, Value, ValueKind};
use crate::message::Role;

/// What the keys of a shape mean. A member whose key is in no list is walked into.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys<'k> {
    /// The strings and numbers of such a member are text, and those of an array in it.
    pub(super) text: &'k [&'k str],
    /// So are those of a member by one of these names in an object that is such a member.
    pub(super) inner: &'k [&'k str],
    /// The same, spelled as HTML.
    pub(super) html: &'k [&'k str],
    /// A string of such a member holds a JSON document.
    pub(super) json: &'k [&'k str],
    /// An object or array of such a member is one text; a string is text.
    pub(super) values: &'k [&'k str],
    /// Such a member is left alone, with everything in it.
    pub(super) left: &'k [&'k str],
    /// Such a member repeats what a text member of the same object says.
    pub(super) again: &'k [&'k str],
    /// Such a member of the document is said first, by the server, wherever it stands.
    pub(super) first: &'k [&'k str],
    /// Such a member says who speaks in its object and in all below.
    pub(super) role: &'k [&'k str],
}

#[derive(Clone, Copy)]
struct Step<'t> {
    value: Value<'t>,
    role: Option<Role>,
    spelling: Option<Spelling>,
    again: bool,
}

impl Keys<'_> {
    /// Adds all texts of `value` to `reading`; `part` is what a text is that repeats no other. A document that is nothing
    /// but a string or a number is a text.
    pub(super) fn walk(&self, value: Value<'_>, role: Option<Role>, part: &Continuity, reading: &mut ChatTexts) {
        // A stack, not recursion: how deep a document goes is the sender's choice.
        let mut root = value.index() == 0;
        let spelling = if root { Some(Spelling::Plain).filter(|_| !is_container(value)) } else { self.spelling(value) };
        let mut stack = vec![Step { value, role, spelling, again: false }];
        if value.is_one_of(self.left) {
            return;
        }
        while let Some(step) = stack.pop() {
            let Step { value, role, spelling, again } = step;
            match (value.kind(), spelling) {
                (ValueKind::Object | ValueKind::Array, Some(spelling @ (Spelling::Values | Spelling::Json))) => {
                    let spelling = if spelling == Spelling::Json { Spelling::Values } else { spelling };
                    reading.push(value, role, spelling, if again { Continuity::Repeat } else { part.clone() });
                }
                (ValueKind::Object, _) => {
                    let start = stack.len();
                    self.enter(step, &mut stack);
                    if root {
                        // What is said first is to be popped first.
                        stack[start..].sort_by_key(|step| step.value.is_one_of(self.first));
                        for step in stack[start..].iter_mut().filter(|step| step.value.is_one_of(self.first)) {
                            step.role = Some(Role::Bot);
                        }
                    }
                }
                (ValueKind::Array, _) => {
                    let start = stack.len();
                    stack.extend(value.children().map(|value| Step { value, ..step }));
                    stack[start..].reverse();
                }
                (ValueKind::String | ValueKind::Number, Some(spelling)) => {
                    let spelling = if spelling == Spelling::Values { Spelling::Plain } else { spelling };
                    reading.push(value, role, spelling, if again { Continuity::Repeat } else { part.clone() });
                }
                _ => {}
            }
            root = false;
        }
    }

    /// Puts the members of an object on the stack, so that the first is popped first.
    fn enter<'t>(&self, step: Step<'t>, stack: &mut Vec<Step<'t>>) {
        let object = step.value;
        let role = self.role(object).or(step.role);
        let says = OnceCell::new();
        let says = || *says.get_or_init(|| object.children().any(|member| member.is_one_of(self.text)));
        let start = stack.len();
        for member in object.children().filter(|member| !member.is_one_of(self.left)) {
            let inner = step.spelling.is_some() && member.is_one_of(self.inner);
            let spelling = self.spelling(member).or(step.spelling.filter(|_| inner));
            let again = step.again || member.is_one_of(self.again) && says();
            stack.push(Step { value: member, role, spelling, again });
        }
        // What repeats comes after what it repeats.
        stack[start..].sort_by_key(|step| step.again);
        stack[start..].reverse();
    }

    /// How the text of a member is spelled, where it is text.
    fn spelling(&self, member: Value<'_>) -> Option<Spelling> {
        match () {
            () if member.is_one_of(self.text) => Some(Spelling::Plain),
            () if member.is_one_of(self.html) => Some(Spelling::Html),
            () if member.is_one_of(self.json) => Some(Spelling::Json),
            () if member.is_one_of(self.values) => Some(Spelling::Values),
            () => None,
        }
    }

    /// What stands at `path`, as far as the way there tells.
    pub(super) fn place(&self, path: Path<'_>) -> Place {
        let is = |key: &[u8], names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes()));
        let passes =
            |names: &[&str]| path.segments().any(|segment| matches!(segment, Segment::Key(key) if is(key, names)));
        if passes(self.left) {
            return Place::Other;
        }
        let Some(key) = path.nearest_key() else {
            return if path.depth() == 0 { Place::Text(Spelling::Plain) } else { Place::Other };
        };
        match () {
            () if is(key, self.text) || passes(self.values) => Place::Text(Spelling::Plain),
            () if is(key, self.inner) && self.is_in_text(path) => Place::Text(Spelling::Plain),
            () if is(key, self.html) => Place::Text(Spelling::Html),
            () if is(key, self.json) => Place::Text(Spelling::Json),
            () if is(key, self.role) => Place::Role,
            () => Place::Other,
        }
    }

    /// Whether the object whose member stands at `path` is a text member.
    fn is_in_text(&self, path: Path<'_>) -> bool {
        let mut keys = path.segments().rev().filter_map(|segment| match segment {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        });
        let around = keys.nth(1).unwrap_or_default();
        self.text.iter().any(|name| around.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Who speaks, as the object itself says: `"role": "user"`, `"author": {"type": "agent"}`.
    pub(super) fn role(&self, object: Value<'_>) -> Option<Role> {
        let members = object.children().filter(|member| member.is_one_of(self.role));
        members
            .flat_map(|member| {
                let inner = ["role", "type"].into_iter().filter_map(move |name| member.string(name));
                member.as_str().into_iter().chain(inner)
            })
            .find_map(|name| Role::from_name(&name))
    }
}

fn is_container(value: Value<'_>) -> bool {
    value.is_object() || value.is_array()
}
