//! The conversations of a transcript.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use lastfour::{Conversation, EarlierPieces, Finding, Span};

use super::echo::key_of;
use super::record::Key;
use super::speakers::{GivenRoles, Speakers};

/// The minimum number of recently active conversations that are remembered. At most twice as many are held.
const REMEMBERED: usize = 5_000;

/// A conversation and its speakers.
#[derive(Default, Clone)]
pub(crate) struct Talk {
    pub(crate) conversation: Conversation,
    pub(crate) earlier: EarlierPieces,
    pub(crate) speakers: Speakers,
    /// The latest messages with secrets, in case they are quoted.
    pub(crate) masked: VecDeque<Arc<Masked>>,
    /// Hashes of the words of the latest messages, by which repeated quotations are recognized.
    pub(crate) word_hashes: VecDeque<u64>,
}

/// The number of latest messages of a conversation whose words are remembered.
const REMEMBERED_MESSAGES: usize = 64;

impl Talk {
    /// Remembers the words of a message. Returns whether it is a quotation of an earlier message.
    pub(crate) fn remember_words(&mut self, text: &[u8], is_quotation: bool) -> bool {
        let mut hasher = DefaultHasher::new();
        key_of(text).hash(&mut hasher);
        let hash = hasher.finish();
        if self.word_hashes.contains(&hash) {
            return is_quotation;
        }
        self.word_hashes.push_back(hash);
        if self.word_hashes.len() > REMEMBERED_MESSAGES {
            self.word_hashes.pop_front();
        }
        false
    }
}

/// A message in which something was masked.
pub(crate) struct Masked {
    /// Its letters and digits.
    pub(crate) key: Vec<u8>,
    /// The secrets among them, with their replacements.
    pub(crate) secrets: Vec<(Span, String, Finding)>,
}

/// The conversations of a transcript. If there are thousands, the least recently active ones are forgotten.
pub(crate) struct Talks {
    /// A new conversation with the roles given by the user.
    fresh: Talk,
    /// The conversation of messages without a key.
    whole: Talk,
    /// The others, in two generations. The older one is dropped when the younger one is full.
    young: HashMap<Key, Talk>,
    old: HashMap<Key, Talk>,
}

impl Talks {
    pub(crate) fn new(roles: &GivenRoles) -> Self {
        let fresh = Talk { speakers: Speakers::new(roles), ..Talk::default() };
        Self { whole: fresh.clone(), fresh, young: HashMap::new(), old: HashMap::new() }
    }

    /// Takes the conversation with this key out. The caller must [put it back](Self::put).
    pub(crate) fn take(&mut self, key: &Key) -> Talk {
        if matches!(key, Key::Transcript | Key::Alone) {
            return std::mem::take(&mut self.whole);
        }
        self.young.remove(key).or_else(|| self.old.remove(key)).unwrap_or_else(|| self.fresh.clone())
    }

    /// Puts a conversation back as the most recently active one.
    pub(crate) fn put(&mut self, key: Key, talk: Talk) {
        if matches!(key, Key::Transcript | Key::Alone) {
            self.whole = talk;
            return;
        }
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, talk);
    }
}

#[cfg(test)]
mod tests {
    use lastfour::{Engine, Message};

    use super::*;

    fn say(talks: &mut Talks, id: usize) -> u32 {
        let key = Key::Id(Arc::from(id.to_string().into_bytes()));
        let mut talk = talks.take(&key);
        let _ = Engine::default().scan(&mut talk.conversation, &Message::customer("hello"));
        let turns = talk.conversation.turns();
        talks.put(key, talk);
        turns
    }

    #[test]
    fn an_active_conversation_is_remembered_among_many() {
        let mut talks = Talks::new(&GivenRoles::default());
        assert_eq!(say(&mut talks, 0), 1);
        for other in 1..20_000 {
            assert_eq!(say(&mut talks, other), 1);
            if other % 1_000 == 0 {
                assert_eq!(say(&mut talks, 0), u32::try_from(1 + other / 1_000).unwrap());
            }
        }
        assert!(talks.young.len() + talks.old.len() <= 2 * REMEMBERED);
        // Conversation 1 was inactive for a long time and starts anew.
        assert_eq!(say(&mut talks, 1), 1);
    }
}
