//! Reads documents and forms of unknown protocols by the names of their fields.

use std::borrow::Cow;

use crate::chat::names::{Meaning, is_prose, is_same, is_time, meaning, meaning_within, names_number, normalized};
use crate::chat::walk::author;
use crate::chat::{ChatTexts, Continuity, Field, Place, Scan, Spelling};
use crate::json::{Path, Segment, Value, ValueKind};
use crate::message::Role;

/// Names under which a field of text has its text if it is an object.
const INNER: &[&str] = &[
    "value",
    "values",
    "string",
    "raw",
    "rendered",
    "formatted",
    "plaintext",
    "default",
    "original",
    "translated",
    "en",
    "es",
    "enus",
    "stringvalue",
    "val",
];

/// Names of a value that another field of its object labels: `{"name": "cvv", "value": "123"}`.
const VALUES: &[&str] = &["value", "values", "val", "v", "stringvalue", "fieldvalue", "string", "valor"];

/// Names of the label.
const LABELS: &[&str] = &[
    "name",
    "key",
    "k",
    "label",
    "title",
    "header",
    "heading",
    "caption",
    "field",
    "fieldname",
    "fieldid",
    "customid",
    "attribute",
    "attr",
    "property",
    "prop",
    "param",
    "parameter",
    "item",
    "id",
    "nombre",
    "campo",
    "clave",
    "nome",
    "chave",
];

/// Names of a label that people read. The others name a value for programs, unless the label has a blank or a mark at its
/// end.
const SHOWN: &[&str] = &["label", "title", "question", "caption", "heading", "header"];

/// Names of who logs in.
const LOGINS: &[&str] = &["user", "username", "login", "email", "mail", "usuario", "correo"];

/// The maximum length of a label in bytes.
const LONGEST_LABEL: usize = 128;

/// Names of what people ask.
const QUESTIONS: &[&str] = &["question", "q", "prompt", "pregunta", "pergunta"];

/// Names of a text beside a label, which is the value if it is one word.
const SAID: &[&str] = &["text", "content", "body", "description", "subtitle"];

/// Names of what people answer.
const ANSWERS: &[&str] = &["answer", "answers", "response", "reply", "a", "respuesta", "resposta"];

/// Names that say more after that of the object that they are in: `"card": {"number": ...}`.
const DEPENDENT: &[&str] = &["number", "num", "no", "code", "value", "digits", "confirmation"];

/// Fields of text that are often objects with ids and addresses of their own. In a form, only what [`INNER`] names is the
/// text of such a field.
pub(super) const THINGS: &[&str] = &[
    "message", "messages", "content", "contents", "body", "parts", "lines", "comment", "note", "reply", "answer",
    "question",
];

/// The fewest words of a text that is recognized without a name.
const FEWEST_WORDS: usize = 3;

/// Which names are known.
pub(super) struct Fields<'g> {
    /// Names that the user added.
    pub(super) own: &'g [Cow<'static, str>],
    /// Names of fields that name the author.
    pub(super) roles: &'g [Cow<'static, str>],
    /// The document is an event: the elements of its arrays may be pieces of longer texts.
    pub(super) is_event: bool,
}

/// A string or number, or an array that spells out a number, and what is known about it.
struct Leaf<'t> {
    value: Value<'t>,
    role: Option<Role>,
    meaning: Meaning,
    label: Labeled,
}

/// How a value and a label beside it belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Labeled {
    No,
    /// It is a label, and not said by anybody.
    Label,
    /// A name for programs is beside it.
    Named,
    /// It has this label, or its key is the label of what is at this index. `shown`: the label has a name for people.
    By {
        label: usize,
        shown: bool,
    },
}

#[derive(Clone)]
struct Step<'t> {
    value: Value<'t>,
    role: Option<Role>,
    meaning: Meaning,
    /// The key of the innermost member around.
    name: Option<Cow<'t, [u8]>>,
    label: Labeled,
}

impl Fields<'_> {
    /// Returns the texts and other fields of a document.
    pub(super) fn read(&self, document: Value<'_>) -> ChatTexts {
        let leaves = self.leaves(document);
        let mut facts = Facts::default();
        for leaf in &leaves {
            facts.add(leaf.meaning, kind(leaf.value), &text(leaf.value));
            facts.login |= leaf.value.key().is_some_and(|key| is_in(&key, LABELS)) && is_in(&text(leaf.value), LOGINS);
        }
        let mut unknown = leaves.iter().filter(|leaf| may_answer(leaf));
        let only = unknown.next().filter(|_| !facts.text && unknown.next().is_none());
        let only = only.map(|leaf| leaf.value.index());
        let mut found = ChatTexts::default();
        for leaf in leaves {
            if let Labeled::By { label, .. } = leaf.label {
                found.labels.push((leaf.value.index(), label));
            }
            let is_only = only == Some(leaf.value.index());
            match facts.scan(leaf.meaning, kind(leaf.value), &text(leaf.value)) {
                scan if leaf.label == Labeled::Named => match (scan, leaf.meaning) {
                    (_, Meaning::Secret(secret)) if !facts.login => {
                        found.fields.push(Field::new(leaf.value, Scan::Labeled(secret.label())));
                    }
                    (Scan::Skip, _) => {}
                    (Scan::Message, _) => found.push(leaf.value, leaf.role, Spelling::Plain, Continuity::Whole),
                    (Scan::Form | Scan::Alone, _) if is_only => found.fields.push(Field::new(leaf.value, Scan::Answer)),
                    (scan, _) => found.fields.push(Field::new(leaf.value, scan)),
                },
                scan if leaf.label != Labeled::No => match (scan, leaf.label, leaf.meaning) {
                    // A label that people read shows that this is not a login form.
                    (_, Labeled::By { .. }, Meaning::Secret(secret)) => {
                        found.fields.push(Field::new(leaf.value, Scan::Labeled(secret.label())));
                    }
                    (Scan::Message, Labeled::By { shown, .. }, meaning) if !shown || is_said(meaning) => {
                        found.push(leaf.value, leaf.role, Spelling::Plain, Continuity::Whole);
                    }
                    (Scan::Message, ..) => found.fields.push(Field::new(leaf.value, Scan::Alone)),
                    (Scan::Form, Labeled::By { .. }, _) if is_only => {
                        found.fields.push(Field::new(leaf.value, Scan::Answer));
                    }
                    (scan, ..) => found.fields.push(Field::new(leaf.value, scan)),
                },
                Scan::Skip => {}
                Scan::Message => found.push(leaf.value, leaf.role, Spelling::Plain, Continuity::Whole),
                Scan::Form | Scan::Alone if is_only => {
                    found.fields.push(Field::new(leaf.value, Scan::Answer));
                }
                scan => found.fields.push(Field::new(leaf.value, scan)),
            }
        }
        // Messages that were listed from the newest one on have been turned round.
        found.labels.sort_unstable();
        found
    }

    /// Returns the strings and numbers of a document, and the arrays that spell out a number, in the order in which they
    /// were written.
    fn leaves<'t>(&self, document: Value<'t>) -> Vec<Leaf<'t>> {
        let mut leaves = Vec::new();
        // A document that is only a string is a message; that is also possible for the elements of an array.
        let meaning = if document.is_object() || document.is_array() { Meaning::Vague } else { Meaning::Chat };
        // A stack, not recursion: the sender chooses the depth.
        let mut stack = vec![Step { value: document, role: None, meaning, name: None, label: Labeled::No }];
        while let Some(step) = stack.pop() {
            let start = stack.len();
            match step.value.kind() {
                ValueKind::String | ValueKind::Number => {
                    let is_query = step.meaning == Meaning::Text && step.name.as_deref().is_some_and(is_query);
                    let is_program = is_query && is_graphql(&text(step.value));
                    let meaning = if is_program { Meaning::Program } else { step.meaning };
                    leaves.push(Leaf { value: step.value, role: step.role, meaning, label: step.label });
                }
                ValueKind::Object => self.enter(&step, &mut stack),
                ValueKind::Array if !self.is_event && is_spelled(step.value, step.meaning) => {
                    leaves.push(Leaf { value: step.value, role: step.role, meaning: step.meaning, label: step.label });
                }
                ValueKind::Array => {
                    if let Some(table) = Table::with_heading_row(step.value) {
                        table.push_rows(step.value.children(), &step, &mut stack);
                    } else {
                        stack.extend(step.value.children().map(|value| Step { value, ..step.clone() }));
                        if is_newest_first(step.value) {
                            stack[start..].reverse();
                        }
                    }
                }
                ValueKind::Literal => {}
            }
            stack[start..].reverse();
        }
        leaves
    }

    /// Pushes the members of an object.
    fn enter<'t>(&self, step: &Step<'t>, stack: &mut Vec<Step<'t>>) {
        let names = |member: &Value<'t>| member.key().is_some_and(|key| self.is_role(&key));
        let role = author(step.value.children().filter(names), step.role);
        let mut label = Meaning::Unknown;
        for member in step.value.children().filter(|member| member.kind() == ValueKind::String) {
            if label == Meaning::Unknown
                && member.key().is_some_and(|key| is_in(&key, LABELS) || is_in(&key, QUESTIONS))
            {
                label = meaning(member.raw());
            }
        }
        let shown = shown_label(step.value);
        let table = Table::in_object(step.value);
        for value in step.value.children() {
            let name = value.key();
            let labeled = match shown {
                Some((label, _)) if label.index() == value.index() => Labeled::Label,
                Some((label, shown)) if is_valued_by(label, value) => Labeled::By { label: label.index(), shown },
                _ if name.as_deref().is_some_and(is_said_name) => Labeled::By { label: value.index(), shown: false },
                _ if is_valued(value) && matches!(step.label, Labeled::By { .. }) => step.label,
                _ if is_valued(value) && label != Meaning::Unknown => Labeled::Named,
                _ => Labeled::No,
            };
            let meaning = name
                .as_deref()
                .map_or(Meaning::Unknown, |name| self.meaning(name, step.name.as_deref(), step.meaning, label));
            let inner = Step { value, role, meaning, name, label: labeled };
            match &table {
                Some(table) if table.has_rows(value) => table.push_rows(value.children(), &inner, stack),
                _ => stack.push(inner),
            }
        }
    }

    /// Returns the meaning of a member: by its name, by the name and the meaning of the enclosing member, and by the
    /// label of its object.
    fn meaning(&self, name: &[u8], outer_name: Option<&[u8]>, outer: Meaning, label: Meaning) -> Meaning {
        if self.is_own(name) {
            return Meaning::Chat;
        }
        if is_in(name, VALUES) {
            match (outer, label) {
                (_, Meaning::Chat | Meaning::Text | Meaning::Aside | Meaning::Secret(_) | Meaning::Reference) => {
                    return label;
                }
                (Meaning::Unknown | Meaning::Other | Meaning::Vague, _) => {}
                _ => return outer,
            }
        }
        if is_in(name, ANSWERS) && matches!(label, Meaning::Secret(_)) {
            return label;
        }
        if matches!(outer, Meaning::Chat | Meaning::Text) && is_in(name, INNER) {
            return outer;
        }
        if let Some(outer) = outer_name.filter(|_| is_in(name, DEPENDENT))
            && let secret @ Meaning::Secret(_) = meaning_within(outer, name)
        {
            return secret;
        }
        meaning(name)
    }

    fn is_own(&self, name: &[u8]) -> bool {
        self.own.iter().any(|own| is_same(own.as_bytes(), name))
    }

    fn is_role(&self, name: &[u8]) -> bool {
        self.roles.iter().any(|role| is_same(role.as_bytes(), name))
    }

    /// Returns what is at a path of a document that is too large to be read at once.
    pub(super) fn place(&self, path: Path<'_>) -> Place {
        let mut keys = path.segments().rev().filter_map(|segment| match segment {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        });
        let Some(key) = keys.next() else {
            return Place::Text(Spelling::Plain);
        };
        if self.is_role(key) {
            return Place::Role;
        }
        let outer = keys.next();
        let around =
            outer.map_or(Meaning::Unknown, |outer| if self.is_own(outer) { Meaning::Chat } else { meaning(outer) });
        match self.meaning(key, outer, around, Meaning::Unknown) {
            Meaning::Chat | Meaning::Text | Meaning::Aside | Meaning::Vague => Place::Text(Spelling::Plain),
            Meaning::Secret(secret) => Place::Field(Scan::Labeled(secret.label())),
            Meaning::Reference => Place::Field(Scan::Reference),
            Meaning::Program | Meaning::Other | Meaning::Unknown => Place::Field(Scan::Form),
        }
    }

    /// Says how the fields of a form are scanned.
    pub(super) fn read_form(&self, fields: &[(&str, &[u8])]) -> Vec<Scan> {
        let meanings: Vec<Meaning> = fields.iter().map(|(name, _)| self.form_meaning(name)).collect();
        let mut facts = Facts::default();
        for (meaning, (_, value)) in meanings.iter().zip(fields) {
            facts.add(*meaning, ValueKind::String, value);
        }
        let scan = |(meaning, (name, value)): (&Meaning, &(&str, &[u8]))| match meaning {
            Meaning::Secret(secret) if is_said_name(name.as_bytes()) => Scan::Labeled(secret.label()),
            _ => facts.scan(*meaning, ValueKind::String, value),
        };
        meanings.iter().zip(fields).map(scan).collect()
    }

    /// Returns what a field of a form is. Of `message[text]`, `message.text`, `text[]` and `text[0]` the last name counts, as
    /// it does in `{"message": {"text": ..}}`. A qualification of a text, as in `text[a]`, is text.
    pub(super) fn form_meaning(&self, name: &str) -> Meaning {
        let whole = self.path_meaning(name);
        match without_rest(name).map(|cut| self.path_meaning(cut)) {
            Some(text @ (Meaning::Chat | Meaning::Text | Meaning::Aside)) => text,
            _ => whole,
        }
    }

    fn path_meaning(&self, path: &str) -> Meaning {
        let mut names = names_in(path).map(str::as_bytes);
        let Some(last) = names.next() else { return Meaning::Unknown };
        let of = |name: &[u8]| if self.is_own(name) { Meaning::Chat } else { meaning(name) };
        let is_text = |meaning: Meaning| matches!(meaning, Meaning::Chat | Meaning::Text | Meaning::Aside);
        let outer = names.clone().next();
        let here = self.meaning(last, outer, outer.map_or(Meaning::Unknown, of), Meaning::Unknown);
        if is_text(here) {
            return here;
        }
        let around = names.find(|name| is_text(of(name)) && (is_in(last, INNER) || !is_in(name, THINGS)));
        around.map_or(here, of)
    }
}

/// Returns the name of a form field up to its last bracket, if something other than a dot follows it. Some parsers ignore
/// the rest, as in `text[0]x`.
pub(super) fn without_rest(name: &str) -> Option<&str> {
    name.rfind(']').filter(|at| !name[at + 1..].starts_with('.')).map(|at| &name[..at])
}

/// Returns the names in the name of a form field, the last one first: `text`, `message` for `message[0][text]`.
pub(super) fn names_in(path: &str) -> impl Iterator<Item = &str> + Clone {
    let is_name = |name: &&str| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit());
    path.rsplit(['[', ']', '.']).map(bare).filter(is_name)
}

/// Returns the name without invisible characters around it, which some form parsers ignore, and without anything after a NUL.
fn bare(name: &str) -> &str {
    let name = name.trim_start_matches('\0').split('\0').next().unwrap_or_default();
    name.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
    })
}

fn is_in(name: &[u8], names: &[&str]) -> bool {
    let Some(first) = normalized(name).next().filter(|_| name.len() <= 32) else { return false };
    names.iter().any(|known| known.as_bytes()[0] == first && normalized(name).eq(known.bytes()))
}

/// Returns the label of an object that has a value beside it, and whether the name of the label is one for people.
fn shown_label(object: Value<'_>) -> Option<(Value<'_>, bool)> {
    let labels = object.children().filter(|member| member.kind() == ValueKind::String);
    let mut labels = labels.filter_map(|member| {
        let key = member.key().filter(|key| is_in(key, LABELS) || is_in(key, QUESTIONS))?;
        let shown = is_in(&key, SHOWN);
        let text = text(member);
        let text = text.trim_ascii();
        let is_shown = || shown || text.contains(&b' ') || matches!(text.last(), Some(b':' | b'?'));
        let is_label = (1..=LONGEST_LABEL).contains(&text.len()) && is_shown();
        is_label.then_some((member, shown && !is_in(&key, QUESTIONS)))
    });
    let label = labels.next()?;
    object.children().any(|member| is_valued_by(label.0, member)).then_some(label)
}

/// As [`is_valued`], and for a text of one word if the label names a secret.
fn is_valued_by(label: Value<'_>, member: Value<'_>) -> bool {
    let is_word = || !text(member).trim_ascii().contains(&b' ');
    is_valued(member) || member.key().is_some_and(|key| is_in(&key, SAID)) && is_word() && names_secret(label)
}

/// Returns whether a name is one that people read: a question, or several words.
fn is_said_name(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    name.len() <= LONGEST_LABEL
        && name.iter().any(u8::is_ascii_alphabetic)
        && (name.contains(&b' ') || matches!(name.last(), Some(b':' | b'?')))
}

/// Returns whether the elements of an array are objects with times, the newest one first.
fn is_newest_first(array: Value<'_>) -> bool {
    let mut times = array.children().map(|object| {
        let mut members = object.children().filter(|_| object.is_object());
        members.find(|member| member.key().is_some_and(|key| is_time(&key))).map(text)
    });
    let Some(Some(first)) = times.next() else { return false };
    let mut last = first.clone();
    for next in times {
        match next {
            Some(next) if is_not_after(&next, &last) => last = next,
            _ => return false,
        }
    }
    last != first
}

/// Returns whether a time is not after another one in the same spelling.
fn is_not_after(time: &[u8], other: &[u8]) -> bool {
    let number = |time: &[u8]| std::str::from_utf8(time).ok()?.trim().parse::<f64>().ok();
    match (number(time), number(other)) {
        (Some(time), Some(other)) => time <= other,
        (None, None) => time.len() == other.len() && time.iter().take(4).all(u8::is_ascii_digit) && time <= other,
        _ => false,
    }
}

/// A table whose headings name secrets, or ask for them.
struct Table<'t> {
    headings: Vec<Value<'t>>,
}

impl<'t> Table<'t> {
    /// Returns the table with these headings: strings, or objects with a name each.
    fn of(list: Value<'t>) -> Option<Self> {
        let heading = |value: Value<'t>| match value.kind() {
            ValueKind::Object => value.children().find(|member| member.key().is_some_and(|key| is_in(&key, LABELS))),
            _ => Some(value),
        };
        let is_heading = |value: &Value<'t>| {
            let text = text(*value);
            value.kind() == ValueKind::String && text.len() <= LONGEST_LABEL && text.iter().any(u8::is_ascii_alphabetic)
        };
        if !list.is_array() {
            return None;
        }
        let headings: Option<Vec<_>> = list.children().map(|value| heading(value).filter(is_heading)).collect();
        let headings = headings?;
        headings.iter().any(|heading| names_secret(*heading)).then_some(Self { headings })
    }

    /// Returns the table whose headings are a member of an object, or a member of a member.
    fn in_object(object: Value<'t>) -> Option<Self> {
        let is_rows = |member: Value<'t>| member.children().next().is_some_and(|row| row.is_array() || row.is_object());
        if !object.children().any(|member| member.is_array() && is_rows(member)) {
            return None;
        }
        let inner = object.children().filter(|member| member.is_object()).flat_map(Value::children);
        object.children().chain(inner).find_map(Self::of)
    }

    /// Returns the table in an array of rows, the first of which holds the headings.
    fn with_heading_row(array: Value<'t>) -> Option<Self> {
        let mut rows = array.children();
        let table = Self::of(rows.next()?).filter(|table| table.headings.len() > 1)?;
        let mut rows = rows.peekable();
        (rows.peek().is_some() && rows.all(|row| table.cells(row).is_some())).then_some(table)
    }

    /// Returns whether a value holds the rows of this table.
    fn has_rows(&self, value: Value<'t>) -> bool {
        value.is_array() && value.children().next().is_some() && value.children().all(|row| self.cells(row).is_some())
    }

    /// Returns the array of the cells of a row: the row itself, or the only member of an object.
    fn cells(&self, row: Value<'t>) -> Option<Value<'t>> {
        let mut members = row.children();
        let cells = match row.is_object() {
            true => members.next().filter(|_| members.next().is_none())?,
            false => row,
        };
        (cells.is_array() && cells.children().count() == self.headings.len()).then_some(cells)
    }

    /// Pushes the cells of rows, each with its heading as its label if that names a secret.
    fn push_rows(&self, rows: impl Iterator<Item = Value<'t>>, step: &Step<'t>, stack: &mut Vec<Step<'t>>) {
        for row in rows {
            let cells = self.cells(row).into_iter().flat_map(Value::children);
            for (value, heading) in cells.zip(&self.headings) {
                let is_named = names_secret(*heading) && value.index() != heading.index();
                let label = Labeled::By { label: heading.index(), shown: false };
                let meaning = Some(meaning(&text(*heading))).filter(|_| is_named).unwrap_or(step.meaning);
                let label = if is_named { label } else { step.label };
                stack.push(Step { value, meaning, label, ..step.clone() });
            }
        }
    }
}

/// Returns whether a heading names a secret, or is a question.
fn names_secret(heading: Value<'_>) -> bool {
    let text = text(heading);
    matches!(meaning(&text), Meaning::Secret(_)) || text.ends_with(b"?")
}

/// Returns `true` for a member that holds what a label beside it names.
fn is_valued(member: Value<'_>) -> bool {
    member.key().is_some_and(|key| is_in(&key, VALUES) || is_in(&key, ANSWERS))
}

fn is_said(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Chat | Meaning::Text | Meaning::Aside)
}

fn text(value: Value<'_>) -> Cow<'_, [u8]> {
    match value.kind() {
        ValueKind::Array => value.spelled().map_or(Cow::Borrowed(b""), |spelled| Cow::Owned(spelled.digits)),
        _ => value.text().map_or(Cow::Borrowed(value.raw()), |decoded| decoded.bytes),
    }
}

/// Returns the kind of a value. An array that spells out a number stands for a string.
fn kind(value: Value<'_>) -> ValueKind {
    if value.is_array() { ValueKind::String } else { value.kind() }
}

/// Returns whether an array spells out a number that may be a card. Numbers under a name that says nothing are counts.
fn is_spelled(array: Value<'_>, meaning: Meaning) -> bool {
    const CARD: std::ops::RangeInclusive<usize> = 13..=19;
    let is_counted = matches!(meaning, Meaning::Unknown | Meaning::Other | Meaning::Reference | Meaning::Program);
    array.spelled().is_some_and(|spelled| CARD.contains(&spelled.digits.len()) && !(is_counted && spelled.has_numbers))
}

/// Returns `true` for a value that may answer a question although its name is unknown. Shorter numbers are often counts, and
/// words without digits are often commands.
fn may_answer(leaf: &Leaf<'_>) -> bool {
    const LONGEST: usize = 64;
    /// Longer numbers are times.
    const DIGITS: std::ops::RangeInclusive<usize> = 3..=12;
    let is_unknown = matches!(leaf.meaning, Meaning::Unknown | Meaning::Vague);
    let text = text(leaf.value);
    is_unknown && text.len() <= LONGEST && DIGITS.contains(&text.iter().filter(|byte| byte.is_ascii_digit()).count())
}

fn is_query(name: &[u8]) -> bool {
    let mut last = normalized(name).rev();
    b"query".iter().rev().all(|byte| last.next() == Some(*byte))
}

/// Returns whether a text is a GraphQL document. Its arguments are not said by anybody: one may be a password.
fn is_graphql(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let name = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_operation = [&b"query"[..], b"mutation", b"subscription", b"fragment", b""].contains(&&text[..name]);
    let opens = text[name..].iter().find(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b' '));
    is_operation && matches!(opens, Some(b'{' | b'(' | b'\n')) && text.ends_with(b"}")
}

/// What a document or form contains.
#[derive(Default)]
struct Facts {
    /// A message.
    chat: bool,
    /// A text.
    text: bool,
    /// The number or the security code of a card.
    card: bool,
    /// A field, named by another one, for who logs in.
    login: bool,
}

impl Facts {
    fn add(&mut self, meaning: Meaning, kind: ValueKind, value: &[u8]) {
        let filled = value.iter().any(|byte| !byte.is_ascii_whitespace());
        let is_number = kind == ValueKind::Number;
        self.chat |= meaning == Meaning::Chat && filled;
        self.text |= matches!(meaning, Meaning::Chat | Meaning::Text) && filled && !is_number;
        let digits = || value.iter().filter(|byte| byte.is_ascii_digit()).count();
        self.card |= matches!(meaning, Meaning::Secret(secret) if secret.pays() && digits() >= 3);
    }

    /// Says how a value is scanned.
    fn scan(&self, meaning: Meaning, kind: ValueKind, value: &[u8]) -> Scan {
        let is_string = kind == ValueKind::String;
        let prose = |least| is_string && is_prose(value, least);
        match meaning {
            Meaning::Chat | Meaning::Text => Scan::Message,
            Meaning::Aside | Meaning::Vague if is_string && !self.text => Scan::Message,
            Meaning::Aside if is_string => Scan::Alone,
            Meaning::Secret(secret) => match () {
                () if self.card || self.chat || self.text && !secret.logs_in() => Scan::Labeled(secret.label()),
                // The password of a login form.
                () if secret.logs_in() => Scan::Skip,
                () => Scan::Form,
            },
            Meaning::Program => Scan::Program,
            Meaning::Reference if !prose(FEWEST_WORDS) => Scan::Reference,
            Meaning::Unknown if !self.text && prose(FEWEST_WORDS) => Scan::Message,
            Meaning::Unknown | Meaning::Vague if self.text && prose(2) => Scan::Alone,
            _ if prose(FEWEST_WORDS) || is_string && names_number(value) => Scan::Alone,
            _ => Scan::Form,
        }
    }
}
