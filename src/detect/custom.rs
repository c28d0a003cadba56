//! Detectors that the user defines: a pattern, the words that must stand near it, a checksum.
//!
//! What comes in is a view. What goes out are the places where the pattern matches, the checksum holds and a cue is
//! near. What is promised: linear time, no match that is empty or longer than [`CustomDetector::LONGEST`] bytes, and
//! that every example given with the detector does what it is an example of. What is refused when the detector is
//! built: a pattern without a longest match, one that matches nothing, one that is tied to the start or the end of the
//! message (a message may arrive in pieces).
//!
//! ```
//! use lastfour::Checksum;
//! use lastfour::CustomDetector;
//!
//! let loyalty = CustomDetector::builder("loyalty", r"\b[A-Z]{2}\d{8}\b")
//!     .before(["loyalty", "número de socio"])
//!     .checksum(Checksum::Luhn)
//!     .hit("my loyalty no. is AB12345674")
//!     .miss("my order is AB12345674")
//!     .build()?;
//! assert_eq!(loyalty.find(b"Numero de socio: CD12345674").count(), 1);
//! assert_eq!(loyalty.find(b"Numero de socio: CD12345678").count(), 0); // the checksum does not hold
//! # Ok::<(), lastfour::DetectorError>(())
//! ```

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::checksum::Checksum;
use crate::entity::{CustomId, Entity};
use crate::evidence::Evidence;
use crate::text::{View, ViewSpan};

/// A detector that the user defined. Immutable, cheap to clone.
#[derive(Clone)]
pub struct CustomDetector {
    compiled: Arc<Compiled>,
}

struct Compiled {
    id: CustomId,
    definition: CustomDetectorBuilder,
    pattern: Regex,
    /// The longest match, in bytes of the view.
    longest: usize,
    before: Option<Regex>,
    after: Option<Regex>,
}

/// A check of the user's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check(fn(&[u8]) -> bool);

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for Check {}

impl Check {
    /// Whether it holds for the letters and digits of a match, which is no longer than [`CustomDetector::LONGEST`].
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

/// What a [`CustomDetector`] is made of. Made by [`CustomDetector::builder`].
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
    /// The most bytes a pattern may match.
    pub const LONGEST: usize = 256;
    /// How many bytes of the view before or after a match are searched for cues where nothing else is said.
    pub const WINDOW: usize = 60;
    /// The widest window, in bytes.
    pub const WIDEST_WINDOW: usize = 200;

    /// A detector to be: what it finds is the entity `id` (1 to 24 of `a-z`, `0-9` and `-`).
    ///
    /// `pattern` is in the syntax of the `regex` crate over the bytes of the view: `\d`, `\w`, `\b` and `(?i)` are
    /// ASCII. What it sees is the view: digits of other scripts, number words and accented letters have become plain ASCII
    /// before, and what cannot be seen is gone. The whole match is the secret.
    ///
    /// A text that streams is held back by so many bytes as the longest match of the pattern has
    /// ([`longest_match`](Self::longest_match)), and the window where there are cues [`after`](CustomDetectorBuilder::after)
    /// it. A pattern without needless slack, `[a-z]{2,12}` rather than `.{1,200}`, keeps a stream quick.
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

    /// Its id.
    #[must_use]
    pub fn id(&self) -> CustomId {
        self.compiled.id
    }

    /// The entity it finds.
    #[must_use]
    pub fn entity(&self) -> Entity {
        Entity::Custom(self.compiled.id)
    }

    /// The checksum that holds for what it finds.
    #[must_use]
    pub fn checksum(&self) -> Option<Checksum> {
        self.compiled.definition.checksum
    }

    /// Whether what it finds passes a check of the user's own; see [`CustomDetectorBuilder::check`].
    #[must_use]
    pub fn has_check(&self) -> bool {
        self.compiled.definition.check.is_some()
    }

    /// The reasons for what it finds: what had to hold beside its pattern.
    pub(crate) fn evidence(&self) -> Evidence {
        Evidence {
            checksum: self.checksum().map(Checksum::as_str),
            checked: self.has_check(),
            cued: self.needs_cue(),
            ..Evidence::default()
        }
    }

    /// Whether the checksum and the check hold for a match.
    fn holds(&self, found: &[u8]) -> bool {
        self.checksum().is_none_or(|checksum| checksum.holds(found))
            && self.compiled.definition.check.is_none_or(|check| check.holds(found))
    }

    /// Whether what it finds stands near one of its cues.
    #[must_use]
    pub fn needs_cue(&self) -> bool {
        self.compiled.before.is_some() || self.compiled.after.is_some()
    }

    /// The most bytes of the view that its pattern matches: never more than [`LONGEST`](Self::LONGEST).
    ///
    /// ```
    /// use lastfour::CustomDetector;
    /// let loyalty = CustomDetector::builder("loyalty", r"\b[A-Z]{2}\d{8}\b").build()?;
    /// assert_eq!(loyalty.longest_match(), 10);
    /// # Ok::<(), lastfour::DetectorError>(())
    /// ```
    #[must_use]
    pub fn longest_match(&self) -> usize {
        self.compiled.longest
    }

    /// How many bytes of the view from the start of a match on may matter to it: the longest match, the window where a
    /// cue may stand after it, and the byte that ends a word.
    pub(crate) fn reach(&self) -> usize {
        let window = if self.compiled.after.is_some() { self.compiled.definition.window } else { 0 };
        self.longest_match() + window + 1
    }

    /// How many bytes of the view before a match may matter to it: the window where a cue may stand before it, with the
    /// byte that begins a word.
    pub(crate) fn reach_back(&self) -> usize {
        if self.compiled.before.is_some() { self.compiled.definition.window + 1 } else { 1 }
    }

    /// What it was made of.
    pub fn definition(&self) -> &CustomDetectorBuilder {
        &self.compiled.definition
    }

    /// Where it finds something in a view: disjoint, in order.
    pub fn find<'v>(&self, view: &'v [u8]) -> impl Iterator<Item = ViewSpan> + use<'_, 'v> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while let Some(found) = self.compiled.pattern.find_at(view, at) {
                if !self.holds(found.as_bytes()) {
                    // A number that took in its neighbour must not hide itself: try again one byte on. A match has a
                    // shortest and a longest length, so this ends and stays linear.
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
    /// Words or phrases one of which must stand before the match (or one of [`after`](Self::after) after it).
    ///
    /// Whole words, in upper or lower case, with or without accents; a space is any short gap. Without any cue at all
    /// the pattern and the checksum suffice.
    pub fn before<S: Into<String>>(mut self, cues: impl IntoIterator<Item = S>) -> Self {
        self.before.extend(cues.into_iter().map(Into::into));
        self
    }

    /// As [`before`](Self::before), after the match.
    pub fn after<S: Into<String>>(mut self, cues: impl IntoIterator<Item = S>) -> Self {
        self.after.extend(cues.into_iter().map(Into::into));
        self
    }

    /// How many bytes of the view before and after the match are searched for cues: 60 where nothing is said, 200 at
    /// most.
    pub fn window(mut self, bytes: usize) -> Self {
        self.window = bytes;
        self
    }

    /// The checksum that must hold.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// A check of one's own that must hold, beside the [`checksum`](Self::checksum) where there is one: for check digits
    /// that [`Checksum`] does not know.
    ///
    /// It is given the ASCII letters and digits of a match as they stand in the view, without what separates them, and
    /// tells whether they are what is looked for. It is called for every match of the pattern while a message is scanned:
    /// it must be quick, must not panic and must always answer the same. A policy that is written as TOML does not hold
    /// it, and says so.
    ///
    /// ```
    /// use lastfour::CustomDetector;
    ///
    /// // A Spanish identity number: eight digits, and a letter that follows from their remainder.
    /// fn letter_fits(dni: &[u8]) -> bool {
    ///     let Some((letter, digits)) = dni.split_last() else { return false };
    ///     let number = digits.iter().fold(0, |n, digit| n * 10 + usize::from(digit - b'0'));
    ///     b"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == letter.to_ascii_uppercase()
    /// }
    ///
    /// let dni = CustomDetector::builder("dni", r"(?i)\b\d{8}-?[a-z]\b").check(letter_fits).hit("12345678-Z").build()?;
    /// assert_eq!(dni.find(b"12345678z, 12345678-A").count(), 1);
    /// # Ok::<(), lastfour::DetectorError>(())
    /// ```
    pub fn check(mut self, holds: fn(&[u8]) -> bool) -> Self {
        self.check = Some(Check(holds));
        self
    }

    /// A text in which something must be found, else the detector is refused.
    pub fn hit(mut self, text: impl Into<String>) -> Self {
        self.hits.push(text.into());
        self
    }

    /// A text in which nothing may be found, else the detector is refused.
    pub fn miss(mut self, text: impl Into<String>) -> Self {
        self.misses.push(text.into());
        self
    }

    /// Compiles the detector and tries its examples.
    ///
    /// # Errors
    ///
    /// Whatever [`DetectorError`] names.
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
    /// What is missing in a view in which nothing is found: the first thing that no match gets past.
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

/// The most memory a compiled pattern may take, in bytes: enough for every pattern of a shape, too little for a flood.
const PATTERN_BYTES: usize = 1 << 20;

/// The longest cue, in bytes.
const LONGEST_CUE: usize = 64;

/// The pattern, and the most bytes that it matches.
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

/// One pattern for all cues: whole words, any case, accents optional, spaces stretched.
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

/// Why nothing is found in an example in which something should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lacks {
    /// The pattern matches nowhere.
    Pattern,
    /// The pattern matches, and the checksum does not hold.
    Checksum,
    /// The pattern matches, and the check of the user's own does not hold.
    Check,
    /// The pattern matches and what was to be checked holds, and no cue stands near.
    Cue,
}

impl fmt::Display for Lacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pattern => {
                "the pattern matches nowhere in it, as it is read: digits and letters have become plain ASCII"
            }
            Self::Checksum => "the pattern matches and the checksum does not hold",
            Self::Check => "the pattern matches and the check does not hold",
            Self::Cue => "the pattern matches and no cue stands near: look at before, after and window",
        })
    }
}

/// Why a detector is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DetectorError {
    /// The id is empty, too long, has other characters than `a-z`, `0-9` and `-`, or is that of a built-in entity.
    Id,
    /// The pattern does not follow the syntax of the `regex` crate.
    Syntax {
        /// Where in the pattern, in characters from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The pattern can match without an end or more than [`CustomDetector::LONGEST`] bytes.
    Unbounded,
    /// The pattern can match the empty text.
    MatchesNothing,
    /// The pattern is tied to the start or the end of the message.
    Anchored,
    /// The pattern or the list of cues is too large to compile.
    TooLarge,
    /// A cue is empty or longer than 64 bytes.
    Cue,
    /// The window is wider than [`CustomDetector::WIDEST_WINDOW`] bytes.
    Window,
    /// Nothing is found in an example in which something should be.
    HitNotFound {
        /// Which of the examples, from 0.
        index: usize,
        /// What is missing in it.
        lacks: Lacks,
    },
    /// Something is found in an example in which nothing should be.
    MissFound {
        /// Which of the examples, from 0.
        index: usize,
    },
}

impl fmt::Display for DetectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => write!(
                f,
                "the id of a detector is 1 to {} of a-z, 0-9 and -, and not the name of a built-in entity",
                CustomId::MAX
            ),
            Self::Syntax { column, problem } => write!(f, "the pattern is not valid at character {column}: {problem}"),
            Self::Unbounded => write!(
                f,
                "the pattern may match more than {} bytes: give each repetition an end, such as {{1,20}} for +",
                CustomDetector::LONGEST
            ),
            Self::MatchesNothing => f.write_str("the pattern matches the empty text: make a part of it mandatory"),
            Self::Anchored => f.write_str(
                "the pattern is tied to the start or the end of the message, which may arrive in pieces: use \\b",
            ),
            Self::TooLarge => f.write_str("the pattern or the list of cues is too large: make it shorter"),
            Self::Cue => write!(f, "a cue is a word or a phrase of 1 to {LONGEST_CUE} bytes"),
            Self::Window => write!(f, "the window is at most {} bytes", CustomDetector::WIDEST_WINDOW),
            Self::HitNotFound { index, lacks } => {
                write!(f, "nothing is found in number {} of the texts that should hit: {lacks}", index + 1)
            }
            Self::MissFound { index } => {
                write!(f, "something is found in number {} of the texts that should miss", index + 1)
            }
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
    fn a_cue_must_stand_near_before_or_after() {
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
    fn a_cue_that_is_glued_to_the_match_counts() {
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
    fn a_checksum_that_does_not_hold_is_no_match() {
        let card = || CustomDetector::builder("store-card", r"\b\d{11}\b").checksum(Checksum::Luhn);
        assert_eq!(find(card(), "49927398716"), ["49927398716"]);
        assert!(find(card(), "49927398717").is_empty());
    }

    #[test]
    fn a_check_of_ones_own_sees_letters_and_digits_alone_and_decides() {
        let even = |plain: &[u8]| plain.len() == 6 && plain.iter().filter(|b| b.is_ascii_digit()).all(|b| b % 2 == 0);
        let badge = || CustomDetector::builder("badge", r"\b[A-Z]{2}[ -]?\d\d-\d\d\b").check(even);
        assert_eq!(find(badge(), "AB 24-68, AB-24-67, CD22-44"), ["AB 24-68", "CD22-44"]);
        let error = refused(badge().hit("AB 24-67"));
        assert_eq!(error, DetectorError::HitNotFound { index: 0, lacks: Lacks::Check });
        assert!(error.to_string().contains("the check does not hold"), "{error}");
        assert_eq!(badge(), badge().window(60));
    }

    #[test]
    fn an_example_that_does_not_hit_is_told_what_it_lacks() {
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
    fn bytes_that_are_no_text_are_searched_too() {
        let badge = CustomDetector::builder("badge", r"\bE-\d{5}\b").build().unwrap();
        assert_eq!(badge.find(b"\xFF\xFEE-12345\xC3").count(), 1);
    }

    #[test]
    fn what_cannot_be_searched_in_pieces_or_in_bounded_memory_is_refused() {
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
    fn what_makes_no_detector_is_refused() {
        let badge = |id: &str| CustomDetector::builder(id, r"\d{3}");
        for id in ["", "card", "Badge", "-x", "a-name-of-more-than-24-characters"] {
            assert_eq!(refused(badge(id)), DetectorError::Id, "{id}");
        }
        assert_eq!(refused(badge("x").before([" "])), DetectorError::Cue);
        assert_eq!(refused(badge("x").after(["x".repeat(65)])), DetectorError::Cue);
        assert_eq!(refused(badge("x").window(201)), DetectorError::Window);
    }

    #[test]
    fn every_example_must_do_what_it_is_an_example_of() {
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
    fn an_example_is_read_as_a_message_is() {
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
    fn a_megabyte_of_near_misses_takes_no_more_than_its_share() {
        let detector =
            CustomDetector::builder("x", r"\d{16}").checksum(Checksum::Iban).before(["member"]).build().unwrap();
        let time = |len: usize| {
            let text = vec![b'7'; len];
            let start = std::time::Instant::now();
            assert_eq!(detector.find(&text).count(), 0);
            start.elapsed()
        };
        let (small, large) = (time(10_000), time(100_000));
        assert!(large < 40 * small.max(std::time::Duration::from_millis(1)), "{small:?} {large:?}");
    }
}
