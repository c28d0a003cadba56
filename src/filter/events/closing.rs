//! Detects when a JSON document that arrives in pieces is complete.

/// The state of a document, tracked by brackets and quotation marks only.
#[derive(Debug, Default)]
pub(super) struct Closing {
    state: State,
    /// The number of open brackets.
    depth: usize,
    quoted: bool,
    escaped: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Only blanks so far.
    #[default]
    Blank,
    Open,
    /// The last bracket has closed, and only blanks have followed.
    Closed,
    /// Not an object or array, or followed by more: it ends when its channel ends.
    GivenUp,
}

impl Closing {
    pub(super) fn push(&mut self, piece: &[u8]) {
        for &byte in piece {
            self.step(byte);
        }
    }

    fn step(&mut self, byte: u8) {
        match self.state {
            State::GivenUp => {}
            State::Blank | State::Closed if byte.is_ascii_whitespace() => {}
            State::Closed => self.state = State::GivenUp,
            State::Blank if matches!(byte, b'{' | b'[') => {
                self.state = State::Open;
                self.depth = 1;
            }
            State::Blank => self.state = State::GivenUp,
            State::Open if self.quoted => {
                self.quoted = self.escaped || byte != b'"';
                self.escaped = !self.escaped && byte == b'\\';
            }
            State::Open => match byte {
                b'"' => self.quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.state = State::Closed;
                    }
                }
                _ => {}
            },
        }
    }

    /// Returns whether only blanks have arrived.
    pub(super) fn is_blank(&self) -> bool {
        self.state == State::Blank
    }

    /// Returns whether all brackets are closed.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Marks the text as not JSON.
    pub(super) fn give_up(&mut self) {
        self.state = State::GivenUp;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(text: &str) -> bool {
        let mut closing = Closing::default();
        text.as_bytes().chunks(1).for_each(|byte| closing.push(byte));
        closing.is_closed()
    }

    #[test]
    fn a_document_is_closed_by_its_last_bracket_only() {
        assert!(closed(r#" {"a":[1,{"b":"}\"]\\"}]} "#));
        for text in ["", " ", "{", r#"{"a":"}"#, r#"{"a":"\"}"#, "{}{}", "{} x", "1", "\"a\"", "[[]"] {
            assert!(!closed(text), "{text}");
        }
    }
}
