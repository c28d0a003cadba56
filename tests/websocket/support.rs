//! Sessions and what they say.

use lastfour::middleware::websocket::{Payload, Session, Side, Verdict};
use lastfour::{Action, Engine, Entity, Policy};

/// The secret.
pub(crate) const SECRET: &str = "3782 822463 10005";
/// Its mask.
pub(crate) const MASK: &str = "**** ****** *0005";

/// An engine whose policy blocks cards.
pub(crate) fn blocking() -> Engine {
    Engine::new(Policy::builder().action(Entity::Card, Action::Block).build().unwrap())
}

/// What goes on of a text message; the notice, after `stopped: `, if nothing does.
pub(crate) fn say(session: &mut Session, from: Side, text: &str) -> String {
    match session.scan(from, Payload::Text(text.as_bytes())).verdict {
        Verdict::Pass => text.to_owned(),
        Verdict::Change(bytes) => String::from_utf8(bytes).unwrap(),
        Verdict::Stop { notice } => format!("stopped: {notice}"),
        _ => unreachable!(),
    }
}
