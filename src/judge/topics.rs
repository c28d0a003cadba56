//! Sets of topics.

use crate::detect::cues::Topic;

/// A set of topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Topics(u32);

impl Topics {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    pub(crate) fn with(self, topic: Topic) -> Self {
        Self(self.0 | 1 << topic as u32)
    }

    pub(crate) fn without(self, topic: Topic) -> Self {
        Self(self.0 & !(1 << topic as u32))
    }

    pub(crate) fn contains(self, topic: Topic) -> bool {
        self.0 & 1 << topic as u32 != 0
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has_secret(self) -> bool {
        !self.secrets().is_empty()
    }

    /// Returns the secret topics in this set.
    pub(super) fn secrets(self) -> Self {
        // Secret topics come first. There are eight of them.
        Self(self.0 & 0xff)
    }

    /// Returns the topics of this set that are not in `other`.
    pub(super) fn except(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the topics in both sets.
    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| self.contains(*topic))
    }
}

/// A set of secret topics, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Secrets(u8);

impl Secrets {
    pub(super) fn of(topics: Topics) -> Self {
        Self((topics.secrets().0) as u8)
    }

    pub(super) fn topics(self) -> Topics {
        Topics(u32::from(self.0))
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
