//! Which side of a conversation a speaker is on.

use lastfour::Role;

/// The speakers that are told apart in one conversation. A further one is taken as a customer if nothing else is known.
const MOST_SPEAKERS: usize = 64;

/// The words in a name that say what a speaker is, most telling first: in "Customer Support Bot" the bot wins over the
/// support, which wins over the customer.
const WORDS: [(Role, &[&str]); 3] = [
    (
        Role::Bot,
        &[
            "bot",
            "chatbot",
            "ivr",
            "robot",
            "automated",
            "automatic",
            "automático",
            "automatico",
            "virtual",
            "system",
            "sistema",
            "assistant",
            "asistente",
            "ai",
            "ia",
        ],
    ),
    (
        Role::Agent,
        &[
            "agent",
            "agente",
            "support",
            "soporte",
            "service",
            "services",
            "servicio",
            "care",
            "desk",
            "helpdesk",
            "representative",
            "representante",
            "rep",
            "csr",
            "advisor",
            "adviser",
            "asesor",
            "asesora",
            "operator",
            "operador",
            "operadora",
            "specialist",
            "especialista",
            "ejecutivo",
            "ejecutiva",
            "staff",
            "team",
            "equipo",
            "admin",
            "concierge",
            "teammate",
            "employee",
            "atención",
            "atencion",
            "outbound",
            "associate",
            "supervisor",
        ],
    ),
    (
        Role::Customer,
        &[
            "customer",
            "client",
            "cliente",
            "user",
            "usuario",
            "usuaria",
            "member",
            "cardmember",
            "visitor",
            "visitante",
            "guest",
            "invitado",
            "caller",
            "consumer",
            "human",
            "buyer",
            "titular",
            "inbound",
        ],
    ),
];

/// What a name says about the role of who bears it, in English and Spanish; `None` where it says nothing.
pub(super) fn role_in_name(name: &str) -> Option<Role> {
    Role::from_name(name).or_else(|| {
        let lower = name.to_lowercase();
        let says = |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        WORDS.iter().find(|(_, words)| says(words)).map(|(role, _)| *role)
    })
}

/// The speakers of one conversation, in the order of their first words.
///
/// A role is taken from what the user said about the name, else from the name itself; else, where a customer is known,
/// the speaker serves; where only people who serve are known, the speaker is the customer; and where nobody is known,
/// the first speaker is the customer and the second the agent.
///
/// ```
/// use lastfour::Role;
/// use lastfour_cli::transcript::Speakers;
///
/// let mut speakers = Speakers::default();
/// assert_eq!(speakers.role("Customer Care"), Role::Agent);
/// assert_eq!(speakers.role("Jane"), Role::Customer);
///
/// let mut speakers = Speakers::default();
/// speakers.meet("Cliente");
/// assert_eq!(speakers.role("Jane"), Role::Agent);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speakers {
    met: Vec<(String, Option<Role>)>,
}

impl Speakers {
    /// Fixes the role of a name, whatever it says. Names are compared without regard to case.
    pub fn assign(&mut self, name: &str, role: Role) {
        let name = fold(name);
        match self.met.iter_mut().find(|(met, _)| *met == name) {
            Some((_, known)) => *known = Some(role),
            None => self.met.push((name, Some(role))),
        }
    }

    /// Takes note of a speaker who is still to be heard.
    pub fn meet(&mut self, name: &str) {
        self.find(name);
    }

    /// The role of the speaker of that name.
    pub fn role(&mut self, name: &str) -> Role {
        let Some(at) = self.find(name) else {
            return Role::Customer;
        };
        if let (_, Some(role)) = self.met[at] {
            return role;
        }
        let known = || self.met.iter().filter_map(|(_, role)| *role);
        let second = || self.met.iter().filter(|(_, role)| role.is_none()).nth(1).is_some_and(|s| *s == self.met[at]);
        match known().next() {
            Some(_) if known().any(|role| !role.serves()) => Role::Agent,
            Some(_) => Role::Customer,
            None if second() => Role::Agent,
            None => Role::Customer,
        }
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        let folded = fold(name);
        if let Some(at) = self.met.iter().position(|(met, _)| *met == folded) {
            return Some(at);
        }
        if self.met.len() >= MOST_SPEAKERS {
            return None;
        }
        self.met.push((folded, role_in_name(name)));
        Some(self.met.len() - 1)
    }
}

/// The name as it is compared: lower case, and no longer than a name can be.
fn fold(name: &str) -> String {
    name.trim().chars().take(128).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_in_a_name_tell_the_role_in_both_languages() {
        for (name, role) in [
            ("AGENT", Role::Agent),
            ("Agent Smith", Role::Agent),
            ("Support - Maria", Role::Agent),
            ("Customer Care", Role::Agent),
            ("Servicio al Cliente", Role::Agent),
            ("Atención a clientes", Role::Agent),
            ("Asistente virtual", Role::Bot),
            ("Customer Support Bot", Role::Bot),
            ("CUSTOM_BOT", Role::Bot),
            ("Cliente (Marta)", Role::Customer),
            ("card member 2", Role::Customer),
            ("Visitor 8812", Role::Customer),
        ] {
            assert_eq!(role_in_name(name), Some(role), "{name}");
        }
        for name in ["Jane", "Abbott", "Carey", "Teamer", "+1 202 555 0143", ""] {
            assert_eq!(role_in_name(name), None, "{name}");
        }
    }

    #[test]
    fn of_two_speakers_of_whom_one_is_known_the_other_is_the_other_side() {
        let mut speakers = Speakers::default();
        speakers.meet("Jane");
        speakers.meet("Customer");
        assert_eq!(speakers.role("Jane"), Role::Agent);
        assert_eq!(speakers.role("customer"), Role::Customer);
        let mut speakers = Speakers::default();
        assert_eq!(speakers.role("Ava the bot"), Role::Bot);
        assert_eq!(speakers.role("Jane"), Role::Customer);
    }

    #[test]
    fn of_two_unknown_speakers_the_first_is_the_customer() {
        let mut speakers = Speakers::default();
        assert_eq!(speakers.role("Jane"), Role::Customer);
        assert_eq!(speakers.role("Bob"), Role::Agent);
        assert_eq!(speakers.role("jane "), Role::Customer);
    }

    #[test]
    fn a_role_that_was_assigned_wins() {
        let mut speakers = Speakers::default();
        speakers.assign("Jane", Role::Agent);
        speakers.assign("Bot", Role::Customer);
        assert_eq!(speakers.role("JANE"), Role::Agent);
        assert_eq!(speakers.role("bot"), Role::Customer);
    }

    #[test]
    fn the_number_of_speakers_is_bounded() {
        let mut speakers = Speakers::default();
        for n in 0..10_000 {
            speakers.role(&format!("visitor {n} of the room"));
        }
        assert!(speakers.met.len() <= MOST_SPEAKERS);
    }
}
