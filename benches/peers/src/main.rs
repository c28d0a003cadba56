//! Compares lastfour with other ways to find secrets in chat: how fast they are on the same text, and what they leave.
//!
//! `peers print` prints the chats as JSON lines instead, to measure the command line with. `peers scale` measures threads,
//! open conversations and long conversations.
//!
//! All run in turn, in several rounds, so that a busy machine slows all of them. The table shows medians of the ratios
//! to the bar of the same round: the speed of what one writes with stock crates in an afternoon.

#[path = "../../chat/mod.rs"]
#[allow(dead_code, reason = "names of the samples are for the other benchmarks")]
mod chat;
mod peer;
mod scale;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use chat::{Kind, Language, Message};
use peer::Peer;

const ROUNDS: usize = 7;
const BYTES: usize = 256 << 10;

/// The texts that are scanned.
fn columns() -> Vec<(&'static str, Vec<Message>)> {
    let text = |language, kind, length| chat::messages(language, kind, length, BYTES);
    vec![
        ("clean", text(Language::English, Kind::Clean, 50)),
        ("1 in 10", text(Language::English, Kind::Tenth, 50)),
        ("dense", text(Language::English, Kind::Dense, 50)),
        ("1 KiB clean", text(Language::English, Kind::Clean, 1 << 10)),
        ("1 KiB 1 in 10", text(Language::English, Kind::Tenth, 1 << 10)),
        ("emoji clean", text(Language::Emoji, Kind::Clean, 50)),
        ("Spanish clean", text(Language::Spanish, Kind::Clean, 50)),
    ]
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("print") => return print(),
        Some("scale") => return scale::print(),
        _ => {}
    }
    let columns = columns();
    let mut peers = peer::all();
    let bar = peers.iter().position(|peer| peer.name == peer::BAR).expect("the bar");
    // The speed of each peer on each text, in each round: MB per second.
    let mut speeds = vec![vec![Vec::new(); columns.len()]; peers.len()];
    for round in 0..=ROUNDS {
        for (column, (_, messages)) in columns.iter().enumerate() {
            for (peer, speeds) in peers.iter_mut().zip(&mut speeds) {
                let speed = speed(peer, messages);
                // The first round fills the caches.
                if round > 0 {
                    speeds[column].push(speed);
                }
            }
        }
    }
    print!("| MB/s, ratio to the bar |");
    columns.iter().for_each(|(name, _)| print!(" {name} |"));
    print!("\n|---|");
    columns.iter().for_each(|_| print!("---|"));
    println!();
    for (at, peer) in peers.iter().enumerate() {
        print!("| {} |", peer.name);
        for column in 0..columns.len() {
            let ratios = (0..ROUNDS).map(|round| speeds[at][column][round] / speeds[bar][column][round]);
            print!(" {:.0} ({:.2}) |", median(speeds[at][column].iter().copied()), median(ratios));
        }
        println!();
    }
    left(&mut peers);
}

/// Prints chats of twenty messages in all languages, with and without secrets.
fn print() {
    let mut chats = 0;
    for language in Language::ALL {
        for kind in Kind::ALL {
            for (length, _) in &chat::LENGTHS[..2] {
                for chat in chat::messages(language, kind, *length, 4 * BYTES).chunks(20) {
                    chats += 1;
                    for message in chat {
                        let role = if message.agent { "agent" } else { "customer" };
                        let text = message.text.replace('\n', "\\n").replace('"', "\\\"");
                        println!(r#"{{"conversation": "{chats}", "role": "{role}", "text": "{text}"}}"#);
                    }
                }
            }
        }
    }
}

/// Scans all messages. Returns MB per second.
fn speed(peer: &mut Peer, messages: &[Message]) -> f64 {
    let bytes: usize = messages.iter().map(|message| message.text.len()).sum();
    let start = Instant::now();
    let mut out = String::new();
    for (at, message) in messages.iter().enumerate() {
        (peer.scan)(at, message.agent, black_box(&message.text), &mut out);
        black_box(&out);
    }
    bytes as f64 / start.elapsed().as_secs_f64() / 1e6
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints which secrets each peer leaves in the text, and how many clean messages it changes.
fn left(peers: &mut [Peer]) {
    let secrets = [Language::English, Language::Spanish]
        .map(|language| chat::messages(language, Kind::Dense, 50, BYTES))
        .concat();
    let clean = chat::messages(Language::English, Kind::Clean, 50, BYTES);
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for secret in secrets.iter().filter_map(|message| message.secret.as_ref()) {
        *all.entry(secret.entity).or_default() += 1;
    }
    print!("\n| secrets left in the text |");
    all.iter().for_each(|(name, of)| print!(" {name}, {of} |"));
    print!(" clean messages changed, {} |\n|---|---|", clean.len());
    all.iter().for_each(|_| print!("---|"));
    println!();
    for peer in peers.iter_mut().filter(|peer| peer.detects) {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out = String::new();
        for message in &secrets {
            // Each message by itself: the conversations are short.
            (peer.scan)(0, false, &message.text, &mut out);
            if let Some(secret) = message.secret.as_ref().filter(|secret| out.contains(&secret.value)) {
                *left.entry(secret.entity).or_default() += 1;
            }
        }
        let changed = clean.iter().filter(|message| {
            (peer.scan)(0, false, &message.text, &mut out);
            out != message.text
        });
        let changed = changed.count();
        print!("| {} |", peer.name);
        all.keys().for_each(|name| print!(" {} |", left.get(name).copied().unwrap_or(0)));
        println!(" {changed} |");
    }
}
