//! `lastfour eval`: scores labeled conversations.
//!
//! A case is one JSON line: `{"id", "category", "turns": [{"role", "text", "secrets": [{"kind", "value"}], "keep": [..],
//! "either": bool}]}`. A secret is missed if it stays readable. A keep is lost if it is not in the output. A clean turn
//! (one without secrets) is changed if its output differs at all. A turn marked `either` is scanned but not scored.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::time::Instant;

use lastfour::{Conversation, Engine, Entity, Message, Policy, Role};
use serde::{Deserialize, Serialize};

use crate::args;
use crate::failure::{CliError, Result};
use crate::input::{self, Chunk, Input, Source};
use crate::reading;

/// Runs the command. A bad score is not an error.
pub(crate) fn run(args: &args::Eval) -> Result<()> {
    let engine = Engine::new(reading::policy(args.policy.as_deref())?);
    let mut cases = Vec::new();
    for source in &input::find(&args.cases, None, input::is_json_lines)?.list {
        read_cases(source, &mut cases)?;
    }
    let start = Instant::now();
    let mut board = Board::default();
    for case in &cases {
        board.score(&engine, case, args.show);
    }
    let seconds = start.elapsed().as_secs_f64();
    let mut out = BufWriter::new(io::stdout());
    let written = if args.failures {
        board.write_failures(&mut out)
    } else if args.json {
        board.write_json(&mut out, args.summary, seconds)
    } else {
        board.write(&mut out, args.summary, seconds)
    };
    written.and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}

/// A labeled conversation.
#[derive(Deserialize)]
struct Case {
    id: String,
    category: String,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    text: String,
    #[serde(default)]
    secrets: Vec<Secret>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    either: bool,
}

#[derive(Deserialize)]
struct Secret {
    kind: String,
    value: String,
}

/// Returns the entity that a label names, in kebab or snake case.
fn entity(kind: &str) -> Option<Entity> {
    kind.to_ascii_lowercase().replace('_', "-").parse().ok()
}

fn read_cases(source: &Source, cases: &mut Vec<Case>) -> Result<()> {
    let mut input = Input::open(source, &Arc::default())?;
    let mut bytes = Vec::new();
    loop {
        match input.next()? {
            Chunk::Bytes(more) => bytes.extend_from_slice(&more),
            Chunk::Pause => {}
            Chunk::End => break,
        }
    }
    for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let case: Case = serde_json::from_slice(line).map_err(|error| {
            // serde's message for a wrong type may quote the text, so only the position is shown.
            let column = error.column();
            CliError::Message(format!(
                "{}: line {number}, column {column}: not a labeled conversation (an object with id, category and turns)",
                source.name()
            ))
        })?;
        if case.turns.iter().flat_map(|turn| &turn.secrets).any(|secret| entity(&secret.kind).is_none()) {
            return Err(CliError::Message(format!(
                "{}: line {number}: unknown kind of secret; `lastfour detectors` lists the kinds",
                source.name()
            )));
        }
        cases.push(case);
    }
    Ok(())
}

/// The counts of one category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Score {
    secrets: u64,
    missed: u64,
    keeps: u64,
    lost: u64,
    clean: u64,
    changed: u64,
}

impl Score {
    fn recall(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let share = self.missed as f64 / self.secrets as f64;
        1.0 - share
    }

    fn add(&mut self, other: &Self) {
        self.secrets += other.secrets;
        self.missed += other.missed;
        self.keeps += other.keeps;
        self.lost += other.lost;
        self.clean += other.clean;
        self.changed += other.changed;
    }

    fn is_perfect(&self) -> bool {
        self.missed + self.lost + self.changed == 0
    }
}

/// A failure that `--show` prints. It contains texts of the cases, which are meant to be read.
struct Shown {
    what: &'static str,
    detail: String,
    id: String,
    text: String,
    out: String,
}

/// The result of one conversation that is not perfect.
#[derive(Serialize)]
struct Failed {
    id: String,
    missed: u64,
    lost: u64,
    changed: u64,
}

#[derive(Default)]
struct Board {
    scores: BTreeMap<String, Score>,
    shown: BTreeMap<String, Vec<Shown>>,
    failed: Vec<Failed>,
}

impl Board {
    /// Scans a conversation and scores its turns.
    fn score(&mut self, engine: &Engine, case: &Case, show: usize) {
        let mut conversation = Conversation::new();
        let mut total = Score::default();
        for turn in &case.turns {
            let role = Role::from_name(&turn.role).unwrap_or_default();
            let outcome = engine.scan(&mut conversation, &Message::new(role, &turn.text));
            if turn.either {
                continue;
            }
            let out = outcome.patch.apply_str(&turn.text);
            let mut score = Score::default();
            let mut failures = Vec::new();
            for secret in &turn.secrets {
                score.secrets += 1;
                if is_readable(secret, &out) {
                    score.missed += 1;
                    failures.push(("MISS", secret.kind.clone()));
                }
            }
            for keep in &turn.keep {
                score.keeps += 1;
                if !out.contains(keep) {
                    score.lost += 1;
                    failures.push(("LOST", keep.clone()));
                }
            }
            if turn.secrets.is_empty() {
                score.clean += 1;
                if *out != turn.text {
                    score.changed += 1;
                    failures.push(("CHANGED", String::new()));
                }
            }
            total.add(&score);
            if failures.is_empty() || show == 0 {
                continue;
            }
            let shown = self.shown.entry(case.category.clone()).or_default();
            for (what, detail) in failures {
                if shown.len() < show {
                    let (id, text, out) = (case.id.clone(), turn.text.clone(), out.clone().into_owned());
                    shown.push(Shown { what, detail, id, text, out });
                }
            }
        }
        if !total.is_perfect() {
            let Score { missed, lost, changed, .. } = total;
            self.failed.push(Failed { id: case.id.clone(), missed, lost, changed });
        }
        self.scores.entry(case.category.clone()).or_default().add(&total);
    }

    fn total(&self) -> Score {
        let mut total = Score::default();
        self.scores.values().for_each(|score| total.add(score));
        total
    }

    fn write(&self, out: &mut impl Write, summary: bool, seconds: f64) -> io::Result<()> {
        let line = |out: &mut dyn Write, name: &str, score: &Score| {
            let recall = if score.secrets == 0 { "-".into() } else { format!("{:.4}", score.recall()) };
            write!(
                out,
                "{name:28} secrets {:5} missed {:4} recall {recall:>7} | keeps {:4} lost {:3} | clean {:6} changed {:4}",
                score.secrets, score.missed, score.keeps, score.lost, score.clean, score.changed
            )
        };
        for (name, score) in self.scores.iter().filter(|_| !summary) {
            line(out, name, score)?;
            writeln!(out)?;
        }
        line(out, "TOTAL", &self.total())?;
        writeln!(out, " | {seconds:.1} s")?;
        for (category, failures) in &self.shown {
            for Shown { what, detail, id, text, out: after } in failures {
                writeln!(out, "  {category}: {what} {detail} [{id}]\n     in : {text:?}\n     out: {after:?}")?;
            }
        }
        Ok(())
    }

    fn write_json(&self, out: &mut impl Write, summary: bool, seconds: f64) -> io::Result<()> {
        #[derive(Serialize)]
        struct Report<'a> {
            total: Score,
            #[serde(skip_serializing_if = "Option::is_none")]
            categories: Option<&'a BTreeMap<String, Score>>,
            seconds: f64,
        }
        let report = Report {
            total: self.total(),
            categories: (!summary).then_some(&self.scores),
            seconds: (seconds * 1000.0).round() / 1000.0,
        };
        serde_json::to_writer(&mut *out, &report)?;
        writeln!(out)
    }

    fn write_failures(&self, out: &mut impl Write) -> io::Result<()> {
        for failed in &self.failed {
            serde_json::to_writer(&mut *out, failed)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

/// Returns whether `out` still shows the secret: the whole value, more than half of it in a row, or a longer run of its
/// digits than a mask may show.
fn is_readable(secret: &Secret, out: &str) -> bool {
    let value = &secret.value;
    if out.contains(value.as_str()) {
        return true;
    }
    let chars: Vec<char> = value.chars().collect();
    if chars.len() >= 8 {
        let half = chars.len() / 2 + 1;
        if chars.windows(half).any(|part| out.contains(&part.iter().collect::<String>())) {
            return true;
        }
    }
    let number = digits(value);
    let only_digits = chars.iter().all(|c| is_digit(*c) || is_blank(*c) || "-./_*|,:()".contains(*c));
    if number.len() < 3 || !only_digits {
        return false;
    }
    if number.len() <= 4 {
        return stands_alone(&number, out);
    }
    // The number of digits that the default policy shows of a long secret.
    let may_stay = entity(&secret.kind).map_or(0, |entity| Policy::default().reveal(entity, 64));
    let run = (may_stay + 1).max(4);
    let left = digits(out);
    number.windows(run).any(|part| left.windows(run).any(|seen| seen == part))
}

/// Returns whether `text` holds these digits without a digit right before or after them.
fn stands_alone(number: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let is_digit_at = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|c| is_digit(*c));
    text.windows(number.len())
        .enumerate()
        .any(|(at, part)| part == number && !is_digit_at(at.checked_sub(1)) && !is_digit_at(Some(at + number.len())))
}

fn digits(text: &str) -> Vec<char> {
    text.chars().filter(|c| is_digit(*c)).collect()
}

/// Returns whether the labels treat a character as a blank; they include the separators among the control characters.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Returns whether a character is a decimal digit of any script.
fn is_digit(c: char) -> bool {
    /// The zero of each script that has decimal digits (Unicode 14, general category Nd). Nine more digits follow it.
    const ZEROS: [u32; 66] = [
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
        0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
        0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
        0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
        0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
    ];
    let c = u32::from(c);
    let after = ZEROS.partition_point(|zero| *zero <= c);
    after > 0 && c - ZEROS[after - 1] < 10
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readable(kind: &str, value: &str, out: &str) -> bool {
        is_readable(&Secret { kind: kind.into(), value: value.into() }, out)
    }

    #[test]
    fn a_secret_is_readable_whole_by_more_than_half_or_by_its_digits() {
        assert!(readable("password", "hunter2", "it is hunter2"));
        assert!(!readable("password", "hunter2", "it is ********"));
        assert!(readable("password", "correct horse battery", "correct horse *******"));
        assert!(!readable("password", "correct horse battery", "******* horse *******"));
        assert!(readable("otp", "482 913", "482-913"));
        assert!(readable("otp", "482913", "4829"));
        assert!(!readable("otp", "482913", "482"));
        assert!(readable("pin", "1234", "it is 1234."));
        assert!(!readable("pin", "1-2-3-4", "it is 12345"));
        assert!(readable("pin", "1-2-3-4", "it is 1234"));
    }

    #[test]
    fn the_last_four_of_a_card_may_stay_and_five_digits_may_not() {
        assert!(!readable("card", "3782 822463 10005", "**** ****** *0005"));
        assert!(readable("card", "3782 822463 10005", "**** ****** 10005"));
        assert!(readable("card", "3782 822463 10005", "3782 8** *** *****"));
        assert!(!readable("card", "3782 822463 10005", "3782 ****** *0005"));
    }

    #[test]
    fn a_label_names_an_entity_by_its_name_or_a_short_one() {
        for (kind, name) in [
            ("otp", "one-time-passcode"),
            ("SSN", "social-security"),
            ("security_code", "security-code"),
            ("security-code", "security-code"),
            ("card", "card"),
            ("loyalty", "loyalty"),
        ] {
            assert_eq!(entity(kind).unwrap().as_str(), name, "{kind}");
        }
        assert!(entity("").is_none() && entity("no such kind").is_none());
    }

    #[test]
    fn digits_of_every_script_count_as_digits() {
        for c in ['0', '9', '٣', '９', '𝟕', '७'] {
            assert!(is_digit(c), "{c}");
        }
        for c in ['²', '①', '½', 'a', '/', ':', '〇'] {
            assert!(!is_digit(c), "{c}");
        }
    }
}
