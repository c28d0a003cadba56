//! Named values: what JSON, tables, XML and log lines have in common.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use lastfour::Span;

use super::fields::NameId;
use super::segment::Segment;
use super::spelling::Spelling;

/// What a node of a [`Tree`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// A value. Its descendants follow it, up to `end`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// The name of a member of an object; 0 for an element of an array.
    pub(crate) name: NameId,
    /// The index of the object or array around it; its own for the root.
    pub(crate) parent: u32,
    /// One past the index of its last descendant.
    pub(crate) end: u32,
    /// It is an element of a list: of an array, or of elements of XML with the same name.
    pub(crate) element: bool,
    /// Its content, for a text, a number or a literal; the first byte, for the others.
    pub(crate) segment: Segment,
}

/// A value with all that it holds, in the order of the bytes.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// Names of members that hold so many digits that a secret may be among them.
    pub(crate) long_names: Vec<Segment>,
}

/// A name with so many digits may hold a secret.
const LONG_NAME_DIGITS: usize = 9;

impl Tree {
    /// Adds a value with its name below the open containers and returns its index.
    pub(crate) fn push(&mut self, open: &[u32], kind: Kind, name: NameId, segment: Segment) -> u32 {
        let at = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let parent = open.last().copied().unwrap_or(at);
        let element = open.last().is_some_and(|parent| self.node(*parent).kind == Kind::Array);
        self.nodes.push(Node { kind, name, parent, end: at + 1, element, segment });
        at
    }

    /// Closes a container.
    pub(crate) fn close(&mut self, at: u32) {
        let end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes[at as usize].end = end;
    }

    /// Notes the name of a member, whose bytes are `raw`.
    pub(crate) fn name(&mut self, layer: u16, spelling: Spelling, raw: &[u8], span: Span) {
        if raw.iter().filter(|b| b.is_ascii_digit()).count() >= LONG_NAME_DIGITS {
            self.long_names.push(Segment::new(layer, spelling, span));
        }
    }

    pub(crate) fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    /// The members or elements of a container.
    pub(crate) fn children(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.node(at).end;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let here = next;
            (here < end).then(|| {
                next = self.node(here).end;
                here
            })
        })
    }

    /// The containers around a node, from the innermost to the root.
    pub(crate) fn ancestors(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let mut here = at;
        std::iter::from_fn(move || {
            let parent = self.node(here).parent;
            (parent != here).then(|| {
                here = parent;
                parent
            })
        })
    }

    /// The name of the innermost member on the way to a node: for an element of an array that of the array.
    pub(crate) fn nearest_name(&self, at: u32) -> NameId {
        let mut here = at;
        loop {
            let node = self.node(here);
            if node.name != 0 || node.parent == here || self.node(node.parent).kind == Kind::Object {
                return node.name;
            }
            here = node.parent;
        }
    }

    /// Whether the node is an element of an array.
    pub(crate) fn is_element(&self, at: u32) -> bool {
        self.node(at).element
    }

    /// Marks objects with the same name beside each other as elements of a list.
    pub(crate) fn mark_lists(&mut self) {
        let mut seen: HashMap<(u32, NameId), Option<u32>> = HashMap::new();
        for at in 1..self.nodes.len() {
            let Node { kind: Kind::Object, parent, name, .. } = self.nodes[at] else { continue };
            match seen.entry((parent, name)) {
                Entry::Vacant(first) => {
                    first.insert(u32::try_from(at).ok());
                }
                Entry::Occupied(mut known) => {
                    self.nodes[at].element = true;
                    if let Some(first) = known.insert(None) {
                        self.nodes[first as usize].element = true;
                    }
                }
            }
        }
    }
}
