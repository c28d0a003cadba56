//! What is remembered of the most recent messages: the secrets they mentioned, what they asked for, and the model's
//! scores for their questions. No word or digit of a message is stored.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::detect::cues::Topic;
use crate::judge::topics::Topics;

/// The number of messages that are remembered.
pub(crate) const REMEMBERED: usize = 4;

/// The number of intents: the secret topics except the ambiguous code, and anything harmless.
pub(crate) const INTENTS: usize = 8;

/// The memory of one message, packed into 64 bits: the topics that it asks for (18 bits), the secret topics that it
/// names (8), the secrets that it gave (7), four flags, and three bits of score for each intent.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recent(u64);

const SPOKEN: u32 = Topic::ALL.len() as u32;
const GAVE: u32 = SPOKEN + 8;
const FLAGS: u32 = GAVE + 7;
const SCORES: u32 = FLAGS + 4;

impl Recent {
    const THERE: u64 = 1 << FLAGS;
    const SERVES: u64 = 1 << (FLAGS + 1);
    const ASKS: u64 = 1 << (FLAGS + 2);
    const NUMBER: u64 = 1 << (FLAGS + 3);

    /// Returns the memory of a message without anything of interest.
    pub(crate) fn silent(serves: bool) -> Self {
        Self(Self::THERE | if serves { Self::SERVES } else { 0 })
    }

    /// Returns whether this holds a message at all.
    pub(crate) fn is_there(self) -> bool {
        self.0 & Self::THERE != 0
    }

    /// Returns whether the speaker was an agent or a bot.
    pub(crate) fn serves(self) -> bool {
        self.0 & Self::SERVES != 0
    }

    /// Returns whether it is a question or a request.
    pub(crate) fn asks(self) -> bool {
        self.0 & Self::ASKS != 0
    }

    pub(crate) fn set_asks(&mut self) {
        self.0 |= Self::ASKS;
    }

    /// Returns whether it contains a number that is not harmless by its shape.
    pub(crate) fn has_number(self) -> bool {
        self.0 & Self::NUMBER != 0
    }

    pub(crate) fn set_number(&mut self) {
        self.0 |= Self::NUMBER;
    }

    fn bits(self, from: u32, width: u32) -> u32 {
        (self.0 >> from) as u32 & ((1 << width) - 1)
    }

    /// Returns the topics that it asks for, according to the rules.
    pub(crate) fn asked(self) -> Topics {
        Topics::from_bits(self.bits(0, SPOKEN))
    }

    /// Returns the secret topics that it names.
    pub(crate) fn spoken(self) -> Topics {
        Topics::from_bits(self.bits(SPOKEN, 8))
    }

    pub(crate) fn set_topics(&mut self, asked: Topics, spoken: Topics) {
        self.0 |= u64::from(asked.bits()) | u64::from(spoken.bits() & 0xff) << SPOKEN;
    }

    /// Returns the secrets that it gave, one bit each in the order of the topics.
    pub(crate) fn gave(self) -> u32 {
        self.bits(GAVE, 7)
    }

    pub(crate) fn set_gave(&mut self, gave: Topics) {
        self.0 |= u64::from(gave.bits() & 0x7f) << GAVE;
    }

    /// Returns the score of each intent: 4 means even odds, and each step is one nat. All are 0 if the model did not
    /// score the message.
    pub(crate) fn scores(self) -> [u8; INTENTS] {
        std::array::from_fn(|i| self.bits(SCORES + 3 * i as u32, 3) as u8)
    }

    /// Returns the bits of the scores of these intents, one bit each, that are set if a score is at least 2: from there on,
    /// the question may ask for it.
    const fn likely(intents: u32) -> u64 {
        let (mut bits, mut at) = (0, 0);
        while at < INTENTS {
            bits |= (0b110 * (intents >> at & 1) as u64) << (SCORES + 3 * at as u32);
            at += 1;
        }
        bits
    }

    /// Returns whether it may ask for a secret.
    pub(crate) fn may_ask_for_a_secret(self) -> bool {
        const SECRETS: u64 = Recent::likely((1 << (INTENTS - 1)) - 1);
        self.0 & SECRETS != 0
    }

    /// Returns whether it may ask for a password.
    pub(crate) fn may_ask_for_a_password(self) -> bool {
        const PASSWORD: u64 = Recent::likely(1 << Topic::Password as u32);
        self.0 & PASSWORD != 0
    }

    pub(crate) fn set_scores(&mut self, scores: [u8; INTENTS]) {
        for (i, score) in scores.into_iter().enumerate() {
            self.0 |= u64::from(score & 7) << (SCORES + 3 * i as u32);
        }
    }

    /// Encodes the memory in letters, so that no number can be read in it.
    fn letters(self) -> String {
        (0..16).map(|i| char::from(b'a' + (self.0 >> (4 * i) & 15) as u8)).collect()
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.letters())
    }
}

impl Serialize for Recent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.letters())
    }
}

impl<'de> Deserialize<'de> for Recent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let letters = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let digit = |letter: u8| (b'a'..=b'p').contains(&letter).then(|| u64::from(letter - b'a'));
        let bits = letters.bytes().rev().try_fold(0, |all: u64, letter| Some(all << 4 | digit(letter)?));
        bits.filter(|_| letters.len() == 16)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not a remembered message"))
    }
}
