//! What names say about the role of a speaker.

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
            "assistente",
            "robô",
            "robo",
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
            "suporte",
            "atendente",
            "atendimento",
            "consultor",
            "consultora",
            "assessor",
            "assessora",
            "serviço",
            "equipe",
            "equipa",
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
            "usuário",
            "usuária",
            "utilizador",
            "utilizadora",
            "consumidor",
            "consumidora",
            "comprador",
            "compradora",
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

/// Returns what a name says about the role of its bearer, in the languages of the library, or `None` if it says nothing.
pub(crate) fn role_in_name(name: &str) -> Option<Role> {
    Role::from_name(name).or_else(|| {
        let lower = name.to_lowercase();
        let says = |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        WORDS.iter().find(|(_, words)| says(words)).map(|(role, _)| *role)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_in_a_name_tell_the_role_in_all_languages() {
        for (name, role) in [
            ("AGENT", Role::Agent),
            ("Agent Smith", Role::Agent),
            ("Support - Maria", Role::Agent),
            ("Customer Care", Role::Agent),
            ("Servicio al Cliente", Role::Agent),
            ("Atención a clientes", Role::Agent),
            ("Asistente virtual", Role::Bot),
            ("Assistente virtual", Role::Bot),
            ("Atendente Paula", Role::Agent),
            ("Suporte ao cliente", Role::Agent),
            ("Usuário 7", Role::Customer),
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
}
