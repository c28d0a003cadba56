//! Assigns each speaker of a conversation a side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lastfour::Role;

use super::record::Speaker;
use super::roles::role_in_name;

/// The maximum number of speakers that are distinguished in one conversation. Further ones are unknown unless their
/// role is stated.
const MOST_SPEAKERS: usize = 64;

/// How the role of a speaker was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// The transcript states it, or the user has specified it.
    Stated,
    /// It was guessed from what the speakers say and from who speaks first.
    Guessed,
    /// It is not known.
    Unknown,
}

/// The roles of speakers that the user has specified.
#[derive(Debug, Clone, Default)]
pub(crate) struct GivenRoles(Arc<[GivenRole]>);

#[derive(Debug)]
struct GivenRole {
    name: String,
    /// The name in lower case, for comparisons.
    key: String,
    role: Role,
    /// Whether the speaker has spoken, in any transcript.
    has_spoken: AtomicBool,
}

impl GivenRoles {
    pub(crate) fn new(roles: &[(String, Role)]) -> Self {
        let given = roles.iter().map(|(name, role)| GivenRole {
            name: name.clone(),
            key: fold(name),
            role: *role,
            has_spoken: AtomicBool::new(false),
        });
        Self(given.collect())
    }

    /// Returns the names of speakers who have spoken in no transcript.
    pub(crate) fn silent(&self) -> impl Iterator<Item = (&str, Role)> {
        let silent = self.0.iter().filter(|given| !given.has_spoken.load(Ordering::Relaxed));
        silent.map(|given| (given.name.as_str(), given.role))
    }
}

/// A speaker with a name.
#[derive(Debug, Clone)]
struct Named {
    /// The name in lower case, for comparisons.
    key: Box<str>,
    name: Arc<str>,
    role: Option<Role>,
    /// Whether only the name says the role.
    implied: bool,
    side: Option<Role>,
    /// The number of questions that verify the other side.
    verifies: u32,
}

/// The speakers of one conversation, in the order of their first messages.
///
/// A role is what the user has specified for a name; otherwise what the transcript states, or what the name implies. Of
/// the other speakers, those who ask for verification are agents. Otherwise, if a customer is known, the other speaker
/// is the agent; if only agents are known, the other speaker is the customer; and of two unknown names, the first is
/// the customer. Everybody else is [`Role::Unknown`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Speakers {
    given: GivenRoles,
    named: Vec<Named>,
    /// The number of verification questions in messages in each direction: to the business, and from it.
    by_side: [u32; 2],
}

impl Speakers {
    /// Creates the speakers. The names in `given` have these roles.
    pub(crate) fn new(given: &GivenRoles) -> Self {
        Self { given: given.clone(), ..Self::default() }
    }

    /// Records a speaker.
    pub(crate) fn meet(&mut self, speaker: &Speaker) {
        let Some(name) = &speaker.name else { return };
        if let Some(at) = self.find(name) {
            // The role that the name implies was recorded with the first message.
            self.named[at].implied &= speaker.role.is_none();
            self.named[at].role = self.named[at].role.or(speaker.role);
            self.named[at].side = self.named[at].side.or(speaker.side);
        } else if self.named.len() < MOST_SPEAKERS {
            let stated = self.given_role(name).or(speaker.role);
            self.named.push(Named {
                key: fold(name).into(),
                name: Arc::clone(name),
                role: stated.or_else(|| role_in_name(name)),
                implied: stated.is_none(),
                side: speaker.side,
                verifies: 0,
            });
        }
    }

    /// Returns whether the messages of a speaker should be passed to [`verified`](Self::verified).
    pub(crate) fn wants_evidence(&self, speaker: &Speaker) -> bool {
        speaker.role.is_none()
            && (speaker.side.is_some() || self.entry(speaker).is_some_and(|named| self.role_of(named).is_none()))
    }

    /// Returns the role of a speaker, if it is stated or implied by the name. If the names of all speakers imply a customer,
    /// as `user_17` and `user_22` do, they imply nothing.
    fn role_of(&self, named: &Named) -> Option<Role> {
        let is_customer = |named: &Named| named.implied && named.role == Some(Role::Customer);
        let says_nothing = || self.named.len() > 1 && self.named.iter().all(is_customer);
        named.role.filter(|_| !named.implied || !says_nothing())
    }

    /// Records a question with which a speaker verifies the other side.
    pub(crate) fn verified(&mut self, speaker: &Speaker) {
        if let Some(side) = speaker.side {
            let count = &mut self.by_side[usize::from(side.serves())];
            *count = count.saturating_add(1);
        }
        if let Some(at) = speaker.name.as_ref().and_then(|name| self.find(name)) {
            self.named[at].verifies = self.named[at].verifies.saturating_add(1);
        }
    }

    /// Returns the role of a speaker who was [recorded](Self::meet).
    pub(crate) fn role(&self, speaker: &Speaker) -> (Role, Certainty) {
        if let Some(role) = speaker.name.as_ref().and_then(|name| self.given_role(name)) {
            return (role, Certainty::Stated);
        }
        if let Some(role) = speaker.role {
            return (role, Certainty::Stated);
        }
        let entry = self.entry(speaker);
        if let Some(role) = entry.and_then(|named| self.role_of(named)) {
            return (role, Certainty::Stated);
        }
        if let Some(side) = speaker.side.or(entry.and_then(|named| named.side)) {
            // In an export of a customer's own messages, those of the business are incoming.
            let swapped = self.by_side[0] >= 2 && self.by_side[1] == 0;
            let role = match side {
                side if !swapped => side,
                Role::Customer => Role::Agent,
                _ => Role::Customer,
            };
            return (role, Certainty::Stated);
        }
        match entry {
            Some(named) => self.guess(named),
            None => (Role::Unknown, Certainty::Unknown),
        }
    }

    /// Returns the role of a speaker for whom nothing is stated.
    fn guess(&self, named: &Named) -> (Role, Certainty) {
        let unknown = || self.named.iter().filter(|other| self.role_of(other).is_none() && other.side.is_none());
        let known = || self.named.iter().filter_map(|other| self.role_of(other).or(other.side));
        let most = unknown().map(|other| other.verifies).max().unwrap_or(0);
        let verifies = named.verifies > 0 && named.verifies * 2 >= most;
        let (customers, serving) = (known().any(|role| role == Role::Customer), known().any(Role::serves));
        let role = match (customers, serving) {
            (true, true) if verifies => Role::Agent,
            (true, true) => return (Role::Unknown, Certainty::Unknown),
            (true, false) => Role::Agent,
            (false, true) => Role::Customer,
            (false, false) => match unknown().count() {
                2 | 1 if verifies => Role::Agent,
                2 if most > 0 => Role::Customer,
                2 if unknown().next().is_some_and(|first| first.key == named.key) => Role::Customer,
                2 => Role::Agent,
                n if n > 2 && verifies => Role::Agent,
                n if n > 2 && most > 0 => Role::Customer,
                _ => return (Role::Unknown, Certainty::Unknown),
            },
        };
        (role, Certainty::Guessed)
    }

    /// Returns the names for which nothing is stated, with their guessed roles.
    pub(crate) fn guesses(&self) -> impl Iterator<Item = (&Arc<str>, Role)> {
        self.named
            .iter()
            .filter(|named| self.role_of(named).is_none() && named.side.is_none())
            .map(|named| (&named.name, self.guess(named).0))
    }

    fn given_role(&self, name: &str) -> Option<Role> {
        if self.given.0.is_empty() {
            return None;
        }
        let key = fold(name);
        let given = self.given.0.iter().find(|given| given.key == key)?;
        given.has_spoken.store(true, Ordering::Relaxed);
        Some(given.role)
    }

    fn entry(&self, speaker: &Speaker) -> Option<&Named> {
        speaker.name.as_ref().and_then(|name| self.find(name)).map(|at| &self.named[at])
    }

    fn find(&self, name: &str) -> Option<usize> {
        // The spelling is nearly always the same as before.
        self.named.iter().position(|named| *named.name == *name).or_else(|| {
            let key = fold(name);
            self.named.iter().position(|named| *named.key == *key)
        })
    }
}

/// Returns the name for comparisons: in lower case, and truncated.
fn fold(name: &str) -> String {
    name.trim().chars().take(128).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Speaker {
        Speaker { name: Some(Arc::from(name)), ..Speaker::default() }
    }

    fn roles(names: &[&str]) -> Vec<Role> {
        let mut speakers = Speakers::default();
        names.iter().for_each(|name| speakers.meet(&named(name)));
        names.iter().map(|name| speakers.role(&named(name)).0).collect()
    }

    #[test]
    fn if_one_of_two_speakers_is_known_the_other_is_the_other_side() {
        assert_eq!(roles(&["Jane", "Customer"]), [Role::Agent, Role::Customer]);
        assert_eq!(roles(&["Ava the bot", "Jane"]), [Role::Bot, Role::Customer]);
    }

    #[test]
    fn the_first_of_two_unknown_speakers_is_the_customer_unless_one_verifies() {
        assert_eq!(roles(&["Jane", "Bob", "jane "]), [Role::Customer, Role::Agent, Role::Customer]);
        let mut speakers = Speakers::default();
        for name in ["Jane", "Bob"] {
            speakers.meet(&named(name));
        }
        speakers.verified(&named("Jane"));
        assert_eq!(speakers.role(&named("Jane")), (Role::Agent, Certainty::Guessed));
        assert_eq!(speakers.role(&named("Bob")), (Role::Customer, Certainty::Guessed));
    }

    #[test]
    fn a_single_name_and_a_missing_name_are_unknown() {
        assert_eq!(roles(&["Jane"]), [Role::Unknown]);
        assert_eq!(roles(&["Jane", "Bob", "Ann"]), [Role::Unknown; 3]);
        assert_eq!(Speakers::default().role(&Speaker::default()), (Role::Unknown, Certainty::Unknown));
    }

    #[test]
    fn a_role_given_by_the_user_wins() {
        let mut speakers =
            Speakers::new(&GivenRoles::new(&[("Jane".into(), Role::Agent), ("bot".into(), Role::Customer)]));
        speakers.meet(&named("JANE"));
        speakers.meet(&named("Bot"));
        assert_eq!(speakers.role(&named("JANE")).0, Role::Agent);
        assert_eq!(speakers.role(&Speaker { role: Some(Role::Bot), ..named("Bot") }).0, Role::Customer);
    }

    #[test]
    fn a_direction_implies_the_side_unless_the_incoming_side_verifies() {
        let side = |side| Speaker { side: Some(side), ..Speaker::default() };
        let mut speakers = Speakers::default();
        assert_eq!(speakers.role(&side(Role::Customer)).0, Role::Customer);
        speakers.verified(&side(Role::Customer));
        speakers.verified(&side(Role::Customer));
        assert_eq!(speakers.role(&side(Role::Customer)).0, Role::Agent);
        assert_eq!(speakers.role(&side(Role::Agent)).0, Role::Customer);
    }

    #[test]
    fn the_number_of_speakers_is_bounded() {
        let mut speakers = Speakers::default();
        for n in 0..10_000 {
            speakers.meet(&named(&format!("visitor {n} of the room")));
        }
        assert!(speakers.named.len() <= MOST_SPEAKERS);
    }
}
