//! Custom detectors: a pattern, cues that must be near it, and a checksum.
//!
//! A detector finds the matches of its pattern in a view for which the checksum is valid and a cue is near. It runs in
//! linear time, and a match has between 1 and [`CustomDetector::LONGEST`] bytes. Building a detector checks its examples,
//! and fails if the pattern has no longest match, can be empty, or is anchored to the start or end of the message, which
//! may arrive in chunks.
//!
//! ```
//! use lastfour::{Checksum, CustomDetector, Engine, Policy};
//!
//! let loyalty = CustomDetector::builder("loyalty", r"\b[A-Z]{2}\d{8}\b")
//!     .before(["loyalty", "número de socio"])
//!     .checksum(Checksum::Luhn)
//!     .hit("my loyalty no. is AB12345674")
//!     .miss("my order is AB12345674")
//!     .build()?;
//! let engine = Engine::new(Policy::builder().detector(loyalty).build()?);
//! assert_eq!(engine.redact("Numero de socio: CD12345674"), "Numero de socio: **********");
//! assert_eq!(engine.redact("Numero de socio: CD12345678"), "Numero de socio: CD12345678"); // invalid checksum
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::checksum::Checksum;
use crate::entity::{CustomId, Entity};
use crate::evidence::Evidence;
use crate::steps;
use crate::text::{View, ViewSpan};

/// A detector defined by the user. Immutable and cheap to clone.
#[derive(Clone)]
pub struct CustomDetector {
    compiled: Arc<Compiled>,
}

struct Compiled {
    id: CustomId,
    definition: CustomDetectorBuilder,
    pattern: Regex,
    /// The length of the longest match in bytes of the view.
    longest: usize,
    before: Option<Regex>,
    after: Option<Regex>,
}

/// A check function defined by the user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check(fn(&[u8]) -> bool);

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for Check {}

impl Check {
    /// Returns whether the function accepts the letters and digits of a match of at most [`CustomDetector::LONGEST`]
    /// bytes.
    fn holds(self, found: &[u8]) -> bool {
        let mut plain = [0; CustomDetector::LONGEST];
        let mut len = 0;
        for (to, byte) in plain.iter_mut().zip(found.iter().filter(|byte| byte.is_ascii_alphanumeric())) {
            *to = *byte;
            len += 1;
        }
        (self.0)(&plain[..len])
    }
}

/// Builds a [`CustomDetector`]. Created by [`CustomDetector::builder`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct CustomDetectorBuilder {
    pub(crate) id: String,
    pub(crate) pattern: String,
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
    pub(crate) window: usize,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) check: Option<Check>,
    pub(crate) hits: Vec<String>,
    pub(crate) misses: Vec<String>,
}

impl CustomDetector {
    /// The maximum length of a match in bytes.
    pub const LONGEST: usize = 256;
    /// The default number of bytes before and after a match that are searched for cues.
    pub const WINDOW: usize = 60;
    /// The maximum of [`CustomDetectorBuilder::window`] in bytes.
    pub const WIDEST_WINDOW: usize = 200;

    /// Starts building a detector that reports the entity `id` (1 to 24 characters of `a-z`, `0-9` and `-`).
    ///
    /// `pattern` uses the syntax of the `regex` crate in ASCII mode: `\d`, `\w`, `\b` and `(?i)` match ASCII only. It runs
    /// on normalized text, in which digits of other scripts, number words and accented letters are plain ASCII and
    /// invisible characters are gone. The whole match is the secret.
    ///
    /// Streams are delayed by the length of the longest match, at most [`LONGEST`](Self::LONGEST) bytes, plus the window if
    /// there are cues [`after`](CustomDetectorBuilder::after) the match. Use tight patterns: `[a-z]{2,12}` rather than `.{1,200}`.
    pub fn builder(id: impl Into<String>, pattern: impl Into<String>) -> CustomDetectorBuilder {
        CustomDetectorBuilder {
            id: id.into(),
            pattern: pattern.into(),
            before: Vec::new(),
            after: Vec::new(),
            window: Self::WINDOW,
            checksum: None,
            check: None,
            hits: Vec::new(),
            misses: Vec::new(),
        }
    }

    /// Returns the id of the detector.
    #[must_use]
    pub fn id(&self) -> CustomId {
        self.compiled.id
    }

    /// Returns the entity that it reports.
    #[must_use]
    pub fn entity(&self) -> Entity {
        Entity::Custom(self.compiled.id)
    }

    /// Returns the checksum that matches must have, if any.
    #[must_use]
    pub fn checksum(&self) -> Option<Checksum> {
        self.compiled.definition.checksum
    }

    /// Returns whether matches must pass a check function; see [`CustomDetectorBuilder::check`].
    #[must_use]
    pub(crate) fn has_check(&self) -> bool {
        self.compiled.definition.check.is_some()
    }

    /// Returns the evidence of its findings.
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence {
            checksum: self.checksum().map(Checksum::as_str),
            checked: self.has_check(),
            cued: self.needs_cue(),
            ..Evidence::default()
        }
    }

    /// Returns whether a match passes the checksum and the check function.
    fn holds(&self, found: &[u8]) -> bool {
        self.checksum().is_none_or(|checksum| checksum.holds(found))
            && self.compiled.definition.check.is_none_or(|check| check.holds(found))
    }

    /// Returns whether matches must be near a cue.
    #[must_use]
    pub(crate) fn needs_cue(&self) -> bool {
        self.compiled.before.is_some() || self.compiled.after.is_some()
    }

    /// Returns the length of the longest match in bytes: at most [`LONGEST`](Self::LONGEST).
    #[must_use]
    pub(crate) fn longest_match(&self) -> usize {
        self.compiled.longest
    }

    /// Returns the number of bytes, from the start of a match, that can affect it: the longest match, the window if
    /// there are cues after it, and one byte to see where a word ends.
    pub(crate) fn reach(&self) -> usize {
        let window = if self.compiled.after.is_some() { self.compiled.definition.window } else { 0 };
        self.longest_match() + window + 1
    }

    /// Returns the number of bytes before a match that can affect it: the window if there are cues before it, and one
    /// byte to see where a word starts.
    pub(crate) fn reach_back(&self) -> usize {
        if self.compiled.before.is_some() { self.compiled.definition.window + 1 } else { 1 }
    }

    /// Returns the builder that it was built from.
    pub(crate) fn definition(&self) -> &CustomDetectorBuilder {
        &self.compiled.definition
    }

    /// Returns the matches in a normalized text, in order. They do not overlap.
    pub(crate) fn find<'v>(&self, view: &'v [u8]) -> impl Iterator<Item = ViewSpan> + use<'_, 'v> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(found) = self.compiled.pattern.find_at(view, at) {
                steps::add(found.len());
                if !self.holds(found.as_bytes()) {
                    // The match may include a neighbouring number. Retry one byte later. The length of a match is
                    // bounded, so this is linear.
                    at = found.start() + 1;
                    continue;
                }
                at = found.end();
                if self.cued(view, found.range()) {
                    return Some(ViewSpan::new(found.start(), found.end()));
                }
            }
            None
        })
    }

    fn cued(&self, view: &[u8], found: Range<usize>) -> bool {
        let window = self.compiled.definition.window;
        let from = found.start.saturating_sub(window);
        let to = view.len().min(found.end + window);
        let before = |cues: &Regex| cues.is_match_at(&view[..found.start], from);
        let after = |cues: &Regex| cues.is_match_at(&view[..to], found.end);
        !self.needs_cue()
            || self.compiled.before.as_ref().is_some_and(before)
            || self.compiled.after.as_ref().is_some_and(after)
    }
}

impl fmt::Debug for CustomDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CustomDetector").field(&self.compiled.id).finish()
    }
}

impl CustomDetectorBuilder {
    /// Adds words or phrases, one of which must precede the match unless one of [`after`](Self::after) follows it.
    ///
    /// Cues match whole words and ignore case and accents. A space matches a short gap. Without cues, the pattern and the
    /// checksum suffice.
    pub fn before<S: Into<String>>(mut self, cues: impl IntoIterator<Item = S>) -> Self {
        self.before.extend(cues.into_iter().map(Into::into));
        self
    }

    /// Adds words or phrases that may follow the match; see [`before`](Self::before).
    pub fn after<S: Into<String>>(mut self, cues: impl IntoIterator<Item = S>) -> Self {
        self.after.extend(cues.into_iter().map(Into::into));
        self
    }

    /// Sets the number of bytes before and after the match that are searched for cues: 60 by default, at most 200.
    pub fn window(mut self, bytes: usize) -> Self {
        self.window = bytes;
        self
    }

    /// Requires a valid checksum.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Requires that a function accepts the match, for check digits that [`Checksum`] does not know.
    ///
    /// The function receives the letters and digits of the match as ASCII bytes, without separators. It is called for
    /// every match of the pattern, so it must be fast, deterministic and must not panic. It is not included in a policy
    /// that is printed as TOML.
    ///
    /// ```
    /// use lastfour::{CustomDetector, Engine, Policy};
    ///
    /// // A Spanish identity number: eight digits, and a letter that follows from their remainder.
    /// fn letter_fits(dni: &[u8]) -> bool {
    ///     let Some((letter, digits)) = dni.split_last() else { return false };
    ///     let number = digits.iter().fold(0, |n, digit| n * 10 + usize::from(digit - b'0'));
    ///     b"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == letter.to_ascii_uppercase()
    /// }
    ///
    /// let dni = CustomDetector::builder("dni", r"(?i)\b\d{8}-?[a-z]\b").check(letter_fits).hit("12345678-Z").build()?;
    /// let engine = Engine::new(Policy::builder().detector(dni).build()?);
    /// assert_eq!(engine.redact("12345678z, 12345678-A"), "*********, 12345678-A");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(mut self, accepts: fn(&[u8]) -> bool) -> Self {
        self.check = Some(Check(accepts));
        self
    }

    /// Adds a text in which the detector must find something.
    pub fn hit(mut self, text: impl Into<String>) -> Self {
        self.hits.push(text.into());
        self
    }

    /// Adds a text in which the detector must find nothing.
    pub fn miss(mut self, text: impl Into<String>) -> Self {
        self.misses.push(text.into());
        self
    }

    /// Compiles the detector and checks its examples.
    ///
    /// # Errors
    ///
    /// Returns an error if a value is invalid or an example fails; see [`DetectorError`].
    pub fn build(self) -> Result<CustomDetector, DetectorError> {
        let id = CustomId::new(&self.id).ok_or(DetectorError::Id)?;
        if self.window > CustomDetector::WIDEST_WINDOW {
            return Err(DetectorError::Window);
        }
        let (pattern, longest) = compile_pattern(&self.pattern)?;
        let before = compile_cues(&self.before)?;
        let after = compile_cues(&self.after)?;
        let compiled = Compiled { id, definition: self, pattern, longest, before, after };
        let detector = CustomDetector { compiled: Arc::new(compiled) };
        detector.try_examples()?;
        Ok(detector)
    }
}

impl CustomDetector {
    fn try_examples(&self) -> Result<(), DetectorError> {
        let found = |text: &String| self.find(View::new(text.as_bytes()).text()).next().is_some();
        let CustomDetectorBuilder { hits, misses, .. } = self.definition();
        if let Some(index) = hits.iter().position(|text| !found(text)) {
            let lacks = self.lacks(View::new(hits[index].as_bytes()).text());
            return Err(DetectorError::HitNotFound { index, lacks });
        }
        if let Some(index) = misses.iter().position(found) {
            return Err(DetectorError::MissFound { index });
        }
        Ok(())
    }
}

impl CustomDetector {
    /// Returns what is missing in a text without findings.
    fn lacks(&self, view: &[u8]) -> Lacks {
        let mut lacks = Lacks::Pattern;
        let mut at = 0;
        while let Some(found) = self.compiled.pattern.find_at(view, at) {
            at = found.start() + 1;
            let checksum = self.checksum().is_none_or(|checksum| checksum.holds(found.as_bytes()));
            lacks = lacks.max(match (checksum, self.holds(found.as_bytes())) {
                (false, _) => Lacks::Checksum,
                (true, false) => Lacks::Check,
                (true, true) => Lacks::Cue,
            });
        }
        lacks
    }
}

/// The maximum size of a compiled pattern in bytes.
const PATTERN_BYTES: usize = 1 << 20;

/// The maximum length of a cue in bytes.
const LONGEST_CUE: usize = 64;

/// Compiles a pattern. Also returns the length of its longest match.
fn compile_pattern(pattern: &str) -> Result<(Regex, usize), DetectorError> {
    let syntax = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    let properties = match &syntax {
        Ok(syntax) => syntax.properties(),
        Err(regex_syntax::Error::Parse(error)) => {
            return Err(DetectorError::Syntax { column: error.span().start.column, problem: error.kind().to_string() });
        }
        Err(regex_syntax::Error::Translate(error)) => {
            return Err(DetectorError::Syntax { column: error.span().start.column, problem: error.kind().to_string() });
        }
        Err(error) => return Err(DetectorError::Syntax { column: 1, problem: error.to_string() }),
    };
    if properties.look_set().contains_anchor_haystack() {
        return Err(DetectorError::Anchored);
    }
    if properties.minimum_len().is_none_or(|len| len == 0) {
        return Err(DetectorError::MatchesNothing);
    }
    let longest = properties.maximum_len().filter(|len| *len <= CustomDetector::LONGEST);
    let longest = longest.ok_or(DetectorError::Unbounded)?;
    let built = RegexBuilder::new(pattern).unicode(false).size_limit(PATTERN_BYTES).build();
    built.map(|pattern| (pattern, longest)).map_err(|_| DetectorError::TooLarge)
}

/// Compiles all cues into one pattern that matches whole words and ignores case, accents and the width of spaces.
fn compile_cues(cues: &[String]) -> Result<Option<Regex>, DetectorError> {
    if cues.is_empty() {
        return Ok(None);
    }
    if cues.iter().any(|cue| cue.trim().is_empty() || cue.len() > LONGEST_CUE) {
        return Err(DetectorError::Cue);
    }
    let alternatives: Vec<_> = cues.iter().map(|cue| cue_pattern(cue.trim())).collect();
    let pattern = format!(r"(?i)\b{{start-half}}(?:{})\b{{end-half}}", alternatives.join("|"));
    let built = RegexBuilder::new(&pattern).unicode(false).size_limit(PATTERN_BYTES).build();
    built.map(Some).map_err(|_| DetectorError::TooLarge)
}

fn cue_pattern(cue: &str) -> String {
    // A combining mark (U+0300 to U+036F) after a letter that may have an accent.
    const MARK: &str = r"(?:\xCC[\x80-\xBF]|\xCD[\x80-\xAF])?";
    const ACCENTS: [(&str, &str); 6] = [
        ("a", "á|à|â|ä|ã|Á|À|Â|Ä|Ã"),
        ("e", "é|è|ê|ë|É|È|Ê|Ë"),
        ("i", "í|ì|î|ï|Í|Ì|Î|Ï"),
        ("o", "ó|ò|ô|ö|õ|Ó|Ò|Ô|Ö|Õ"),
        ("u", "ú|ù|û|ü|Ú|Ù|Û|Ü"),
        ("n", "ñ|Ñ"),
    ];
    let mut pattern = String::new();
    let mut spaced = false;
    for c in cue.chars() {
        if c.is_whitespace() {
            spaced = true;
            continue;
        }
        if std::mem::take(&mut spaced) {
            pattern.push_str(r"[\s_-]{1,4}");
        }
        let mut buffer = [0; 4];
        let c: &str = c.encode_utf8(&mut buffer);
        let accented =
            ACCENTS.iter().find(|(base, accents)| c.eq_ignore_ascii_case(base) || accents.split('|').any(|a| a == c));
        match accented {
            Some((base, accents)) => pattern.push_str(&format!("(?:{base}{MARK}|{accents})")),
            None => pattern.push_str(&regex_syntax::escape(c)),
        }
    }
    pattern
}

/// Why a detector finds nothing in an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lacks {
    /// The pattern does not match.
    Pattern,
    /// The pattern matches, but the checksum is invalid.
    Checksum,
    /// The pattern matches, but the check function rejects the match.
    Check,
    /// The pattern matches, but no cue is near.
    Cue,
}

impl fmt::Display for Lacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pattern => "the pattern does not match. It runs on normalized text: plain ASCII letters and digits",
            Self::Checksum => "the pattern matches, but the checksum is invalid",
            Self::Check => "the pattern matches, but the check function rejects it",
            Self::Cue => "the pattern matches, but no cue is near: check before, after and window",
        })
    }
}

/// Why a custom detector is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DetectorError {
    /// The id is empty, too long, starts with `-`, has characters other than `a-z`, `0-9` and `-`, or is the name of a
    /// built-in entity.
    Id,
    /// The pattern is not valid in the syntax of the `regex` crate.
    Syntax {
        /// The position in the pattern, in characters starting with 1.
        column: usize,
        /// The error of the `regex` crate.
        problem: String,
    },
    /// The pattern may match more than [`CustomDetector::LONGEST`] bytes.
    Unbounded,
    /// The pattern may match the empty text.
    MatchesNothing,
    /// The pattern is anchored to the start or end of the message.
    Anchored,
    /// The pattern or the list of cues is too large to compile.
    TooLarge,
    /// A cue is empty or longer than 64 bytes.
    Cue,
    /// The window is larger than [`CustomDetector::WIDEST_WINDOW`] bytes.
    Window,
    /// The detector finds nothing in one of its hits.
    HitNotFound {
        /// The index of the example, starting with 0.
        index: usize,
        /// What is missing.
        lacks: Lacks,
    },
    /// The detector finds something in one of its misses.
    MissFound {
        /// The index of the example, starting with 0.
        index: usize,
    },
}

impl fmt::Display for DetectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => write!(
                f,
                "the id of a detector has 1 to {} characters of a-z, 0-9 and -, and is not the name of a built-in entity",
                CustomId::MAX
            ),
            Self::Syntax { column, problem } => write!(f, "the pattern is invalid at character {column}: {problem}"),
            Self::Unbounded => write!(
                f,
                "the pattern may match more than {} bytes: limit each repetition, such as {{1,20}} for +",
                CustomDetector::LONGEST
            ),
            Self::MatchesNothing => f.write_str("the pattern may match the empty text"),
            Self::Anchored => f.write_str(
                "the pattern is anchored to the start or end of the message, which may arrive in chunks: use \\b",
            ),
            Self::TooLarge => f.write_str("the pattern or the list of cues is too large"),
            Self::Cue => write!(f, "a cue is a word or phrase of 1 to {LONGEST_CUE} bytes"),
            Self::Window => write!(f, "the window is at most {} bytes", CustomDetector::WIDEST_WINDOW),
            Self::HitNotFound { index, lacks } => {
                write!(f, "example {} of hits is not found: {lacks}", index + 1)
            }
            Self::MissFound { index } => write!(f, "example {} of misses is found, but must not be", index + 1),
        }
    }
}

impl std::error::Error for DetectorError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(detector: CustomDetectorBuilder, text: &str) -> Vec<String> {
        detector.build().unwrap().find(text.as_bytes()).map(|s| text[s.start..s.end].to_owned()).collect()
    }

    fn refused(detector: CustomDetectorBuilder) -> DetectorError {
        detector.build().unwrap_err()
    }

    #[test]
    fn a_pattern_without_cues_is_found_everywhere() {
        let badge = CustomDetector::builder("badge", r"\bE-\d{5}\b");
        assert_eq!(find(badge, "E-12345, E-1234, e-12345, E-54321."), ["E-12345", "E-54321"]);
    }

    #[test]
    fn a_cue_must_be_near_before_or_after() {
        let badge = || {
            CustomDetector::builder("badge", r"\b\d{5}\b").before(["badge number"]).after(["is my badge"]).window(20)
        };
        for text in ["badge number 12345", "BADGE  NUMBER: 12345", "Badge-number #12345 x", "12345 is my badge"] {
            assert_eq!(find(badge(), text), ["12345"], "{text}");
        }
        for text in ["12345", "badge number of the new colleague: 12345", "12345 badge number", "badger number 12345"] {
            assert!(find(badge(), text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_cue_that_touches_the_match_counts() {
        let badge = CustomDetector::builder("badge", r"\d{5}").before(["badge"]);
        assert_eq!(find(badge, "badge12345"), ["12345"]);
    }

    #[test]
    fn accents_are_optional_in_the_cue_and_in_the_text() {
        for cue in ["número de socio", "numero de socio", "NUMERO DE SOCIO"] {
            for text in
                ["número de socio 123", "Numero de socio 123", "NÚMERO DE SOCIO 123", "nu\u{301}mero de socio 123"]
            {
                let member = CustomDetector::builder("member", r"\b\d{3}\b").before([cue]);
                assert_eq!(find(member, text), ["123"], "{cue} {text}");
            }
        }
    }

    #[test]
    fn a_neighbour_that_breaks_the_checksum_does_not_hide_the_number() {
        let card = CustomDetector::builder("store-card", r"\d(?:[ -]?\d){9,17}").checksum(Checksum::Luhn);
        let found = find(card, "12 49927398716");
        assert_eq!(found, ["49927398716"]);
    }

    #[test]
    fn a_match_with_an_invalid_checksum_is_not_found() {
        let card = || CustomDetector::builder("store-card", r"\b\d{11}\b").checksum(Checksum::Luhn);
        assert_eq!(find(card(), "49927398716"), ["49927398716"]);
        assert!(find(card(), "49927398717").is_empty());
    }

    #[test]
    fn a_check_function_receives_letters_and_digits_only_and_decides() {
        let even = |plain: &[u8]| plain.len() == 6 && plain.iter().filter(|b| b.is_ascii_digit()).all(|b| b % 2 == 0);
        let badge = || CustomDetector::builder("badge", r"\b[A-Z]{2}[ -]?\d\d-\d\d\b").check(even);
        assert_eq!(find(badge(), "AB 24-68, AB-24-67, CD22-44"), ["AB 24-68", "CD22-44"]);
        let error = refused(badge().hit("AB 24-67"));
        assert_eq!(error, DetectorError::HitNotFound { index: 0, lacks: Lacks::Check });
        assert!(error.to_string().contains("the check function rejects it"), "{error}");
        assert_eq!(badge(), badge().window(60));
    }

    #[test]
    fn an_example_without_a_finding_is_reported_with_what_is_missing() {
        let lacks = |text: &str| {
            let card = CustomDetector::builder("store-card", r"\b\d{11}\b").checksum(Checksum::Luhn).before(["store"]);
            match refused(card.hit(text)) {
                DetectorError::HitNotFound { index: 0, lacks } => lacks,
                other => panic!("{other}"),
            }
        };
        assert_eq!(lacks("store 4992739871"), Lacks::Pattern);
        assert_eq!(lacks("store 49927398717"), Lacks::Checksum);
        assert_eq!(lacks("49927398716"), Lacks::Cue);
        assert_eq!(lacks("49927398716 or store 49927398717"), Lacks::Cue);
    }

    #[test]
    fn invalid_utf_8_is_searched_too() {
        let badge = CustomDetector::builder("badge", r"\bE-\d{5}\b").build().unwrap();
        assert_eq!(badge.find(b"\xFF\xFEE-12345\xC3").count(), 1);
    }

    #[test]
    fn patterns_that_need_unbounded_memory_or_the_whole_message_are_refused() {
        let with = |pattern: &str| refused(CustomDetector::builder("x", pattern));
        assert_eq!(with(r"\d+"), DetectorError::Unbounded);
        assert_eq!(with(r"\d{257}"), DetectorError::Unbounded);
        assert_eq!(with(r"\d{0,3}"), DetectorError::MatchesNothing);
        assert_eq!(with(r"\b"), DetectorError::MatchesNothing);
        assert_eq!(with(r"^\d{3}"), DetectorError::Anchored);
        assert_eq!(with(r"\d{3}\z"), DetectorError::Anchored);
        assert!(matches!(with(r"ab(\d"), DetectorError::Syntax { column: 3, .. }));
        assert!(matches!(with(r"\p{Greek}"), DetectorError::Syntax { column: 1, .. }));
        assert_eq!(
            with(r"(?:(?:[a-z]{1,3}[0-9]{1,3}){1,16}|(?:[0-9]{1,9}x){1,25}){1,2}{1,1}"),
            DetectorError::Unbounded
        );
    }

    #[test]
    fn invalid_ids_cues_and_windows_are_refused() {
        let badge = |id: &str| CustomDetector::builder(id, r"\d{3}");
        for id in ["", "card", "Badge", "-x", "a-name-of-more-than-24-characters"] {
            assert_eq!(refused(badge(id)), DetectorError::Id, "{id}");
        }
        assert_eq!(refused(badge("x").before([" "])), DetectorError::Cue);
        assert_eq!(refused(badge("x").after(["x".repeat(65)])), DetectorError::Cue);
        assert_eq!(refused(badge("x").window(201)), DetectorError::Window);
    }

    #[test]
    fn every_example_must_match_or_miss_as_stated() {
        let badge = || CustomDetector::builder("x", r"\b\d{3}\b").hit("123").miss("12");
        assert!(badge().build().is_ok());
        let lacks = |detector| match refused(detector) {
            DetectorError::HitNotFound { index: 1, lacks } => lacks,
            other => panic!("{other}"),
        };
        assert_eq!(lacks(badge().hit("1234")), Lacks::Pattern);
        assert_eq!(refused(badge().miss("123")), DetectorError::MissFound { index: 1 });
    }

    #[test]
    fn an_example_is_normalized_like_a_message() {
        assert!(CustomDetector::builder("x", r"\bN\d{3}\b").hit("Ñ４８２").hit("N4\u{200B}82").build().is_ok());
        assert_eq!(
            refused(CustomDetector::builder("x", "Ñ123").hit("Ñ123")),
            DetectorError::HitNotFound { index: 0, lacks: Lacks::Pattern }
        );
    }

    #[test]
    fn no_error_quotes_an_example() {
        let error = refused(CustomDetector::builder("x", r"\b\d{3}\b").hit("sesame"));
        assert!(!error.to_string().contains("sesame"), "{error}");
    }

    #[test]
    fn near_misses_take_linear_time() {
        let detector =
            CustomDetector::builder("x", r"\d{16}").checksum(Checksum::Iban).before(["member"]).build().unwrap();
        let steps = |len: usize| {
            let text = vec![b'7'; len];
            steps::count(|| assert_eq!(detector.find(&text).count(), 0))
        };
        let (small, large) = (steps(10_000), steps(40_000));
        assert!(small > 0 && large < 5 * small, "{small} steps, then {large}");
    }
}
