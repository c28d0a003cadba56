//! The position of a token in a document.

/// The longest key that is kept, in bytes. Longer keys are truncated: no known field name is that long.
const LONGEST_KEY: usize = 1024;

/// The path from the root of a document to the token that was read last.
///
/// A key and its value have the same path. The start and the end of an object or array have the path of the object or
/// array itself.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    stack: &'a Stack,
}

/// One step of a [`Path`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// A member of an object: its decoded key.
    Key(&'a [u8]),
    /// An element of an array: its index.
    Index(usize),
}

impl<'a> Path<'a> {
    /// Returns the steps from the root.
    pub(crate) fn segments(self) -> impl DoubleEndedIterator<Item = Segment<'a>> {
        self.stack.frames.iter().filter_map(|frame| match frame.place {
            Place::Unset => None,
            Place::Key(end) => Some(Segment::Key(&self.stack.keys[frame.keys_start..end])),
            Place::Index(index) => Some(Segment::Index(index)),
        })
    }

    /// Returns the number of steps, 0 at the root.
    #[must_use]
    pub fn depth(self) -> usize {
        self.segments().count()
    }

    /// Returns the decoded key if the last step is a member of an object, and `None` for an element of an array and for
    /// the root.
    #[must_use]
    pub fn key(self) -> Option<&'a [u8]> {
        match self.segments().next_back() {
            Some(Segment::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Returns the innermost key on the path. For an element of an array, this is the key of the array.
    #[must_use]
    pub(crate) fn nearest_key(self) -> Option<&'a [u8]> {
        self.segments().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        })
    }

    /// Returns whether a JSON pointer (RFC 6901, such as `/message/parts/0/text`) denotes this path. The step `-`
    /// matches every element of an array.
    #[must_use]
    pub fn matches(self, pointer: &str) -> bool {
        let mut steps = self.segments();
        let pointed = match pointer.strip_prefix('/') {
            Some(rest) => Some(rest.split('/')),
            None if pointer.is_empty() => None,
            None => return false,
        };
        for step in pointed.into_iter().flatten() {
            let here = match steps.next() {
                Some(Segment::Key(key)) if step.contains('~') => {
                    key == step.replace("~1", "/").replace("~0", "~").as_bytes()
                }
                Some(Segment::Key(key)) => key == step.as_bytes(),
                Some(Segment::Index(index)) => step == "-" || step.parse() == Ok(index),
                None => false,
            };
            if !here {
                return false;
            }
        }
        steps.next().is_none()
    }
}

/// The open arrays and objects, with the current position in each.
#[derive(Debug, Clone, Default)]
pub(super) struct Stack {
    frames: Vec<Frame>,
    /// The decoded keys of the open objects, concatenated.
    keys: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    object: bool,
    keys_start: usize,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Unset,
    /// The end of the key in `keys`.
    Key(usize),
    Index(usize),
}

impl Stack {
    pub(super) fn path(&self) -> Path<'_> {
        Path { stack: self }
    }

    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    /// Returns whether the innermost container is an object, and `None` at the root.
    pub(super) fn in_object(&self) -> Option<bool> {
        self.frames.last().map(|frame| frame.object)
    }

    pub(super) fn open(&mut self, object: bool) {
        self.frames.push(Frame { object, keys_start: self.keys.len(), place: Place::Unset });
    }

    pub(super) fn close(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.keys.truncate(frame.keys_start);
        }
    }

    /// Moves to the member with this decoded key.
    pub(super) fn set_key(&mut self, key: &[u8]) {
        if let Some(frame) = self.frames.last_mut() {
            self.keys.truncate(frame.keys_start);
            self.keys.extend_from_slice(&key[..key.len().min(LONGEST_KEY)]);
            frame.place = Place::Key(self.keys.len());
        }
    }

    /// Starts a value: in an array, moves to the next element.
    pub(super) fn start_value(&mut self) {
        if let Some(frame) = self.frames.last_mut().filter(|frame| !frame.object) {
            frame.place = match frame.place {
                Place::Index(index) => Place::Index(index + 1),
                _ => Place::Index(0),
            };
        }
    }
}
