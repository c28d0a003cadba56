//! Tells when a JSON document that comes in pieces is complete.

/// How far a document has come, by its brackets and quotation marks alone.
#[derive(Debug, Default)]
pub(super) struct Closing {
    state: State,
    /// Brackets that are open.
    depth: usize,
    quoted: bool,
    escaped: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but blanks has come.
    #[default]
    Blank,
    Open,
    /// Its last bracket has come, and nothing but blanks since.
    Closed,
    /// It is no object or array, or more came after one: it ends with its channel.
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

    /// Whether nothing but blanks has come.
    pub(super) fn is_blank(&self) -> bool {
        self.state == State::Blank
    }

    /// Whether all brackets have come.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// It is no JSON after all.
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
    fn a_document_is_closed_by_its_last_bracket_and_by_no_other() {
        assert!(closed(r#" {"a":[1,{"b":"}\"]\\"}]} "#));
        for text in ["", " ", "{", r#"{"a":"}"#, r#"{"a":"\"}"#, "{}{}", "{} x", "1", "\"a\"", "[[]"] {
            assert!(!closed(text), "{text}");
        }
    }
}
