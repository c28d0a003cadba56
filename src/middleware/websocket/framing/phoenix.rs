//! Phoenix channels, version 2 of their JSON form: `[join_ref, ref, topic, event, payload]`.

use std::fmt::Write as _;

use crate::json::{Tree, Value, ValueKind};
use crate::middleware::websocket::framing::cut::{Cut, Kind, Layout};
use crate::middleware::websocket::notice::Notice;

/// The index of the payload.
const PAYLOAD: usize = 4;

/// Splits a message into data and framing. `known`: the connection is known to speak this protocol.
pub(crate) fn cut(message: &[u8], root: Value<'_>, known: bool) -> Option<Cut> {
    is_message(root, known).then(|| Cut::one(0..message.len(), Kind::Document(Layout::Elements(PAYLOAD))))
}

fn is_message(root: Value<'_>, known: bool) -> bool {
    let elements: Vec<Value<'_>> = root.children().take(PAYLOAD + 2).collect();
    let [join_ref, reference, topic, event, _] = elements[..] else { return false };
    let is_ref = |value: Value<'_>| value.is_null() || value.kind() == ValueKind::String && value.raw().len() <= 20;
    let (Some(topic), Some(event)) = (topic.as_str(), event.as_str()) else { return false };
    let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    let is_known = known || topic.contains(':') || topic == "phoenix" || event.starts_with("phx_");
    root.is_array() && is_ref(join_ref) && is_ref(reference) && is_name(&topic) && is_name(&event) && is_known
}

/// Writes the notice: the reply to a push, with the status `error`, or the event `error` on its topic.
pub(crate) fn notice(message: &[u8], notice: &Notice<'_>) -> String {
    let tree = Tree::parse(message, 128).ok();
    let elements: Vec<Value<'_>> = tree.iter().flat_map(|tree| tree.root().children()).take(PAYLOAD).collect();
    let mut head = String::new();
    for n in 0..3 {
        // A notice that does not answer a message has no reference.
        let value = elements.get(n).filter(|_| n == 2 || notice.is_to_sender()).and_then(|value| value.as_str());
        // Writing to a String cannot fail.
        let _ = match value {
            Some(text) => write!(head, "\"{}\",", crate::json::escape(&text)),
            None => write!(head, "null,"),
        };
    }
    if notice.is_to_sender() {
        format!("[{head}\"phx_reply\",{{\"status\":\"error\",\"response\":{}}}]", notice.problem())
    } else {
        format!("[{head}\"error\",{}]", notice.problem())
    }
}
