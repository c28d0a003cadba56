//! Counts the instructions of a message, which do not depend on how busy the machine is. Needs valgrind.
//!
//! `cargo bench --bench instructions` compares with `benches/instructions.txt` and fails if a count is more than 3 %
//! above it; with `UPDATE=1` it writes the file. `cargo bench --bench instructions -- "english clean"` counts only the cases
//! whose names contain the words.

mod chat;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;
use std::fs;
use std::future::Future;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, ExitCode, Stdio};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use chat::{Kind, LENGTHS, Language};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use lastfour::middleware::{RedactLayer, key};
use lastfour::{Conversation, Engine, Message, Role, StreamRedactor};
use tower::{Layer, Service, ServiceExt, service_fn};

/// By how many percent a count may be above the baseline.
const TOLERANCE: f64 = 3.0;

/// How many bytes of text are scanned for a case.
const BYTES: usize = 48 << 10;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

fn main() -> ExitCode {
    let has_valgrind = || Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_ok();
    if env::var_os("LASTFOUR_MEASURED").is_some() {
        for case in cases() {
            case.measure();
        }
    } else if !has_valgrind() {
        println!("skipped: valgrind is not installed");
    } else {
        return compare(&count());
    }
    ExitCode::SUCCESS
}

/// Something that is measured.
struct Case {
    name: String,
    /// How many messages it scans.
    messages: usize,
    run: Box<dyn FnMut()>,
}

impl Case {
    /// Runs it twice: once for what is done on first use only.
    fn measure(mut self) {
        (self.run)();
        measured(&mut *self.run);
    }
}

/// Callgrind counts what happens in here.
#[inline(never)]
fn measured(run: &mut dyn FnMut()) {
    run();
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for language in Language::ALL {
        for kind in Kind::ALL {
            for (length, name) in LENGTHS {
                let name = format!("{} {} {name}", language.name(), kind.name());
                let messages = chat::messages(language, kind, length, BYTES);
                cases.push(alone(&name, messages.clone()));
                cases.push(conversation(&name, messages));
            }
        }
    }
    cases.extend([16, 256, 4096].map(stream));
    cases.extend(posts());
    let wanted = wanted();
    cases.retain(|case| case.name.contains(&wanted));
    cases
}

/// The words that the names of the cases must contain.
fn wanted() -> String {
    env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default()
}

fn alone(name: &str, messages: Vec<chat::Message>) -> Case {
    let engine = Engine::default();
    let count = messages.len();
    let run = move || messages.iter().for_each(|message| drop(black_box(engine.redact(black_box(&message.text)))));
    Case { name: format!("redact {name}"), messages: count, run: Box::new(run) }
}

/// Conversations of twenty messages, or one if the messages are long.
fn conversation(name: &str, messages: Vec<chat::Message>) -> Case {
    let engine = Engine::default();
    let count = messages.len();
    let run = move || {
        for chat in messages.chunks(20) {
            let mut conversation = Conversation::new();
            for message in chat {
                let role = if message.agent { Role::Agent } else { Role::Customer };
                let text = black_box(message.text.as_str());
                drop(black_box(engine.scan(&mut conversation, &Message::new(role, text))));
            }
        }
    };
    Case { name: format!("conversation {name}"), messages: count, run: Box::new(run) }
}

/// A text of 64 KiB that arrives in pieces.
fn stream(piece: usize) -> Case {
    let engine = Engine::default();
    let text = chat::messages(Language::English, Kind::Tenth, 64 << 10, 1).remove(0).text;
    let run = move || {
        let mut redactor = StreamRedactor::new(engine.clone(), Conversation::new(), Role::Agent);
        let mut out = Vec::new();
        for piece in text.as_bytes().chunks(piece) {
            redactor.push(black_box(piece), &mut out);
        }
        drop(black_box((redactor.finish(&mut out), out)));
    };
    Case { name: format!("stream 64 KiB in pieces of {piece} B"), messages: 1, run: Box::new(run) }
}

/// A small JSON message posted to a server that answers with what it got.
fn posts() -> Vec<Case> {
    let clean = r#"{"id": "m-18", "author": "customer", "text": "hi, I still have not received my package"}"#;
    let secret = r#"{"id": "m-18", "author": "customer", "text": "my card is 3782 822463 10005, can you check it?"}"#;
    let keyed = |layer: RedactLayer| layer.conversation_by(key::header("x-conversation"));
    vec![
        post("clean, without a layer", service_fn(echo), clean),
        post("clean, requests", RedactLayer::requests(Engine::default()).layer(service_fn(echo)), clean),
        post("clean, requests, key", keyed(RedactLayer::requests(Engine::default())).layer(service_fn(echo)), clean),
        post("clean, both, key", keyed(RedactLayer::both(Engine::default())).layer(service_fn(echo)), clean),
        post("secret, both, key", keyed(RedactLayer::both(Engine::default())).layer(service_fn(echo)), secret),
    ]
}

async fn echo<B: http_body::Body>(request: Request<B>) -> Result<Response<Full<Bytes>>, &'static str> {
    let body = request.into_body().collect().await.map_err(|_| "the body failed")?.to_bytes();
    Ok(Response::builder().header("content-type", "application/json").body(Full::from(body)).unwrap())
}

fn post<S, B>(name: &str, service: S, body: &'static str) -> Case
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + 'static,
    B: http_body::Body,
{
    const POSTS: usize = 100;
    let run = move || {
        for conversation in 0..POSTS {
            let request = Request::post("/say")
                .header("content-type", "application/json")
                .header("content-length", body.len())
                .header("x-conversation", conversation % 10)
                .body(Full::from(body))
                .unwrap();
            let service = service.clone();
            ready(async move {
                let Ok(response) = service.oneshot(request).await else { panic!("the request failed") };
                let Ok(body) = response.into_body().collect().await else { panic!("the answer failed") };
                drop(black_box(body.to_bytes()));
            });
        }
    };
    Case { name: format!("post {name}"), messages: POSTS, run: Box::new(run) }
}

/// Runs a future that never waits.
fn ready(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    for _ in 0..1000 {
        if let Poll::Ready(()) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return;
        }
    }
    panic!("the future waits for something");
}

/// Runs this program in callgrind. Returns the instructions of each case, per message.
fn count() -> Vec<(String, f64)> {
    let scratch = env::temp_dir().join(format!("lastfour-instructions-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .args(["--toggle-collect=*::measured", "--dump-after=*::measured"])
        .arg(format!("--callgrind-out-file={}", scratch.join("out").display()))
        .arg(env::current_exe().unwrap())
        .arg(wanted())
        .env("LASTFOUR_MEASURED", "1")
        .status()
        .unwrap();
    assert!(status.success(), "valgrind failed");
    let counts = cases()
        .into_iter()
        .enumerate()
        .map(|(at, case)| (case.name, total(&scratch.join(format!("out.{}", at + 1))) / case.messages as f64))
        .collect();
    fs::remove_dir_all(scratch).unwrap();
    counts
}

/// The instructions in a file of callgrind.
fn total(file: &Path) -> f64 {
    let profile = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let total = profile.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
    total.and_then(|total| total.trim().parse().ok()).expect("a total")
}

/// Prints the counts beside those of the baseline.
fn compare(counts: &[(String, f64)]) -> ExitCode {
    let compiler = compiler();
    let baseline = fs::read_to_string(PathBuf::from(BASELINE)).unwrap_or_default();
    let mut lines = baseline.lines();
    let same = lines.next() == Some(&compiler);
    let mut kept: Vec<(&str, f64)> =
        lines.filter_map(|line| line.split_once('\t')).filter_map(|(name, n)| Some((name, n.parse().ok()?))).collect();
    let baseline: BTreeMap<&str, f64> = kept.iter().copied().collect();
    // A run that counts only some cases keeps the counts of the others.
    kept.retain(|_| !wanted().is_empty());
    let mut worse = 0;
    println!("{:<48}{:>12}{:>12}", "instructions per message", "baseline", "now");
    for (name, now) in counts {
        let before = baseline.get(name.as_str());
        let change = before.map(|before| 100.0 * (now / before - 1.0));
        let before = before.map_or("-".to_owned(), |before| format!("{before:.0}"));
        let change = change.filter(|change| change.abs() >= 0.5);
        worse += usize::from(change.is_some_and(|change| change > TOLERANCE));
        println!(
            "{name:<48}{before:>12}{now:>12.0}{}",
            change.map_or(String::new(), |change| format!("{change:>+8.1} %"))
        );
        match kept.iter_mut().find(|(other, _)| other == name) {
            Some((_, count)) => *count = *now,
            None => kept.push((name, *now)),
        }
    }
    if env::var_os("UPDATE").is_some() {
        let mut file = format!("{compiler}\n");
        kept.iter().for_each(|(name, count)| writeln!(file, "{name}\t{count:.0}").unwrap());
        fs::write(BASELINE, file).unwrap();
        println!("wrote {BASELINE}");
    } else if !same {
        println!("not compared: the baseline is of another compiler or machine (this is {compiler})");
    } else if worse > 0 {
        println!("{worse} counts are more than {TOLERANCE} % above the baseline; UPDATE=1 accepts them");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The compiler and the kind of machine, by which the counts differ.
fn compiler() -> String {
    let output = Command::new(env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned())).arg("-V").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!("{} {}", version.unwrap_or_default(), env::consts::ARCH)
}
