//! SignalR with its JSON protocol: documents, each ended by the record separator.

use crate::json::{Tree, Value};
use crate::middleware::websocket::framing::cut::{Cut, Envelope, Kind, Layout, Part};
use crate::middleware::websocket::framing::records;
use crate::middleware::websocket::notice::Notice;

static ENVELOPE: Envelope = Envelope {
    framing: &["type", "target", "invocationId", "streamIds", "protocol", "version", "allowReconnect", "sequenceId"],
    data: &["arguments", "item", "result", "error"],
    documents_in_strings: false,
};

/// Splits a message into data and framing.
pub(crate) fn cut(message: &[u8], depth: usize) -> Option<Cut> {
    if message.last() != Some(&records::SEPARATOR) {
        return None;
    }
    let mut cut = Cut::nothing();
    for record in records::records(message) {
        let tree = Tree::parse(&message[record.clone()], depth).ok()?;
        if !is_record(tree.root()) {
            return None;
        }
        cut.parts.push(Part::new(record, Kind::Document(Layout::Envelope(&ENVELOPE))));
    }
    Some(cut)
}

fn is_record(root: Value<'_>) -> bool {
    // The handshake has no type, and the answer to it is empty or an error.
    root.is_object()
        && (root.number("type").is_some() || root.children().all(|m| m.is_one_of(&["protocol", "version", "error"])))
}

/// Writes the notice: the completion of an invocation that waits for one, or an invocation of `error`.
pub(crate) fn notice(message: &[u8], notice: &Notice<'_>) -> String {
    let first = records::records(message).next().unwrap_or_default();
    let tree = Tree::parse(&message[first], 128).ok();
    let id = tree.as_ref().and_then(|tree| tree.root().string("invocationId"));
    let record = match id.filter(|_| notice.is_to_sender()) {
        Some(id) => format!(
            "{{\"type\":3,\"invocationId\":\"{}\",\"error\":\"{}\"}}",
            crate::json::escape(&id),
            crate::json::escape(&notice.sentence())
        ),
        None => format!("{{\"type\":1,\"target\":\"error\",\"arguments\":[{}]}}", notice.problem()),
    };
    record + "\u{1e}"
}
