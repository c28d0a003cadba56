//! Rooms in memory: what was said, who listens, and how much was masked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use lastfour::Report;
use serde_json::{Value, json};
use tokio::sync::broadcast;

#[derive(Clone, Default)]
pub struct Rooms(Arc<Mutex<HashMap<String, Room>>>);

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

    pub fn say(&self, room: &str, role: &str, text: &str) {
        self.with(room, |room| {
            let message = json!({ "role": role, "text": text });
            room.messages.push(message.clone());
            // Fails if nobody listens.
            let _ = room.events.send(json!({ "message": message, "counts": room.counts }));
        });
    }

    /// Counts what was masked in a message.
    pub fn count(&self, room: &str, report: &Report) {
        self.with(room, |room| {
            for count in report.counts() {
                *room.counts.entry(count.entity.to_string()).or_default() += count.number;
            }
        });
    }

    /// Counts a message that was stopped.
    pub fn stopped(&self, room: &str) {
        self.with(room, |room| {
            *room.counts.entry("stopped".to_owned()).or_default() += 1;
            let _ = room.events.send(json!({ "counts": room.counts }));
        });
    }

    pub fn history(&self, room: &str) -> Value {
        self.with(room, |room| json!({ "messages": room.messages, "counts": room.counts }))
    }

    pub fn subscribe(&self, room: &str) -> broadcast::Receiver<Value> {
        self.with(room, |room| room.events.subscribe())
    }
}
