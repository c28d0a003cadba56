//! The conversations of a transcript and their speakers.

use std::collections::HashMap;

use crate::transcript::{ConversationKey, Speakers};
use lastfour::{Conversation, Role};

/// Number of recently active conversations that are remembered at least. At most twice as many are held.
const REMEMBERED: usize = 5_000;

/// The longest id that is kept, in bytes. Longer ones are compared by their start and length.
const LONGEST_ID: usize = 256;

/// A conversation and its speakers.
#[derive(Default, Clone)]
pub(crate) struct Talk {
    pub(crate) conversation: Conversation,
    speakers: Speakers,
}

impl Talk {
    /// Returns the role of a speaker; a customer if there is no name.
    pub(crate) fn role(&mut self, speaker: Option<&str>) -> Role {
        speaker.map_or(Role::Customer, |name| self.speakers.role(name))
    }
}

/// The conversations of a transcript. If there are thousands, the least recently active are forgotten.
pub(crate) struct Talks {
    /// A new conversation, with the roles given by the user.
    fresh: Talk,
    /// The conversation of messages without an id.
    whole: Talk,
    /// The conversation of the current record.
    record: Talk,
    /// Conversations with an id, in two generations: the older is dropped when the younger is full.
    young: HashMap<Box<[u8]>, Talk>,
    old: HashMap<Box<[u8]>, Talk>,
}

impl Talks {
    pub(crate) fn new(roles: &[(String, Role)]) -> Self {
        let mut fresh = Talk::default();
        for (name, role) in roles {
            fresh.speakers.assign(name, *role);
        }
        Self { whole: fresh.clone(), record: fresh.clone(), fresh, young: HashMap::new(), old: HashMap::new() }
    }

    /// Announces speakers of the conversation of the transcript.
    pub(crate) fn meet(&mut self, names: &[String]) {
        for name in names {
            self.whole.speakers.meet(name);
        }
    }

    /// Starts a record with a new conversation of its own.
    pub(crate) fn begin_record(&mut self) {
        if self.record.conversation.turns() > 0 {
            self.record = self.fresh.clone();
        }
    }

    /// Returns the conversation of a text.
    pub(crate) fn of(&mut self, key: &ConversationKey<'_>) -> &mut Talk {
        match key {
            ConversationKey::Transcript => &mut self.whole,
            ConversationKey::Record => &mut self.record,
            ConversationKey::Alone => {
                self.record = self.fresh.clone();
                &mut self.record
            }
            ConversationKey::Id(id) => {
                let key = short(id);
                if !self.young.contains_key(&*key) {
                    let talk = self.old.remove(&*key).unwrap_or_else(|| self.fresh.clone());
                    if self.young.len() >= REMEMBERED {
                        self.old = std::mem::take(&mut self.young);
                    }
                    self.young.insert(key.as_ref().into(), talk);
                }
                self.young.get_mut(&*key).unwrap_or(&mut self.whole)
            }
        }
    }
}

fn short(id: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if id.len() <= LONGEST_ID {
        return id.into();
    }
    let mut short = id[..LONGEST_ID].to_vec();
    short.extend_from_slice(&id.len().to_le_bytes());
    short.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lastfour::{Engine, Message};
    use std::borrow::Cow;

    fn say(talks: &mut Talks, id: usize) -> u32 {
        let id = id.to_string().into_bytes();
        let talk = talks.of(&ConversationKey::Id(Cow::Owned(id)));
        let _ = Engine::default().scan(&mut talk.conversation, &Message::customer("hello"));
        talk.conversation.turns()
    }

    #[test]
    fn an_active_conversation_is_remembered_among_many_others() {
        let mut talks = Talks::new(&[]);
        assert_eq!(say(&mut talks, 0), 1);
        for other in 1..20_000 {
            assert_eq!(say(&mut talks, other), 1);
            if other % 1_000 == 0 {
                assert_eq!(say(&mut talks, 0), u32::try_from(1 + other / 1_000).unwrap());
            }
        }
        assert!(talks.young.len() + talks.old.len() <= 2 * REMEMBERED);
        // Conversation 1 was not active for long and starts anew.
        assert_eq!(say(&mut talks, 1), 1);
    }

    #[test]
    fn given_roles_apply_in_every_conversation() {
        let mut talks = Talks::new(&[("Jane".into(), Role::Agent)]);
        assert_eq!(talks.of(&ConversationKey::Transcript).role(Some("jane")), Role::Agent);
        assert_eq!(talks.of(&ConversationKey::Id(Cow::Borrowed(b"x"))).role(Some("Jane")), Role::Agent);
        assert_eq!(talks.of(&ConversationKey::Record).role(None), Role::Customer);
    }

    #[test]
    fn long_ids_are_compared_by_start_and_length() {
        assert_eq!(&*short(b"abc"), b"abc");
        assert!(short(&[b'x'; 10_000]).len() < 300);
        assert_ne!(short(&[b'x'; 10_000]), short(&[b'x'; 10_001]));
    }
}
