//! Rooms in memory: what was said, who listens, and how much was masked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use lastfour::Report;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::auth::Session;

#[derive(Clone, Default)]
pub(crate) struct Rooms(Arc<Mutex<HashMap<String, Room>>>);

struct Room {
    messages: Vec<Value>,
    counts: BTreeMap<String, u64>,
    events: broadcast::Sender<Value>,
}

impl Default for Room {
    fn default() -> Self {
        Self { messages: Vec::new(), counts: BTreeMap::new(), events: broadcast::channel(64).0 }
    }
}

impl Rooms {
    fn with<T>(&self, room: &str, change: impl FnOnce(&mut Room) -> T) -> T {
        change(self.0.lock().expect("no panic while it is held").entry(room.to_owned()).or_default())
    }

    /// Adds a message with what was found in it. Hides earlier pieces of a number that it completes.
    pub(crate) fn say(&self, by: &Session, text: &str, report: &Report) {
        self.with(&by.room, |room| {
            for count in report.counts() {
                *room.counts.entry(count.entity.to_string()).or_default() += count.number;
            }
            for id in report.recall() {
                room.recall(id.0);
            }
            let message = json!({ "id": by.id, "role": by.role, "text": text });
            room.messages.push(message.clone());
            // Fails if nobody listens.
            let _ = room.events.send(json!({ "message": message, "counts": room.counts }));
        });
    }

    /// Counts a message that was stopped.
    pub(crate) fn stopped(&self, room: &str) {
        self.with(room, |room| room.count("stopped"));
    }

    pub(crate) fn history(&self, room: &str) -> Value {
        self.with(room, |room| json!({ "messages": room.messages, "counts": room.counts }))
    }

    pub(crate) fn subscribe(&self, room: &str) -> broadcast::Receiver<Value> {
        self.with(room, |room| room.events.subscribe())
    }
}

impl Room {
    fn count(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
        let _ = self.events.send(json!({ "counts": self.counts }));
    }

    /// Hides the digits of a message that has already been shown.
    fn recall(&mut self, id: u64) {
        let Some(message) = self.messages.iter_mut().find(|message| message["id"] == id) else { return };
        let hidden = message["text"].as_str().unwrap_or_default().replace(|c: char| c.is_ascii_digit(), "*");
        message["text"] = hidden.into();
        let event = json!({ "recalled": message });
        let _ = self.events.send(event);
        self.count("recalled");
    }
}
