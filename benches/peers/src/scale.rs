//! Measures what the other tables do not show: the time of one message, more threads, more open conversations, longer ones.

use std::hint::black_box;
use std::time::Instant;

use lastfour::{Conversation, Engine, Message, Role};

use crate::chat::{self, Kind, Language};
use crate::{BYTES, ROUNDS, median};

/// The numbers of threads.
const THREADS: [usize; 4] = [1, 2, 4, 8];

/// How many conversations are open at once.
const CONVERSATIONS: usize = 1_000_000;

/// The turns of the longest conversation.
const TURNS: usize = 100_000;

/// Prints a table of each.
pub(crate) fn print() {
    let messages = chat::messages(Language::English, Kind::Tenth, 50, BYTES);
    times(&chat::messages(Language::English, Kind::Clean, 50, BYTES));
    threads(&messages);
    conversations(&messages);
    turns(&messages);
}

fn scan(engine: &Engine, conversation: &mut Conversation, message: &chat::Message) {
    let role = if message.agent { Role::Agent } else { Role::Customer };
    black_box(engine.scan(conversation, &Message::new(role, black_box(message.text.as_str()))));
}

/// Scans conversations of twenty messages.
fn scan_all(engine: &Engine, messages: &[chat::Message]) {
    for chat in messages.chunks(20) {
        let mut conversation = Conversation::new();
        chat.iter().for_each(|message| scan(engine, &mut conversation, message));
    }
}

/// The time of a clean message, with what it takes to read the clock.
fn times(messages: &[chat::Message]) {
    let engine = Engine::default();
    let (mut alone, mut in_conversation) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        for chat in messages.chunks(20) {
            let mut conversation = Conversation::new();
            for message in chat {
                let start = Instant::now();
                black_box(engine.redact(black_box(&message.text)));
                let middle = Instant::now();
                scan(&engine, &mut conversation, message);
                if round > 0 {
                    alone.push((middle - start).as_nanos());
                    in_conversation.push(middle.elapsed().as_nanos());
                }
            }
        }
    }
    println!("| nanoseconds of a clean message | median | 99th percentile |\n|---|---|---|");
    for (name, times) in [("alone", &mut alone), ("in a conversation", &mut in_conversation)] {
        times.sort_unstable();
        println!("| {name} | {} | {} |", times[times.len() / 2], times[times.len() * 99 / 100]);
    }
    println!();
}

/// One engine, shared by all threads, each of which scans all messages.
fn threads(messages: &[chat::Message]) {
    let engine = Engine::default();
    let bytes: usize = messages.iter().map(|message| message.text.len()).sum();
    let mut speeds = vec![Vec::new(); THREADS.len()];
    for round in 0..=ROUNDS {
        for (threads, speeds) in THREADS.into_iter().zip(&mut speeds) {
            let start = Instant::now();
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| scan_all(&engine, messages));
                }
            });
            // The first round fills the caches.
            if round > 0 {
                speeds.push((threads * bytes) as f64 / start.elapsed().as_secs_f64() / 1e6);
            }
        }
    }
    println!("| threads | MB/s | ratio to one thread |\n|---|---|---|");
    for (at, threads) in THREADS.into_iter().enumerate() {
        let ratio = (0..ROUNDS).map(|round| speeds[at][round] / speeds[0][round]);
        println!("| {threads} | {:.1} | {:.2} |", median(speeds[at].iter().copied()), median(ratio));
    }
    println!("\n{} cores\n", std::thread::available_parallelism().map_or(0, usize::from));
}

/// Opens many conversations, each of which has had an answer to a question for a secret.
fn conversations(messages: &[chat::Message]) {
    let engine = Engine::default();
    let before = resident();
    let start = Instant::now();
    let mut open: Vec<Conversation> = Vec::with_capacity(CONVERSATIONS);
    for at in 0..CONVERSATIONS {
        let mut conversation = Conversation::new();
        for message in [&messages[2 * at % messages.len()], &messages[(2 * at + 1) % messages.len()]] {
            scan(&engine, &mut conversation, message);
        }
        open.push(conversation);
    }
    let seconds = start.elapsed().as_secs_f64();
    let bytes = resident().zip(before).map(|(after, before)| (after - before) as f64 / open.len() as f64);
    let bytes = bytes.map_or_else(|| "unknown".to_owned(), |bytes| format!("{bytes:.0}"));
    println!("{CONVERSATIONS} open conversations: {bytes} bytes each, {seconds:.1} s to open\n");
}

/// Returns the memory of this process in bytes, where the system tells it.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kilobytes| 1024 * kilobytes)
}

/// One conversation with many turns: the time of a message in each tenth.
fn turns(messages: &[chat::Message]) {
    let engine = Engine::default();
    let mut conversation = Conversation::new();
    println!("| turns of one conversation | nanoseconds a message |\n|---|---|");
    let tenth = TURNS / 10;
    for part in 1..=10 {
        let start = Instant::now();
        for message in messages.iter().cycle().take(tenth) {
            scan(&engine, &mut conversation, message);
        }
        println!("| {} | {:.0} |", part * tenth, start.elapsed().as_nanos() as f64 / tenth as f64);
    }
}
