//! Random access to the values of a complete document.

use std::borrow::Cow;
use std::fmt;

use crate::edit::{Edit, Patch};
use crate::json::string::{Decoded, decode, escape};
use crate::json::walker::{Document, JsonError, TokenKind};
use crate::span::Span;
use crate::steps;

/// The values of a document with their byte ranges, in document order.
///
/// Keys are compared without regard to ASCII case, and [`Value::get`] returns every member with a key, not only the first
/// or the last. Servers differ in which duplicate they use, so all of them must be examined.
///
/// # Example
///
/// ```
/// use lastfour::json::Tree;
/// let tree = Tree::parse(br#"{"a": {"text": "hi"}, "A": [1]}"#, 8)?;
/// assert_eq!(tree.root().get("a").count(), 2);
/// assert_eq!(tree.root().at("/a/text").unwrap().as_str().unwrap(), "hi");
/// # Ok::<(), lastfour::json::JsonError>(())
/// ```
#[derive(Clone)]
pub struct Tree<'a> {
    bytes: &'a [u8],
    nodes: Vec<Node>,
}

#[derive(Clone, Copy)]
struct Node {
    kind: ValueKind,
    /// The raw content of its key, if it is a member of an object.
    key: Option<Span>,
    span: Span,
    content: Span,
    /// The index of the first node after it that is not part of it.
    next: usize,
}

/// The kind of a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`, `NaN`, `Infinity` or `-Infinity`.
    Literal,
}

/// A value of a [`Tree`]: a cheap handle.
#[derive(Clone, Copy)]
pub struct Value<'t> {
    tree: &'t Tree<'t>,
    at: usize,
}

impl<'a> Tree<'a> {
    /// Parses a document that may be nested `limit` levels deep.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not JSON or nested too deep.
    pub fn parse(bytes: &'a [u8], limit: usize) -> Result<Self, JsonError> {
        steps::add(bytes.len());
        let mut document = Document::new(bytes, limit);
        let mut nodes: Vec<Node> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut key = None;
        while let Some(token) = document.next_token()? {
            match token.kind {
                TokenKind::Key => key = Some(token.content),
                TokenKind::ObjectEnd | TokenKind::ArrayEnd => {
                    if let Some(at) = open.pop() {
                        nodes[at].next = nodes.len();
                        nodes[at].span.end = token.span.end;
                        nodes[at].content.end = token.span.end;
                    }
                }
                kind => {
                    let kind = match kind {
                        TokenKind::ObjectStart => ValueKind::Object,
                        TokenKind::ArrayStart => ValueKind::Array,
                        TokenKind::Number => ValueKind::Number,
                        TokenKind::Literal => ValueKind::Literal,
                        _ => ValueKind::String,
                    };
                    if matches!(kind, ValueKind::Object | ValueKind::Array) {
                        open.push(nodes.len());
                    }
                    let next = nodes.len() + 1;
                    nodes.push(Node { kind, key: key.take(), span: token.span, content: token.content, next });
                }
            }
        }
        Ok(Self { bytes, nodes })
    }

    /// Returns the outermost value.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value { tree: self, at: 0 }
    }

    /// Returns the value with this [`Value::index`].
    #[must_use]
    pub fn value(&self, index: usize) -> Option<Value<'_>> {
        (index < self.nodes.len()).then_some(Value { tree: self, at: index })
    }
}

/// Shows the sizes, not the text.
impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("len", &self.bytes.len()).field("values", &self.nodes.len()).finish()
    }
}

/// Shows the kind and the byte range, not the text.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").field("kind", &self.kind()).field("span", &self.span()).finish()
    }
}

/// A number that an array spells out, a group of digits in each element: `["4539", "5787"]`.
pub(crate) struct Spelled {
    pub(crate) digits: Vec<u8>,
    /// The span of each group in `digits`, and that of its element in the document.
    groups: Vec<(Span, Span)>,
    /// Whether an element is a number.
    pub(crate) has_numbers: bool,
}

impl Spelled {
    /// Returns the edits on the elements for a patch on the digits. Each element that changes becomes a string.
    pub(crate) fn edits(&self, patch: &Patch) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (group, element) in &self.groups {
            let touching = patch.overlapping(*group);
            if touching.is_empty() {
                continue;
            }
            let mut with = String::new();
            let mut at = group.start;
            for edit in touching {
                let (start, end) = (edit.span.start.max(group.start), edit.span.end.min(group.end));
                with.extend(self.digits[at..start].iter().map(|digit| char::from(*digit)));
                at = end;
                // A mask that has a character for each digit is divided, any other one replaces the first group.
                let is_aligned = edit.with.len() == edit.span.len() && edit.with.is_ascii();
                match is_aligned {
                    true => with += &edit.with[start - edit.span.start..end - edit.span.start],
                    false if edit.span.start >= group.start => with += &edit.with,
                    false => {}
                }
            }
            with.extend(self.digits[at..group.end].iter().map(|digit| char::from(*digit)));
            edits.push(Edit { span: *element, with: format!("\"{}\"", escape(&with)) });
        }
        edits
    }
}

impl<'t> Value<'t> {
    /// Returns the number of strings in it, without keys.
    pub(crate) fn strings(self) -> usize {
        let nodes = &self.tree.nodes[self.at..self.tree.nodes[self.at].next];
        steps::add(nodes.len());
        nodes.iter().filter(|node| node.kind == ValueKind::String).count()
    }

    fn node(self) -> &'t Node {
        &self.tree.nodes[self.at]
    }

    /// Returns its number in the document, which is greater than that of every value that starts before it.
    #[must_use]
    pub fn index(self) -> usize {
        self.at
    }

    /// Returns its kind.
    #[must_use]
    pub fn kind(self) -> ValueKind {
        self.node().kind
    }

    /// Returns `true` for an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        self.kind() == ValueKind::Object
    }

    /// Returns `true` for an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        self.kind() == ValueKind::Array
    }

    /// Returns `true` for `null`.
    #[must_use]
    pub(crate) fn is_null(self) -> bool {
        self.raw() == b"null"
    }

    /// Returns its byte range in the document.
    #[must_use]
    pub fn span(self) -> Span {
        self.node().span
    }

    /// Returns its byte range without the quotes of a string.
    #[must_use]
    pub fn content(self) -> Span {
        self.node().content
    }

    /// Returns its raw bytes without the quotes of a string.
    #[must_use]
    pub fn raw(self) -> &'t [u8] {
        &self.tree.bytes[self.content().range()]
    }

    /// Returns its decoded key, if it is a member of an object.
    #[must_use]
    pub fn key(self) -> Option<Cow<'t, [u8]>> {
        self.node().key.map(|span| decode(&self.tree.bytes[span.range()]).bytes)
    }

    /// Returns whether it is a member of an object and its key is one of these.
    #[must_use]
    pub(crate) fn is_one_of(self, names: &[&str]) -> bool {
        self.key().is_some_and(|key| names.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes())))
    }

    /// Returns the members of an object or the elements of an array; nothing for other values.
    pub fn children(self) -> impl Iterator<Item = Self> + 't {
        let end = self.node().next;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            steps::add(1);
            let child = Self { tree: self.tree, at };
            at = child.node().next;
            Some(child)
        })
    }

    /// Returns all members of an object with this key; nothing for other values.
    pub fn get<'n>(self, name: &'n str) -> impl Iterator<Item = Self> + use<'t, 'n> {
        let object = self.is_object();
        self.children().filter(move |child| object && child.is_one_of(&[name]))
    }

    /// Returns the first value that a JSON pointer (RFC 6901) denotes.
    #[must_use]
    pub fn at(self, pointer: &str) -> Option<Self> {
        let Some((step, rest)) = pointer.strip_prefix('/').map(|steps| match steps.find('/') {
            Some(end) => (&steps[..end], &steps[end..]),
            None => (steps, ""),
        }) else {
            return pointer.is_empty().then_some(self);
        };
        if self.is_array() {
            return self.children().nth(step.parse().ok()?)?.at(rest);
        }
        let name = step.replace("~1", "/").replace("~0", "~");
        self.children()
            .filter(|member| self.is_object() && member.is_one_of(&[&name]))
            .find_map(|member| member.at(rest))
    }

    /// Returns the text of a string, and `None` for other values.
    #[must_use]
    pub(crate) fn text(self) -> Option<Decoded<'t>> {
        (self.kind() == ValueKind::String).then(|| decode(self.raw()))
    }

    /// Returns the number that an array spells out: at least three strings or numbers, each of a few digits.
    pub(crate) fn spelled(self) -> Option<Spelled> {
        const FEWEST: usize = 3;
        /// The most digits of a group, and of the number.
        const LONGEST: usize = 8;
        const MOST_DIGITS: usize = 32;
        if !self.is_array() {
            return None;
        }
        let mut spelled = Spelled { digits: Vec::new(), groups: Vec::new(), has_numbers: false };
        for group in self.children() {
            let start = spelled.digits.len();
            let digits = group.raw();
            let is_group = matches!(group.kind(), ValueKind::String | ValueKind::Number)
                && (1..=LONGEST).contains(&digits.len())
                && digits.iter().all(u8::is_ascii_digit);
            if !is_group || start + digits.len() > MOST_DIGITS {
                return None;
            }
            spelled.digits.extend_from_slice(digits);
            spelled.groups.push((Span::new(start, spelled.digits.len()), group.span()));
            spelled.has_numbers |= group.kind() == ValueKind::Number;
        }
        (spelled.groups.len() >= FEWEST).then_some(spelled)
    }

    /// Returns the text of a string if it is valid UTF-8, and `None` for other values.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        match self.text()?.bytes {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// Returns the text of the first member with this key that is a string.
    #[must_use]
    pub fn string(self, name: &str) -> Option<Cow<'t, str>> {
        self.get(name).find_map(Self::as_str)
    }

    /// Returns the first member with this key that is a non-negative integer.
    #[must_use]
    pub fn number(self, name: &str) -> Option<u64> {
        self.get(name).find_map(|value| std::str::from_utf8(value.raw()).ok()?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_elements_are_found() {
        let json = br#" {"a": [1, {"t\u0065xt": "x"}, []], "b": null, "a": "again"} "#;
        let tree = Tree::parse(json, 8).unwrap();
        let root = tree.root();
        assert_eq!(root.get("A").count(), 2);
        assert_eq!(root.at("/a/1/text").unwrap().as_str().unwrap(), "x");
        assert_eq!(&json[root.at("/a").unwrap().span().range()], br#"[1, {"t\u0065xt": "x"}, []]"#);
        assert_eq!(root.at("/a/0").unwrap().raw(), b"1");
        assert!(root.get("b").all(Value::is_null));
        assert!(root.at("/a/3").is_none());
        assert_eq!(root.at("/a").unwrap().children().count(), 3);
        assert_eq!(tree.value(root.at("/b").unwrap().index()).unwrap().span(), root.at("/b").unwrap().span());
    }

    #[test]
    fn invalid_json_has_no_tree() {
        assert!(matches!(Tree::parse(b"{", 8), Err(JsonError::Syntax { .. })));
        assert!(matches!(Tree::parse(b"[[1]]", 1), Err(JsonError::TooDeep { limit: 1 })));
    }
}
