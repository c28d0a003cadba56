//! Protocols whose messages are JSON objects with protocol members around the data.

use crate::json::{Tree, Value};
use crate::middleware::websocket::framing::Framing;
use crate::middleware::websocket::framing::cut::Envelope;
use crate::middleware::websocket::notice::Notice;

/// A protocol.
pub(crate) struct Row {
    pub(crate) framing: Framing,
    /// Returns whether a document is a message of this protocol.
    pub(crate) is: fn(Value<'_>) -> bool,
    pub(crate) envelope: Envelope,
    /// Writes the notice that a message was stopped. The document is the stopped message.
    notice: fn(Value<'_>, &Notice<'_>) -> String,
}

/// The protocols, the most specific first.
pub(crate) static ROWS: &[Row] = &[
    Row {
        framing: Framing::Ddp,
        is: |root| is_word(root, "msg", DDP),
        envelope: Envelope {
            framing: &["msg", "method", "name", "collection", "id", "subs", "methods", "session", "version", "support"],
            data: &["params", "fields", "result", "error"],
            documents_in_strings: false,
        },
        notice: ddp,
    },
    Row {
        framing: Framing::GraphQl,
        is: |root| {
            is_word(root, "type", GRAPHQL) && (root.get("id").next().is_some() || is_word(root, "type", GRAPHQL_OPENS))
        },
        envelope: Envelope { framing: &["id", "type"], data: &["payload"], documents_in_strings: false },
        notice: graphql,
    },
    Row {
        framing: Framing::Mattermost,
        is: is_mattermost,
        envelope: Envelope {
            framing: &["event", "action", "seq", "seq_reply", "status"],
            data: &[],
            documents_in_strings: true,
        },
        notice: mattermost,
    },
    Row {
        framing: Framing::Slack,
        is: |root| has(root, "envelope_id") || is_word(root, "type", &["hello"]) && has(root, "num_connections"),
        envelope: Envelope { framing: &["envelope_id", "type"], data: &["payload"], documents_in_strings: false },
        notice: slack,
    },
    Row {
        framing: Framing::Phoenix,
        is: |root| ["topic", "event", "payload", "ref"].into_iter().all(|name| has(root, name)),
        envelope: Envelope {
            framing: &["topic", "event", "ref", "join_ref"],
            data: &["payload"],
            documents_in_strings: false,
        },
        notice: phoenix_1,
    },
    Row {
        framing: Framing::Typed,
        is: |root| TYPES.iter().any(|name| root.string(name).is_some()) && DATA.iter().any(|name| has(root, name)),
        envelope: Envelope { framing: TYPES, data: DATA, documents_in_strings: false },
        notice: |_, notice| format!("{{\"type\":\"error\",\"payload\":{}}}", notice.problem()),
    },
];

/// The frame types of DDP, the protocol of Meteor and Rocket.Chat.
const DDP: &[&str] = &[
    "connect",
    "connected",
    "failed",
    "ping",
    "pong",
    "sub",
    "unsub",
    "nosub",
    "added",
    "addedBefore",
    "movedBefore",
    "changed",
    "removed",
    "ready",
    "method",
    "result",
    "updated",
    "error",
];

/// The message types of `graphql-transport-ws` and of `graphql-ws`.
const GRAPHQL: &[&str] = &[
    "connection_init",
    "connection_ack",
    "subscribe",
    "next",
    "error",
    "complete",
    "connection_error",
    "connection_terminate",
    "start",
    "data",
    "stop",
    "ka",
];

/// The message types that have no id.
const GRAPHQL_OPENS: &[&str] = &["connection_init", "connection_ack", "connection_error", "connection_terminate", "ka"];

/// The member that names the kind of a message.
const TYPES: &[&str] = &["type", "event", "action", "kind", "op", "cmd", "t"];

/// The members that hold the data.
const DATA: &[&str] = &["payload", "data", "d", "args", "params", "body"];

fn has(root: Value<'_>, name: &str) -> bool {
    root.get(name).next().is_some()
}

/// Returns whether a member is one of these words. If the member occurs twice, both must be, because readers differ in
/// which one counts.
fn is_word(root: Value<'_>, name: &str, words: &[&str]) -> bool {
    let mut members = root.get(name).peekable();
    members.peek().is_some() && members.all(|member| member.as_str().is_some_and(|word| words.contains(&&*word)))
}

fn is_mattermost(root: Value<'_>) -> bool {
    root.string("event").is_some() && has(root, "broadcast")
        || root.string("action").is_some() && root.number("seq").is_some()
        || has(root, "seq_reply") && has(root, "status")
}

/// Returns the id of the stopped message, as it is in the document, if its sender waits for an answer.
fn id<'t>(root: Value<'t>, name: &'t str, notice: &Notice<'_>) -> Option<String> {
    let value = root.get(name).next().filter(|_| notice.is_to_sender())?;
    match value.as_str() {
        Some(text) => Some(format!("\"{}\"", crate::json::escape(&text))),
        None => root.number(name).map(|number| number.to_string()),
    }
}

fn ddp(root: Value<'_>, notice: &Notice<'_>) -> String {
    let sentence = crate::json::escape(&notice.sentence());
    let problem = notice.problem();
    match id(root, "id", notice).filter(|_| is_word(root, "msg", &["method"])) {
        Some(id) => format!(
            "{{\"msg\":\"result\",\"id\":{id},\"error\":{{\"error\":\"message-stopped\",\"reason\":\"{sentence}\",\
             \"errorType\":\"Meteor.Error\",\"details\":{problem}}}}}"
        ),
        None => format!("{{\"msg\":\"error\",\"reason\":\"{sentence}\",\"details\":{problem}}}"),
    }
}

fn graphql(root: Value<'_>, notice: &Notice<'_>) -> String {
    // The client knows its subscription by the id, in both directions.
    let id = root.string("id").map_or("null".to_owned(), |id| format!("\"{}\"", crate::json::escape(&id)));
    let sentence = crate::json::escape(&notice.sentence());
    let problem = notice.problem();
    format!("{{\"id\":{id},\"type\":\"error\",\"payload\":[{{\"message\":\"{sentence}\",\"extensions\":{problem}}}]}}")
}

fn mattermost(root: Value<'_>, notice: &Notice<'_>) -> String {
    let sentence = crate::json::escape(&notice.sentence());
    let problem = notice.problem();
    match id(root, "seq", notice) {
        Some(seq) => format!(
            "{{\"status\":\"FAIL\",\"error\":{{\"id\":\"message_stopped\",\"message\":\"{sentence}\",\
             \"detailed_error\":{problem}}},\"seq_reply\":{seq}}}"
        ),
        None => format!("{{\"event\":\"error\",\"data\":{problem},\"broadcast\":{{}}}}"),
    }
}

fn slack(_: Value<'_>, notice: &Notice<'_>) -> String {
    let sentence = crate::json::escape(&notice.sentence());
    let problem = notice.problem();
    format!(
        "{{\"type\":\"error\",\"error\":{{\"code\":\"message_stopped\",\"msg\":\"{sentence}\"}},\"details\":{problem}}}"
    )
}

fn phoenix_1(root: Value<'_>, notice: &Notice<'_>) -> String {
    let topic = root.string("topic").map_or(String::new(), |topic| crate::json::escape(&topic));
    let problem = notice.problem();
    match id(root, "ref", notice) {
        Some(id) => format!(
            "{{\"topic\":\"{topic}\",\"event\":\"phx_reply\",\"payload\":{{\"status\":\"error\",\"response\":{problem}}},\"ref\":{id}}}"
        ),
        None => format!("{{\"topic\":\"{topic}\",\"event\":\"error\",\"payload\":{problem},\"ref\":null}}"),
    }
}

/// Writes the notice that a message was stopped.
pub(crate) fn notice(framing: Framing, message: &[u8], notice: &Notice<'_>) -> Option<String> {
    let tree = Tree::parse(message, 128).or_else(|_| Tree::parse(b"{}", 8)).ok()?;
    let row = ROWS.iter().find(|row| row.framing == framing)?;
    Some((row.notice)(tree.root(), notice))
}
