//! The protocols of chats over WebSocket: where the data are, and what an error message looks like.

pub(super) mod cut;
mod envelopes;
mod phoenix;
pub(super) mod records;
mod signalr;
pub(super) mod socket_io;
pub(super) mod stomp;

use crate::filter::{Limits, ScanError};
use crate::json::{JsonError, Tree};
use crate::middleware::websocket::framing::cut::{Cut, Kind, Layout};
use crate::middleware::websocket::notice::Notice;

/// A protocol in the messages of a connection.
///
/// | framing | messages |
/// |---|---|
/// | [`Text`](Self::Text) | plain text |
/// | [`Json`](Self::Json) | JSON documents, read by the chat shape |
/// | [`Typed`](Self::Typed) | JSON objects with the kind of the message (`type`, `event`, `action`, ...) and data (`payload`, `data`, `d`, ...) |
/// | [`SocketIo`](Self::SocketIo) | Engine.IO and Socket.IO: `42["event",{...}]`, namespaces, acknowledgements, packets joined by `\x1e` |
/// | [`Phoenix`](Self::Phoenix) | Phoenix channels: `[join_ref,ref,topic,event,payload]`, or objects with these members |
/// | [`Stomp`](Self::Stomp) | STOMP frames; `content-length` is corrected |
/// | [`SignalR`](Self::SignalR) | JSON documents, each ended by `\x1e` |
/// | [`Ddp`](Self::Ddp) | DDP, the protocol of Meteor and Rocket.Chat |
/// | [`Mattermost`](Self::Mattermost) | Mattermost events, with posts as JSON in JSON |
/// | [`GraphQl`](Self::GraphQl) | GraphQL subscriptions: `graphql-transport-ws` and `graphql-ws` |
/// | [`Slack`](Self::Slack) | Slack in socket mode |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// Plain text.
    Text,
    /// JSON documents, read by the chat shape.
    Json,
    /// JSON objects with a kind and data.
    Typed,
    /// Engine.IO and Socket.IO.
    SocketIo,
    /// Phoenix channels.
    Phoenix,
    /// STOMP.
    Stomp,
    /// SignalR with its JSON protocol.
    SignalR,
    /// DDP, the protocol of Meteor and Rocket.Chat.
    Ddp,
    /// Mattermost.
    Mattermost,
    /// GraphQL subscriptions.
    GraphQl,
    /// Slack in socket mode.
    Slack,
}

/// A framing with its name and the subprotocols that announce it.
type Row = (Framing, &'static str, &'static [&'static str]);

static ROWS: &[Row] = &[
    (Framing::Text, "text", &[]),
    (Framing::Json, "json", &[]),
    (Framing::Typed, "typed", &[]),
    (Framing::SocketIo, "socket-io", &[]),
    (Framing::Phoenix, "phoenix", &[]),
    (Framing::Stomp, "stomp", &["v10.stomp", "v11.stomp", "v12.stomp", "stomp"]),
    (Framing::SignalR, "signalr", &[]),
    (Framing::Ddp, "ddp", &[]),
    (Framing::Mattermost, "mattermost", &[]),
    (Framing::GraphQl, "graphql", &["graphql-transport-ws", "graphql-ws"]),
    (Framing::Slack, "slack", &[]),
];

impl Framing {
    /// Returns the name in kebab-case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ROWS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Returns the framing of this name.
    ///
    /// ```
    /// use lastfour::middleware::websocket::Framing;
    /// assert_eq!(Framing::named("socket-io"), Some(Framing::SocketIo));
    /// assert_eq!(Framing::named("smoke-signals"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Returns all framings.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    /// Returns the framing that a subprotocol announces, the value of `Sec-WebSocket-Protocol`.
    #[must_use]
    pub fn of_subprotocol(name: &str) -> Option<Self> {
        let name = name.trim();
        ROWS.iter().find(|row| row.2.iter().any(|known| known.eq_ignore_ascii_case(name))).map(|row| row.0)
    }

    /// Returns whether a message of this framing reveals the framing of the connection.
    pub(super) fn tells(self) -> bool {
        !matches!(self, Self::Text | Self::Json | Self::Typed)
    }
}

/// What is known about the framing of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'k> {
    /// The configured framing, which is used strictly.
    pub(super) set: Option<Framing>,
    /// The recognized framing.
    pub(super) seen: Option<Framing>,
    pub(super) limits: &'k Limits,
}

impl Known<'_> {
    /// Splits a message into data and framing, and returns its framing. A message that is not in the configured framing
    /// is one text.
    ///
    /// `is_text` returns whether a field of this name holds text.
    pub(super) fn cut(&self, message: &[u8], is_text: impl Fn(&str) -> bool) -> Result<(Framing, Cut), ScanError> {
        match self.set {
            Some(framing) => {
                let cut = self.cut_as(framing, message, is_text)?;
                Ok((framing, cut.unwrap_or_else(|| Cut::one(0..message.len(), Kind::Loose))))
            }
            None => self.recognize(message, is_text),
        }
    }

    fn cut_as(
        &self,
        framing: Framing,
        message: &[u8],
        is_text: impl Fn(&str) -> bool,
    ) -> Result<Option<Cut>, ScanError> {
        let whole = |kind| Some(Cut::one(0..message.len(), kind));
        Ok(match framing {
            Framing::Text => None,
            Framing::Json => whole(Kind::Document(Layout::Whole)),
            Framing::SocketIo => socket_io::cut(message, true, true),
            Framing::Stomp => stomp::cut(message, is_text, true)?,
            Framing::SignalR => signalr::cut(message, self.limits.depth),
            _ => {
                let Some(tree) = self.tree(message)? else { return Ok(None) };
                match envelopes::ROWS.iter().find(|row| row.framing == framing && (row.is)(tree.root())) {
                    Some(row) => whole(Kind::Document(Layout::Envelope(&row.envelope))),
                    None if framing == Framing::Phoenix => phoenix::cut(message, tree.root(), true),
                    None => None,
                }
            }
        })
    }

    fn recognize(&self, message: &[u8], is_text: impl Fn(&str) -> bool) -> Result<(Framing, Cut), ScanError> {
        let seen = |framing| self.seen == Some(framing);
        let first = message.iter().find(|byte| !byte.is_ascii_whitespace()).copied().unwrap_or_default();
        let cut = match first {
            b'0'..=b'9' => socket_io::cut(message, seen(Framing::SocketIo), false).map(|cut| (Framing::SocketIo, cut)),
            b'{' | b'[' => match signalr::cut(message, self.limits.depth) {
                Some(cut) => Some((Framing::SignalR, cut)),
                None => self.tree(message)?.map(|tree| self.document(message, &tree)),
            },
            _ => stomp::cut(message, is_text, seen(Framing::Stomp))?.map(|cut| (Framing::Stomp, cut)),
        };
        Ok(cut.unwrap_or_else(|| (Framing::Text, Cut::one(0..message.len(), Kind::Sniff))))
    }

    fn document(&self, message: &[u8], tree: &Tree<'_>) -> (Framing, Cut) {
        let root = tree.root();
        if let Some(cut) = phoenix::cut(message, root, self.seen == Some(Framing::Phoenix)) {
            return (Framing::Phoenix, cut);
        }
        let row = envelopes::ROWS.iter().find(|row| root.is_object() && (row.is)(root));
        let layout = row.map_or(Layout::Whole, |row| Layout::Envelope(&row.envelope));
        let cut = Cut::one(0..message.len(), Kind::Document(layout));
        (row.map_or(Framing::Json, |row| row.framing), cut)
    }

    /// Parses a document. Returns `None` if it is not one.
    fn tree<'m>(&self, message: &'m [u8]) -> Result<Option<Tree<'m>>, ScanError> {
        match Tree::parse(message, self.limits.depth) {
            Ok(tree) => Ok(Some(tree)),
            Err(JsonError::TooDeep { limit }) => Err(ScanError::TooDeep { limit }),
            Err(_) => Ok(None),
        }
    }
}

/// Writes the notice for the client that `message` was stopped.
pub(super) fn notice(framing: Framing, message: &[u8], notice: &Notice<'_>) -> String {
    match framing {
        Framing::Text => notice.sentence(),
        Framing::SocketIo => socket_io::notice(message, notice),
        Framing::Stomp => stomp::notice(message, notice),
        Framing::SignalR => signalr::notice(message, notice),
        Framing::Phoenix if message.trim_ascii_start().first() != Some(&b'{') => phoenix::notice(message, notice),
        _ => envelopes::notice(framing, message, notice)
            .unwrap_or_else(|| format!("{{\"type\":\"error\",\"error\":{}}}", notice.problem())),
    }
}
