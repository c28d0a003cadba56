//! Tables: a heading names a column, and the cells below it are its values.
//!
//! `id,name,card,city` and, on the next line, `7,Ana Sol,4111...,Lugo`. Columns are separated by commas, semicolons,
//! bars or tabs.

use smallvec::SmallVec;

use crate::detect::Claim;
use crate::detect::cues::Topic;
use crate::detect::number::{Number, NumberShape};
use crate::detect::password::{candidate, is_unknown, looks_like_one};
use crate::detect::token::{Kind, TokenizedText};
use crate::entity::Entity;
use crate::evidence::Evidence;
use crate::judge::analysis::MessageAnalysis;
use crate::judge::fits::secret_fits;

/// The tokens of a cell, `first..end`.
type Cell = (usize, usize);

/// The cells of a line.
type Cells = SmallVec<[Cell; 12]>;

/// The maximum number of words in a heading.
const LONGEST_HEADING: usize = 5;

impl MessageAnalysis<'_, '_> {
    /// Finds the values in columns whose heading names a secret.
    pub(super) fn by_columns(&mut self) {
        let reading = self.reading;
        if !reading.mentions_secrets() || !reading.tokens.iter().any(|t| t.kind == Kind::Newline) {
            return;
        }
        let mut heading: Option<Heading> = None;
        let mut start = 0;
        while start < reading.tokens.len() {
            let end = (start..reading.tokens.len())
                .find(|&i| reading.tokens[i].kind == Kind::Newline)
                .unwrap_or(reading.tokens.len());
            heading = match heading.take() {
                Some(heading) if heading.fits(reading, start, end) => {
                    let cells = heading.separator.cells(reading, start, end);
                    for &(column, topic, name) in &heading.secrets {
                        self.cell(cells[column], topic, name);
                    }
                    for (column, cell) in cells.iter().enumerate() {
                        if heading.secrets.iter().all(|secret| secret.0 != column) {
                            self.keep_cell(*cell);
                        }
                    }
                    Some(heading)
                }
                _ => Heading::of(reading, start, end),
            };
            start = end + 1;
        }
    }

    /// Keeps a cell of digits whose heading names no secret.
    fn keep_cell(&mut self, (first, end): Cell) {
        let tokens = &self.reading.tokens[first..end];
        let plain = tokens.iter().all(|t| matches!(t.kind, Kind::Digits | Kind::Mark(b'"' | b'-' | b'.' | b'/')));
        if plain && first < end && self.is_free(first, end - 1) {
            self.claimed[first..end].fill(true);
        }
    }

    fn cell(&mut self, (first, end): Cell, topic: Topic, name: &'static str) {
        let reading = self.reading;
        if first == end || !self.is_free(first, end - 1) {
            return;
        }
        let tokens = &reading.tokens[first..end];
        if topic == Topic::Password {
            let value = (first, end - 1);
            let masked = tokens.iter().any(|t| t.kind == Kind::Masked);
            let chunk = tokens[1..].iter().all(|t| !t.spaced);
            let digits = tokens.len() == 1 && tokens[0].kind == Kind::Digits && tokens[0].len() >= 4;
            if !masked && chunk && (looks_like_one(reading, value) || is_unknown(reading, value) || digits) {
                self.find(&candidate(first, end - 1, Claim::Certain, name), Evidence::default());
            }
            return;
        }
        let plain = tokens.iter().all(|t| matches!(t.kind, Kind::Digits | Kind::Mark(b'-' | b'.' | b'"' | b'\'')));
        let groups = tokens.iter().filter(|t| t.kind == Kind::Digits).count();
        let digits = tokens.iter().filter(|t| t.kind == Kind::Digits).map(|t| t.len()).sum();
        let number = Number { first, last: end - 1, digits, groups, shape: NumberShape::Bare, attached: false };
        let entity = match topic {
            Topic::Card => Entity::Card,
            Topic::SecurityCode => Entity::SecurityCode,
            Topic::SocialSecurity => Entity::SocialSecurity,
            Topic::OneTimePasscode => Entity::OneTimePasscode,
            Topic::Pin if digits >= 4 => Entity::Pin,
            Topic::Account => Entity::Account,
            _ => return,
        };
        if plain && groups > 0 && secret_fits(topic, &number) {
            let first = (first..end).find(|&i| reading.tokens[i].kind == Kind::Digits).unwrap_or(first);
            let last = (first..end).rfind(|&i| reading.tokens[i].kind == Kind::Digits).unwrap_or(end - 1);
            let found = self.bare_candidate(&Number { first, last, ..number }, entity);
            self.find(&found, Evidence { cue: Some(name), ..found.evidence });
        }
    }
}

/// The separator between columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Mark(u8),
    Tab,
}

impl Separator {
    /// Splits the line `start..end` into cells.
    fn cells(self, reading: &TokenizedText<'_>, start: usize, end: usize) -> Cells {
        let mut cells = Cells::new();
        let mut first = start;
        let mut quoted = false;
        for at in start..end {
            let token = &reading.tokens[at];
            let tab = self == Self::Tab
                && at > start
                && reading.text[reading.tokens[at - 1].end as usize..token.start as usize].contains(&b'\t');
            quoted ^= token.is(b'"') && self != Self::Tab;
            if tab {
                cells.push((first, at));
                first = at;
            } else if !quoted && matches!(self, Self::Mark(mark) if token.is(mark)) {
                cells.push((first, at));
                first = at + 1;
            }
        }
        cells.push((first, end));
        cells
    }
}

/// A line whose cells are all headings, at least one of them for secrets.
struct Heading {
    separator: Separator,
    columns: usize,
    /// The columns of secrets.
    secrets: SmallVec<[(usize, Topic, &'static str); 4]>,
}

impl Heading {
    /// Returns whether the line `start..end` has the same number of cells.
    fn fits(&self, reading: &TokenizedText<'_>, start: usize, end: usize) -> bool {
        self.separator.cells(reading, start, end).len() == self.columns
    }

    fn of(reading: &TokenizedText<'_>, start: usize, end: usize) -> Option<Self> {
        let line = &reading.tokens[start..end];
        if !line.iter().any(|t| reading.hit(t).is_some_and(|hit| hit.cue.topic.is_secret())) {
            return None;
        }
        let separator = [b',', b';', b'|']
            .into_iter()
            .find(|mark| line.iter().any(|t| t.is(*mark)))
            .map_or(Separator::Tab, Separator::Mark);
        let cells = separator.cells(reading, start, end);
        if cells.len() < 2 {
            return None;
        }
        let mut secrets = SmallVec::new();
        for (column, &(first, end)) in cells.iter().enumerate() {
            let words = || (first..end).filter(|&i| reading.tokens[i].is_text());
            let heading = words().count() <= LONGEST_HEADING
                && reading.tokens[first..end].iter().all(|t| {
                    matches!(
                        t.kind,
                        Kind::Word | Kind::Mark(b'_' | b'-' | b'"' | b'\'' | b'.' | b'/' | b'#' | b'(' | b')')
                    )
                });
            if !heading {
                return None;
            }
            let hit = words().next().and_then(|i| reading.hit(&reading.tokens[i]));
            if let Some(hit) = hit.filter(|hit| hit.cue.topic.is_secret() && words().all(|i| i <= hit.last)) {
                secrets.push((column, hit.cue.topic, hit.cue.name));
            }
        }
        (!secrets.is_empty()).then(|| Self { separator, columns: cells.len(), secrets })
    }
}
