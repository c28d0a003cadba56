//! Named values: the common structure of JSON, tables, XML and log lines.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use lastfour::Span;

use super::fields::{NameId, Names};
use super::segment::Segment;
use super::spelling::Spelling;

/// The kind of a node of a [`Tree`].
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
    /// The name of a member of an object, or 0 for an element of an array.
    pub(crate) name: NameId,
    /// The index of the enclosing object or array; its own for the root.
    pub(crate) parent: u32,
    /// One past the index of its last descendant.
    pub(crate) end: u32,
    /// Whether it is an element of a list: of an array, or of XML elements with the same name.
    pub(crate) element: bool,
    /// Its content for a text, a number or a literal; otherwise its first byte.
    pub(crate) segment: Segment,
}

/// A value with everything in it, in the order of the bytes.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// Bytes that are not a value but may contain a secret: member names, comments, text around the values.
    pub(crate) asides: Vec<Aside>,
}

/// Bytes of a record that are not a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aside {
    pub(crate) segment: Segment,
    /// Whether a bare number in it may be an id.
    pub(crate) may_be_id: bool,
}

#[cfg(test)]
thread_local! {
    /// The number of steps from node to node, by which tests measure work.
    pub(crate) static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// The maximum number of values of an array that is a table row.
const MOST_COLUMNS: usize = 16;

/// A name with at least this many digits may contain a secret.
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

    /// Adds the name of a member, whose bytes are `raw`, as an aside if it may contain a secret.
    pub(crate) fn name(&mut self, layer: u16, spelling: Spelling, raw: &[u8], span: Span) {
        let has_blank = || raw.iter().any(|b| matches!(b, b' ' | b'+'));
        if raw.iter().filter(|b| b.is_ascii_digit()).count() >= LONG_NAME_DIGITS || has_blank() {
            self.aside(Segment::new(layer, spelling, span));
        }
    }

    /// Adds an aside.
    pub(crate) fn aside(&mut self, segment: Segment) {
        self.asides.push(Aside { segment, may_be_id: false });
    }

    /// Adds an aside in which a bare number may be an id.
    pub(crate) fn aside_with_ids(&mut self, segment: Segment) {
        self.asides.push(Aside { segment, may_be_id: true });
    }

    pub(crate) fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    /// Returns the members or elements of a container.
    pub(crate) fn children(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.node(at).end;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let here = next;
            #[cfg(test)]
            STEPS.set(STEPS.get() + 1);
            (here < end).then(|| {
                next = self.node(here).end;
                here
            })
        })
    }

    /// Returns the containers around a node, from the innermost to the root.
    pub(crate) fn ancestors(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let mut here = at;
        std::iter::from_fn(move || {
            #[cfg(test)]
            STEPS.set(STEPS.get() + 1);
            let parent = self.node(here).parent;
            (parent != here).then(|| {
                here = parent;
                parent
            })
        })
    }

    /// Returns the name of the innermost member on the path to a node. For an array element, this is the name of the
    /// array.
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

    /// Returns whether the node is an element of an array.
    pub(crate) fn is_element(&self, at: u32) -> bool {
        self.node(at).element
    }

    /// Turns arrays of values that are table rows into objects, whose members are named after their columns. The root
    /// is such a row if `is_row` is set, or if it contains a role or a time.
    pub(crate) fn name_columns(&mut self, names: &mut Names, is_row: bool, tells: impl Fn(&Segment) -> bool) {
        let mut rows: Vec<u32> = Vec::new();
        if !self.nodes.is_empty()
            && self.width(0).is_some()
            && (is_row || self.children(0).any(|at| tells(&self.node(at).segment)))
        {
            rows.push(0);
        }
        for at in 0..self.nodes.len() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if self.node(at).kind != Kind::Array {
                continue;
            }
            let mut widths = self.children(at).map(|row| self.width(row));
            let Some(Some(first)) = widths.next() else { continue };
            let mut others = 0;
            if widths.all(|width| {
                others += 1;
                width == Some(first)
            }) && others > 0
            {
                rows.extend(self.children(at));
            }
        }
        for row in rows {
            let columns: Vec<u32> = self.children(row).collect();
            self.nodes[row as usize].kind = Kind::Object;
            for (number, at) in columns.into_iter().enumerate() {
                let node = &mut self.nodes[at as usize];
                node.name = names.id(format!("column {}", number + 1).as_bytes());
                node.element = false;
            }
        }
    }

    /// Returns the number of values of an array that may be a row: a few values, at least one of them text, and nothing
    /// else.
    fn width(&self, at: u32) -> Option<usize> {
        let node = self.node(at);
        // Each value is one node.
        let width = (node.end - at - 1) as usize;
        let is_row = node.kind == Kind::Array && (2..=MOST_COLUMNS).contains(&width);
        let mut values = self.nodes.iter().skip(at as usize + 1).take(width);
        let mut has_text = false;
        let scalar = is_row
            && values.all(|node| {
                has_text |= node.kind == Kind::Text;
                !matches!(node.kind, Kind::Object | Kind::Array)
            });
        (scalar && has_text).then_some(width)
    }

    /// Marks adjacent objects with the same name as elements of a list.
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
