//! The same words in several places of a record: copies of a text, and repeated secrets.

use std::collections::HashMap;

use lastfour::{Edit, Entity, Patch, Span};

use super::found::Found;
use super::record::{Edits, Key, Part, Record, Said};
use super::spelling::Spelling;
#[cfg(test)]
use super::tree::STEPS;

/// The letters and digits of a text, by which copies are recognized in any spelling: lower-case ASCII, without HTML
/// tags and character references.
pub(crate) struct Words {
    pub(crate) key: Vec<u8>,
    /// The position of each one in the text.
    at: Vec<usize>,
}

impl Words {
    pub(crate) fn new(text: &[u8]) -> Self {
        #[cfg(test)]
        STEPS.set(STEPS.get() + text.len() as u64);
        let (mut key, mut places) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len()));
        for (at, letter) in letters(text) {
            key.push(letter);
            places.push(at);
        }
        Self { key, at: places }
    }

    /// Returns the range of the text for a range of its letters and digits.
    pub(crate) fn span(&self, within: Span) -> Option<Span> {
        let (first, last) = (self.at.get(within.start)?, self.at.get(within.end.checked_sub(1)?)?);
        Some(Span::new(*first, last + 1))
    }

    /// Returns the range of letters and digits for a range of the text.
    pub(crate) fn within(&self, span: Span) -> Span {
        let before = |end: usize| self.at.partition_point(|at| *at < end);
        Span::new(before(span.start), before(span.end))
    }

    /// Returns whether a word begins at this letter or digit, or ends before it.
    fn is_border(&self, at: usize) -> bool {
        at == 0 || at >= self.at.len() || self.at[at] - self.at[at - 1] > 1
    }
}

/// Returns the letters and digits of a text, in lower case.
pub(crate) fn key_of(text: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len());
    key.extend(letters(text).map(|(_, letter)| letter));
    key
}

/// Returns whether two texts have the same letters and digits, at least one.
pub(crate) fn have_same_words(one: &[u8], other: &[u8]) -> bool {
    let key = |text| letters(text).map(|(_, letter)| letter);
    key(one).next().is_some() && key(one).eq(key(other))
}

/// Returns the letters and digits of a text, in lower case, each with its position.
fn letters(text: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(&byte) = text.get(at) {
            let (here, rest) = (at, &text[at + 1..]);
            at += 1;
            match byte {
                b'&' => {
                    let name = rest.iter().take(10).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
                    at += if name > 1 && rest.get(name) == Some(&b';') { name + 1 } else { 0 };
                }
                b'<' => {
                    // A tag, or text that looks like one.
                    let tag = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/');
                    let end = if tag { memchr::memchr(b'>', &rest[..rest.len().min(LONGEST_TAG)]) } else { None };
                    at += end.map_or(0, |end| end + 1);
                }
                byte if byte.is_ascii_alphanumeric() => return Some((here, byte.to_ascii_lowercase())),
                _ => {}
            }
        }
        None
    })
}

/// The longest tag that is skipped, in bytes.
const LONGEST_TAG: usize = 400;

/// The minimum number of letters and digits of a secret that is searched for in the whole record. Shorter ones are
/// searched for only in the object of their message.
const LONG_SECRET: usize = 6;
const SHORT_SECRET: usize = 3;

/// A secret in a message.
struct Secret<'a> {
    key: Vec<u8>,
    found: &'a Found,
    mask: &'a str,
    /// Its range among the letters and digits of its message.
    within: Span,
}

/// A repetition of a secret, and its replacement.
struct Place<'a> {
    span: Span,
    with: String,
    found: &'a Found,
}

/// The secrets of a record.
struct Secrets<'a> {
    record: &'a Record,
    said: &'a [Said],
    all: Vec<Secret<'a>>,
    by_message: HashMap<u32, Vec<usize>>,
    by_owner: HashMap<u64, Index<SHORT_SECRET>>,
    everywhere: Index<LONG_SECRET>,
    /// The messages that a summary repeats: for each message the summary, and its start in it.
    summaries: HashMap<u32, (u32, usize)>,
}

/// Returns the edits and findings for all other places of a record that repeat secrets found in its messages.
pub(crate) fn echoes(record: &Record, said: &[Said], found: &[Found]) -> (Edits, Vec<Found>) {
    let secrets = Secrets::new(record, said, found);
    let mut edits = Edits::default();
    let mut more: Vec<Found> = Vec::new();
    if secrets.all.is_empty() {
        return (edits, more);
    }
    let mut taken: Vec<Span> = found.iter().map(|found| found.span).collect();
    taken.sort_unstable();
    for number in 0..said.len() {
        let here = &said[number];
        if here.segments.iter().any(|segment| !record.is_editable(segment.layer)) {
            continue;
        }
        let text = record.join(&here.segments);
        let mut places = secrets.places(u32::try_from(number).unwrap_or(u32::MAX), &text.bytes);
        places.sort_by_key(|place| place.span);
        let mut end = 0;
        for Place { span, with, found } in places {
            let spans = text.raw_spans(span);
            let is_taken = |raw: &Span| {
                let after = taken.partition_point(|taken| taken.start < raw.end);
                taken[..after].last().is_some_and(|before| before.end > raw.start)
            };
            if span.start < end || spans.iter().any(is_taken) {
                continue;
            }
            end = span.end;
            text.edit(&Patch::new(vec![Edit { span, with }]), &mut edits);
            let said = u32::try_from(number).unwrap_or(u32::MAX);
            let copies =
                spans.into_iter().map(|span| Found { span, copy: true, said, recall: Vec::new(), ..found.clone() });
            more.extend(copies);
        }
    }
    (edits, more)
}

impl<'a> Secrets<'a> {
    fn new(record: &'a Record, said: &'a [Said], found: &'a [Found]) -> Self {
        let mut secrets = Self {
            record,
            said,
            all: Vec::new(),
            by_message: HashMap::new(),
            by_owner: HashMap::new(),
            everywhere: Index::default(),
            summaries: HashMap::new(),
        };
        let mut words: Option<(u32, Words)> = None;
        for found in found.iter().filter(|found| !found.copy) {
            let (Some(here), Some(mask)) = (said.get(found.said as usize), found.mask.as_deref()) else { continue };
            let (_, words) = match &mut words {
                Some(words) if words.0 == found.said => words,
                words => words.insert((found.said, Words::new(&record.join(&here.segments).bytes))),
            };
            let within = words.within(found.finding.span);
            let key = words.key[within.range()].to_vec();
            if key.is_empty() {
                continue;
            }
            let number = secrets.all.len();
            secrets.by_message.entry(found.said).or_default().push(number);
            secrets.by_owner.entry(here.owner).or_default().add(&key, number);
            secrets.everywhere.add(&key, number);
            secrets.all.push(Secret { key, found, mask, within });
        }
        if !secrets.all.is_empty() {
            secrets.find_summaries();
        }
        secrets
    }

    fn find_summaries(&mut self) {
        for (number, said) in (0..).zip(self.said) {
            let Part::Summary(from, to) = said.part else { continue };
            let mut base = 0;
            for message in from..to {
                let Some(here) = self.said.get(message as usize).filter(|said| said.part.is_said()) else { continue };
                self.summaries.entry(message).or_insert((number, base));
                base += self.key_len(here);
            }
        }
    }

    fn key_len(&self, said: &Said) -> usize {
        key_of(&self.record.join(&said.segments).bytes).len()
    }

    /// Returns the places at which a text of the record repeats secrets of other texts.
    fn places(&self, number: u32, text: &[u8]) -> Vec<Place<'a>> {
        let said = &self.said[number as usize];
        if said.part.is_said() && !self.summaries.contains_key(&number) {
            return Vec::new();
        }
        let words = Words::new(text);
        match said.part {
            // Secrets found in the summary as a whole, such as a number that is spread over messages.
            Part::Said | Part::Quoted => match self.summaries.get(&number) {
                Some((summary, base)) => self.aligned(*summary, Span::new(*base, base + words.key.len()), 0, &words),
                None => Vec::new(),
            },
            Part::Summary(from, to) => {
                let mut places = self.in_text(&words);
                let mut base = 0;
                for message in from..to {
                    let Some(here) = self.said.get(message as usize).filter(|said| said.part.is_said()) else {
                        continue;
                    };
                    let len = self.key_len(here);
                    places.extend(self.aligned(message, Span::new(0, len), base, &words));
                    base += len;
                }
                places
            }
            Part::Copy(of) => {
                let mut places = self.in_object(said.owner, &words);
                let original = self.said.get(of as usize).map_or(0, |said| self.key_len(said));
                if original == words.key.len() {
                    places.extend(self.aligned(of, Span::new(0, original), 0, &words));
                    if let Some((summary, base)) = self.summaries.get(&of) {
                        places.extend(self.aligned(*summary, Span::new(*base, base + original), 0, &words));
                    }
                }
                places
            }
            Part::Data(_) | Part::Form => {
                let mut places = self.in_text(&words);
                places.extend(self.in_object(said.owner, &words));
                if is_number(said, text) {
                    places.retain(is_certain);
                }
                places
            }
            Part::Alone | Part::Event | Part::Code | Part::Table => {
                let mut places = self.in_text(&words);
                // "Order #482913"
                places.retain(|place| !text[..place.span.start].ends_with(b"#") || is_certain(place));
                places
            }
        }
    }

    /// Returns the places of a message's secrets in a text that repeats the message. `window` is the repeated range of
    /// the message's letters and digits, and `base` its start among those of the text.
    fn aligned(&self, message: u32, window: Span, base: usize, words: &Words) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        for secret in self.by_message.get(&message).into_iter().flatten().map(|number| &self.all[*number]) {
            let (start, end) = (secret.within.start.max(window.start), secret.within.end.min(window.end));
            if start >= end {
                continue;
            }
            let Some(span) = words.span(Span::new(start - window.start + base, end - window.start + base)) else {
                continue;
            };
            let with = if (start, end) == (secret.within.start, secret.within.end) {
                secret.mask.to_owned()
            } else {
                secret.part(start - secret.within.start, end - secret.within.start)
            };
            places.push(Place { span, with, found: secret.found });
        }
        places
    }

    /// Returns the places of secrets in a text, as whole words.
    fn in_text(&self, words: &Words) -> Vec<Place<'a>> {
        self.indexed(&self.everywhere, words)
    }

    /// Returns the places of the secrets of an object's message in another text of the object, as whole words.
    fn in_object(&self, owner: u64, words: &Words) -> Vec<Place<'a>> {
        self.by_owner.get(&owner).map_or_else(Vec::new, |index| self.indexed(index, words))
    }

    fn indexed<const N: usize>(&self, index: &Index<N>, words: &Words) -> Vec<Place<'a>> {
        let starts = (0..words.key.len()).filter(|start| words.is_border(*start));
        let found = starts.flat_map(|start| index.at(&words.key[start..]).map(move |number| (number, start)));
        found.filter_map(|(number, start)| self.at(number, start, words)).collect()
    }

    fn at(&self, number: usize, start: usize, words: &Words) -> Option<Place<'a>> {
        let secret = &self.all[number];
        let end = start + secret.key.len();
        let is_there = words.key.get(start..end) == Some(secret.key.as_slice()) && words.is_border(end);
        let span = words.span(Span::new(start, end)).filter(|_| is_there)?;
        Some(Place { span, with: secret.mask.to_owned(), found: secret.found })
    }
}

/// Returns whether a secret is certain by its form, so that the same digits elsewhere are not something else.
fn is_certain(place: &Place<'_>) -> bool {
    matches!(place.found.finding.entity, Entity::Card | Entity::SocialSecurity)
}

/// Returns whether a value is an id, a time or a number by its name or by its type. It may be equal to a secret by chance,
/// unless the secret is certain by its form.
fn is_number(said: &Said, text: &[u8]) -> bool {
    let is_number = said.segments.iter().all(|segment| segment.spelling == Spelling::Number);
    let is_id = said.part == Part::Data(true) && (said.key == Key::Alone || !text.contains(&b' '));
    said.label.is_none() && (is_number || is_id)
}

/// An index of secrets with at least `N` letters and digits.
#[derive(Default)]
struct Index<const N: usize> {
    /// The lengths of the secrets that begin with these letters and digits.
    lens: HashMap<[u8; N], Vec<usize>>,
    numbers: HashMap<Box<[u8]>, usize>,
}

impl<const N: usize> Index<N> {
    /// Adds a secret. One with the same letters and digits is found in the same places.
    fn add(&mut self, key: &[u8], number: usize) {
        let Some(first) = key.first_chunk() else { return };
        let lens = self.lens.entry(*first).or_default();
        if !lens.contains(&key.len()) {
            lens.push(key.len());
        }
        self.numbers.entry(key.into()).or_insert(number);
    }

    /// Returns the secrets that the text begins with.
    fn at(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let lens = text.first_chunk().and_then(|first| self.lens.get(first)).into_iter().flatten();
        lens.filter_map(move |len| self.numbers.get(text.get(..*len)?).copied())
    }
}

impl Secret<'_> {
    /// Returns the part of the mask for some of the letters and digits of the secret.
    fn part(&self, start: usize, end: usize) -> String {
        let mask: Vec<char> = self.mask.chars().filter(|c| !c.is_whitespace()).collect();
        if mask.len() == self.key.len() { mask[start..end].iter().collect() } else { "*".repeat(end - start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_text_are_the_same_with_and_without_tags() {
        for (text, key) in [
            ("My card: 12", "mycard12"),
            ("<p>My <b>card</b>:&nbsp;12</p>", "mycard12"),
            ("a < b & c", "abc"),
            ("contrase&ntilde;a", "contrasea"),
            ("contraseña", "contrasea"),
        ] {
            assert_eq!(key_of(text.as_bytes()), key.as_bytes(), "{text}");
        }
    }
}
