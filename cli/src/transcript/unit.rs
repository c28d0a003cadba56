//! The messages in one JSON value: which of its strings are said, by whom, in which conversation.

use crate::transcript::DEEPEST_JSON;
use crate::transcript::fields::Fields;
use crate::transcript::record::{Layout, Named, Spelling, Trouble, Voice};
use lastfour::Span;
use lastfour::json::{Document, JsonError, Token, TokenKind};

/// An object on the way to a text, and what its own members say about it.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    parent: u32,
    speaker: Option<(u16, Span)>,
    conversation: Option<(u16, Span, Spelling)>,
    /// The object stands where a speaker's name could: `"author": {"role": ...}` speaks for the object around it.
    lends: bool,
}

/// Reads one JSON value after the other; keeps its memory between them.
#[derive(Debug, Default)]
pub(super) struct UnitReader {
    nodes: Vec<Node>,
    open: Vec<u32>,
}

impl UnitReader {
    /// Lays out the value that stands at `span` of `raw`: the strings and numbers of known fields, or, where there is
    /// none, every string, number and key.
    pub(super) fn read(
        &mut self,
        raw: &[u8],
        span: Span,
        fields: &Fields,
        layout: &mut Layout,
    ) -> Result<(), JsonError> {
        self.nodes.clear();
        self.nodes.push(Node::default());
        self.open.clear();
        let (mut known, mut object) = (false, false);
        let mut last_used = 0;
        let mut document = Document::new(&raw[span.range()], DEEPEST_JSON);
        while let Some(token) = document.next_token()? {
            let here = self.open.last().copied().unwrap_or(0);
            let path = document.path();
            let content = Span::new(token.content.start + span.start, token.content.end + span.start);
            match token.kind {
                TokenKind::ArrayStart => self.open.push(here),
                TokenKind::ObjectStart => {
                    object = true;
                    let lends = path.key().is_some() && fields.speaker_rank(path).is_some();
                    let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
                    self.nodes.push(Node { parent: here, lends, ..Node::default() });
                    self.open.push(id);
                }
                TokenKind::ArrayEnd => drop(self.open.pop()),
                TokenKind::ObjectEnd => {
                    self.open.pop();
                    // What no text needs is not kept: memory follows the texts, not the objects.
                    if here > last_used && here as usize + 1 == self.nodes.len() {
                        self.nodes.pop();
                    }
                }
                TokenKind::String | TokenKind::Number => {
                    self.note(here, fields, &document, &token, content);
                    let spelling = spelling(token.kind);
                    let is_text = fields.is_text(path);
                    if is_text && !known {
                        known = true;
                        layout.places.clear();
                    }
                    if is_text || !known {
                        layout.place(content, spelling, here, false);
                        last_used = last_used.max(here);
                    }
                }
                TokenKind::Key if !known => layout.place(content, Spelling::JsonString, here, true),
                _ => {}
            }
        }
        if object && !known && !layout.places.is_empty() {
            layout.trouble = Some(Trouble::NoField);
        }
        self.voices(layout);
        Ok(())
    }

    /// Takes a value as the speaker or the conversation of its object, where its key says so.
    fn note(&mut self, here: u32, fields: &Fields, document: &Document<'_>, token: &Token, content: Span) {
        let path = document.path();
        if path.key().is_none() {
            return;
        }
        let lends = self.nodes[here as usize].lends;
        if let Some(rank) = fields.speaker_rank(path).filter(|_| token.kind == TokenKind::String) {
            let target = if lends { self.nodes[here as usize].parent } else { here };
            let node = &mut self.nodes[target as usize];
            if node.speaker.is_none_or(|(best, _)| rank < best) {
                node.speaker = Some((rank, content));
            }
        }
        if let Some(rank) = fields.conversation_rank(path) {
            let node = &mut self.nodes[here as usize];
            if node.conversation.is_none_or(|(best, ..)| rank < best) {
                node.conversation = Some((rank, content, spelling(token.kind)));
            }
        }
    }

    /// What the objects around say about each text: the innermost that says something counts.
    fn voices(&self, layout: &mut Layout) {
        // A parent stands before its children, so that each inherits from what is already settled.
        let mut owners: Vec<u32> = Vec::with_capacity(self.nodes.len());
        for (id, node) in (0u32..).zip(&self.nodes) {
            let (inherited, owner) = if id == 0 {
                (Voice::default(), 0)
            } else {
                (layout.voices[node.parent as usize], owners[node.parent as usize])
            };
            layout.voices.push(Voice {
                speaker: node.speaker.map_or(inherited.speaker, |(_, span)| Named::At(span, Spelling::JsonString)),
                conversation: node.conversation.map_or(inherited.conversation, |(_, span, how)| Named::At(span, how)),
            });
            owners.push(if node.speaker.is_some() { id } else { owner });
        }
        let mut speaking = layout.places.iter().map(|place| owners[place.voice as usize]).filter(|owner| *owner != 0);
        layout.own_conversation = match speaking.next() {
            Some(first) => speaking.any(|owner| owner != first),
            None => false,
        };
    }
}

fn spelling(kind: TokenKind) -> Spelling {
    if kind == TokenKind::Number { Spelling::JsonNumber } else { Spelling::JsonString }
}
