//! What names and values say about the role of a speaker.

use lastfour::Role;

/// The words in a name that say what a speaker is, the strongest first: in "Customer Support Bot" the bot wins over the
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
            "gpt",
            "chatgpt",
            "llm",
            "model",
            "copilot",
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
            "brand",
            "business",
            "company",
            "merchant",
            "seller",
            "vendor",
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
            "requester",
            "shopper",
            "subscriber",
            "patient",
            "prospect",
            "enduser",
            "contact",
        ],
    ),
];

/// Returns what a name says about the role of its bearer, in English and Spanish, or `None` if it says nothing.
pub(crate) fn role_in_name(name: &str) -> Option<Role> {
    Role::from_name(name).or_else(|| {
        let lower = name.to_lowercase();
        let says = |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        WORDS.iter().find(|(_, words)| says(words)).map(|(role, _)| *role)
    })
}

/// Values of a field for a role, besides the names of roles.
const VALUES: &[(&str, Role)] = &[
    ("a", Role::Agent),
    ("b", Role::Bot),
    ("c", Role::Customer),
    ("external", Role::Customer),
    ("internal", Role::Agent),
    ("o", Role::Agent),
    ("u", Role::Customer),
    ("v", Role::Customer),
];

/// Returns the role that the value of a field for a role stands for: `AGENT`, `EndUser`, `AIMessage`, `v`.
pub(crate) fn role_of_value(value: &str) -> Option<Role> {
    let lower = value.trim().to_ascii_lowercase();
    VALUES
        .iter()
        .find(|(name, _)| *name == lower)
        .map(|(_, role)| *role)
        .or_else(|| role_in_name(value))
        .or_else(|| role_in_name(&super::fields::words(value).join(" ")))
}

/// Returns the side from which a message with this direction comes, seen from the business: `inbound`, `OUTGOING`, `in`.
pub(crate) fn side_of_direction(value: &str) -> Option<Role> {
    let words = super::fields::words(value);
    let first = words.first()?.as_str();
    match first {
        "in" | "inbound" | "incoming" | "received" | "entrante" => Some(Role::Customer),
        "out" | "outbound" | "outgoing" | "sent" | "saliente" => Some(Role::Agent),
        _ => None,
    }
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
    fn the_values_of_roles_and_directions_are_known() {
        for (value, role) in [
            ("EndUser", Role::Customer),
            ("AIMessage", Role::Bot),
            ("HumanMessage", Role::Customer),
            ("agent:3677", Role::Agent),
            ("v", Role::Customer),
            ("internal", Role::Agent),
        ] {
            assert_eq!(role_of_value(value), Some(role), "{value}");
        }
        assert_eq!(role_of_value("Daniel"), None);
        for (value, role) in [
            ("INCOMING", Some(Role::Customer)),
            ("out", Some(Role::Agent)),
            ("outbound-api", Some(Role::Agent)),
            ("north", None),
        ] {
            assert_eq!(side_of_direction(value), role, "{value}");
        }
    }
}
