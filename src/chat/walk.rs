//! The traversal that most shapes share: through a document, with a table of what its keys mean.

use std::cell::OnceCell;

use crate::chat::{ChatTexts, Continuity, Place, Spelling};
use crate::json::{Path, Segment, Value, ValueKind};
use crate::message::Role;

/// What the keys of a shape mean. Members with other keys are traversed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys<'k> {
    /// The strings and numbers of such a member are text, also those of an array in it.
    pub(super) text: &'k [&'k str],
    /// If such a member is an object, its members with these names are text too.
    pub(super) inner: &'k [&'k str],
    /// The same, spelled as HTML.
    pub(super) html: &'k [&'k str],
    /// A string of such a member contains a JSON document.
    pub(super) json: &'k [&'k str],
    /// An object or array of such a member is one text. A string is text.
    pub(super) values: &'k [&'k str],
    /// Such a member is skipped, with everything in it.
    pub(super) left: &'k [&'k str],
    /// Such a member repeats the text of another member of the same object.
    pub(super) again: &'k [&'k str],
    /// Such a member of the document is a message by the server that comes first, wherever it is.
    pub(super) first: &'k [&'k str],
    /// Such a member names the author of its object and of everything in it.
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
    /// Adds all texts of `value` to `reading`. `part` is the continuity of a text that repeats no other. A document
    /// that is only a string or a number is a text.
    pub(super) fn walk(&self, value: Value<'_>, role: Option<Role>, part: &Continuity, reading: &mut ChatTexts) {
        // A stack, not recursion: the sender chooses the depth.
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
                        // The first message must be popped first.
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

    /// Pushes the members of an object so that the first one is popped first.
    fn enter<'t>(&self, step: Step<'t>, stack: &mut Vec<Step<'t>>) {
        let object = step.value;
        let role = author(object.children().filter(|member| member.is_one_of(self.role)), step.role);
        let says = OnceCell::new();
        let says = || *says.get_or_init(|| object.children().any(|member| member.is_one_of(self.text)));
        let start = stack.len();
        for member in object.children().filter(|member| !member.is_one_of(self.left)) {
            let inner = step.spelling.is_some() && member.is_one_of(self.inner);
            let spelling = self.spelling(member).or(step.spelling.filter(|_| inner));
            let again = step.again || member.is_one_of(self.again) && says();
            stack.push(Step { value: member, role, spelling, again });
        }
        // A repetition comes after the text that it repeats.
        stack[start..].sort_by_key(|step| step.again);
        stack[start..].reverse();
    }

    /// Returns how the text of a member is spelled, if it is text.
    fn spelling(&self, member: Value<'_>) -> Option<Spelling> {
        match () {
            () if member.is_one_of(self.text) => Some(Spelling::Plain),
            () if member.is_one_of(self.html) => Some(Spelling::Html),
            () if member.is_one_of(self.json) => Some(Spelling::Json),
            () if member.is_one_of(self.values) => Some(Spelling::Values),
            () => None,
        }
    }

    /// Returns what is at `path`, as far as its keys say.
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

    /// Returns whether the object that contains the member at `path` is a text member.
    fn is_in_text(&self, path: Path<'_>) -> bool {
        let mut keys = path.segments().rev().filter_map(|segment| match segment {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        });
        let around = keys.nth(1).unwrap_or_default();
        self.text.iter().any(|name| around.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// Returns the author that the members of an object name, such as `"role": "user"` and `"author": {"type": "agent"}`,
/// otherwise `outer`. A speaker whose name says nothing about the role is unknown: `"from": "ana"`.
pub(super) fn author<'v>(members: impl Iterator<Item = Value<'v>>, outer: Option<Role>) -> Option<Role> {
    let names = members.flat_map(|member| {
        let inner = ["role", "type"].into_iter().filter_map(move |name| member.string(name));
        member.as_str().into_iter().chain(inner)
    });
    let mut named = false;
    for name in names {
        if let Some(role) = Role::from_name(&name) {
            return Some(role);
        }
        named |= !name.is_empty();
    }
    outer.or(named.then_some(Role::Unknown))
}

fn is_container(value: Value<'_>) -> bool {
    value.is_object() || value.is_array()
}
