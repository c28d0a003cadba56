//! The speed of the engine. Compare with `copy` and `patterns` from the same run: they show the speed of the machine and
//! the cost of a plain list of patterns.

mod chat;

use chat::{Kind, LENGTHS, Language};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use lastfour::{Conversation, Engine, Message, Role, StreamRedactor};
use regex::bytes::{RegexSet, RegexSetBuilder};

fn main() {
    divan::main();
}

/// A text to scan.
#[derive(Clone, Copy)]
struct Sample {
    language: Language,
    kind: Kind,
    length: (usize, &'static str),
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.language.name(), self.kind.name(), self.length.1)
    }
}

impl Sample {
    fn messages(self) -> Vec<chat::Message> {
        chat::messages(self.language, self.kind, self.length.0, 64 << 10)
    }
}

fn samples() -> impl Iterator<Item = Sample> {
    Language::ALL.into_iter().flat_map(|language| {
        Kind::ALL.into_iter().flat_map(move |kind| LENGTHS.map(|length| Sample { language, kind, length }))
    })
}

fn bytes(messages: &[chat::Message]) -> BytesCount {
    BytesCount::new(messages.iter().map(|message| message.text.len()).sum::<usize>())
}

/// Copies the text: the minimum of work.
#[divan::bench(args = samples())]
fn copy(bencher: Bencher<'_, '_>, sample: Sample) {
    let messages = sample.messages();
    let mut out = Vec::with_capacity(128 << 10);
    bencher.counter(bytes(&messages)).bench_local(|| {
        for message in &messages {
            out.clear();
            out.extend_from_slice(black_box(message.text.as_bytes()));
            black_box(&out);
        }
    });
}

/// The patterns of a typical scanner, asked which of them match. They use ASCII word boundaries, because Unicode ones
/// are 100 times slower on a message with a curly quote.
fn pattern_set() -> RegexSet {
    const PATTERNS: [&str; 8] = [
        r"\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b",
        r"\b4\d{3}(?:[ -]?\d{4}){3}\b",
        r"\b5[1-5]\d{2}(?:[ -]?\d{4}){3}\b",
        r"\b6(?:011|5\d{2})(?:[ -]?\d{4}){3}\b",
        r"\b\d{3}[ -]\d{2}[ -]\d{4}\b",
        r"(?i)\b(?:cvv|cvc|cid)\W{0,10}\d{3,4}\b",
        r"(?i)\bcode\W{0,10}\d{4,8}\b",
        r"(?i)\bpassword\W{0,10}\S{4,}",
    ];
    RegexSetBuilder::new(PATTERNS).unicode(false).build().unwrap()
}

#[divan::bench(args = samples())]
fn patterns(bencher: Bencher<'_, '_>, sample: Sample) {
    let messages = sample.messages();
    let patterns = pattern_set();
    bencher.counter(bytes(&messages)).bench_local(|| {
        for message in &messages {
            black_box(patterns.matches(black_box(message.text.as_bytes())));
        }
    });
}

/// Each message by itself.
#[divan::bench(args = samples())]
fn redact(bencher: Bencher<'_, '_>, sample: Sample) {
    let messages = sample.messages();
    let engine = Engine::default();
    bencher.counter(bytes(&messages)).bench_local(|| {
        for message in &messages {
            black_box(engine.redact(black_box(&message.text)));
        }
    });
}

/// Chats of twenty messages, by customer and agent in turn.
#[divan::bench(args = samples())]
fn conversation(bencher: Bencher<'_, '_>, sample: Sample) {
    let messages = sample.messages();
    let engine = Engine::default();
    bencher.counter(bytes(&messages)).bench_local(|| {
        for chat in messages.chunks(20) {
            let mut conversation = Conversation::new();
            for message in chat {
                let role = if message.agent { Role::Agent } else { Role::Customer };
                black_box(engine.scan(&mut conversation, &Message::new(role, black_box(message.text.as_str()))));
            }
        }
    });
}

/// A text of 64 KiB with a secret in one sentence of ten, in pieces of so many bytes.
#[divan::bench(args = [16, 64, 256, 1024, 4096, 16384])]
fn stream(bencher: Bencher<'_, '_>, piece: usize) {
    let text = chat::messages(Language::English, Kind::Tenth, 64 << 10, 1).remove(0).text;
    let engine = Engine::default();
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        let mut redactor = StreamRedactor::new(engine.clone(), Conversation::new(), Role::Agent);
        let mut out = Vec::with_capacity(text.len());
        for piece in text.as_bytes().chunks(piece) {
            redactor.push(black_box(piece), &mut out);
        }
        black_box((redactor.finish(&mut out), out));
    });
}
