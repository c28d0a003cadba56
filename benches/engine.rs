//! The cost of a message. Compare with `copy` and `patterns` from the same run: they show the speed of the machine and
//! the cost of a plain list of patterns.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use lastfour::{Conversation, Engine, Message, Role};
use regex::bytes::{RegexSet, RegexSetBuilder};

fn main() {
    divan::main();
}

/// Typical chat messages of about 50 bytes. The prefilter sees that they contain nothing.
const CHATTER: [&str; 8] = [
    "no that is all for today, thank you very much!",
    "hi there, hope you are having a wonderful morning",
    "Sounds great, thanks so much for helping me today.",
    "Sure, let me look into that and get back to you now",
    "it was delicious, my family loved every bit of it",
    "ok perfect, I will wait until somebody shows up",
    "My apologies, it seems that they are closed today.",
    "we went there last summer and it rained every day",
];
/// Typical requests of about 50 bytes, with words and numbers that must be judged.
const CLEAN: [&str; 8] = [
    "hi, I still have not received my replacement card",
    "sure, the ZIP code is 10285 and last four are 0005",
    "order 112-1234567-1234567 was $1,234.56 on 10/08",
    "I forgot my password and the code never came",
    "call me at (212) 555-0123 after 6 pm if you can",
    "my case number is CASE-00012345, opened last week",
    "the app says error 4021 whenever I try to log in",
    "no that is all for today, thank you very much!",
];
const CLEAN_CURLY: [&str; 4] = [
    "hi, I still haven’t received my replacement card 😕",
    "it says “card declined” — but I paid $86 last week",
    "sí, mi código postal es 06600 y la cuota es $1,250",
    "that’s all for today, thank you so much 🙏🏽 bye",
];
const SECRET: [&str; 8] = [
    "my card is 3782 822463 10005, can you check it?",
    "the CID is 4821 and it expires 12/28, all right?",
    "my social is 123-45-6789 if you need that as well",
    "ok I got the text, the code is 482913, is it valid",
    "my password is Tr0ub4dor&3 but it does not work",
    "cuenta clabe 032180000118359719 a nombre de Ana",
    "it's ４２４２ ４２４２ ４２４２ ４２４２ on the front",
    "three seven eight two eight two two four six three",
];

const SAMPLES: [&str; 8] = [
    "50 B chatter",
    "50 B clean",
    "50 B clean curly",
    "50 B secret",
    "1 KiB chatter",
    "1 KiB clean",
    "1 KiB clean curly",
    "1 KiB secret",
];

fn messages(sample: &str) -> Vec<String> {
    let (length, kind) = sample.split_once("B ").unwrap();
    let lines = match kind {
        "chatter" => &CHATTER[..],
        "clean" => &CLEAN,
        "clean curly" => &CLEAN_CURLY,
        _ => &SECRET,
    };
    if length == "50 " {
        return lines.iter().map(|line| (*line).to_owned()).collect();
    }
    // A long message is chatter with a single line of the given kind.
    let long = |line: &&str| {
        let mut text = (*line).to_owned();
        let more = if kind == "chatter" { &CHATTER } else { &CLEAN };
        for clean in more.iter().cycle() {
            if text.len() + clean.len() > 1024 {
                break;
            }
            text = format!("{text}. {clean}");
        }
        text
    };
    lines.iter().map(long).collect()
}

fn bytes(messages: &[String]) -> BytesCount {
    BytesCount::new(messages.iter().map(String::len).sum::<usize>())
}

/// Finds and copies the line: the minimum of work.
#[divan::bench(args = SAMPLES)]
fn copy(bencher: Bencher<'_, '_>, sample: &str) {
    let messages: Vec<String> = messages(sample).into_iter().map(|text| text + "\n").collect();
    let mut out = Vec::with_capacity(2048);
    bencher.counter(bytes(&messages)).bench_local(|| {
        for message in &messages {
            let end = memchr::memchr(b'\n', message.as_bytes()).unwrap_or(message.len());
            out.clear();
            out.extend_from_slice(&black_box(message.as_bytes())[..end]);
            black_box(&out);
        }
    });
}

/// The patterns of a typical scanner, asked which of them match. They use ASCII word boundaries, because Unicode ones
/// are 100 times slower on a message with a curly quote.
fn patterns() -> RegexSet {
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

#[divan::bench(args = SAMPLES)]
fn patterns_set(bencher: Bencher<'_, '_>, sample: &str) {
    let messages = messages(sample);
    let patterns = patterns();
    bencher.counter(bytes(&messages)).bench_local(|| {
        for message in &messages {
            black_box(patterns.matches(black_box(message.as_bytes())));
        }
    });
}

/// Each message in a conversation of its own.
#[divan::bench(args = SAMPLES)]
fn scan(bencher: Bencher<'_, '_>, sample: &str) {
    let messages = messages(sample);
    let engine = Engine::default();
    bencher.counter(bytes(&messages)).bench_local(|| {
        for message in &messages {
            let outcome = engine.scan(&mut Conversation::new(), &Message::customer(black_box(message)));
            black_box(outcome);
        }
    });
}

/// Twenty messages of one chat, by agent and customer in turn. Every fifth message contains a secret.
#[divan::bench]
fn conversation(bencher: Bencher<'_, '_>) {
    const QUESTIONS: [&str; 2] = ["Please read me the code we just texted you", "What are the last four of your card?"];
    let turns: Vec<(Role, &str)> = (0..20)
        .map(|turn| match turn % 5 {
            0 | 2 => (Role::Agent, QUESTIONS[turn / 2 % 2]),
            4 => (Role::Customer, SECRET[turn % SECRET.len()]),
            _ => (Role::Customer, CLEAN[turn % CLEAN.len()]),
        })
        .collect();
    let engine = Engine::default();
    bencher.counter(BytesCount::new(turns.iter().map(|(_, text)| text.len()).sum::<usize>())).bench_local(|| {
        let mut conversation = Conversation::new();
        for (role, text) in &turns {
            black_box(engine.scan(&mut conversation, &Message::new(*role, black_box(*text))));
        }
    });
}
