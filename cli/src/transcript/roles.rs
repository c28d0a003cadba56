//! The roles that names imply.

use std::collections::HashMap;
use std::sync::LazyLock;

use lastfour::Role;

/// The words in a name that imply a role, the strongest first: in "Customer Support Bot", the bot wins over the
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

/// Returns the role that a name implies, in the languages of the library, or `None`.
pub(crate) fn role_in_name(name: &str) -> Option<Role> {
    /// The index of each word in [`WORDS`].
    static PLACES: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
        let places = WORDS.iter().enumerate().rev();
        places.flat_map(|(place, (_, words))| words.iter().map(move |word| (*word, place))).collect()
    });
    Role::from_name(name).or_else(|| {
        lowered(name, |name| {
            let words = name.split(|c: char| !c.is_alphanumeric());
            words.filter_map(|word| PLACES.get(word)).min().map(|place| WORDS[*place].0)
        })
    })
}

/// The maximum length of a name that is lowercased on the stack, in bytes.
const SHORT_NAME: usize = 64;

/// Calls `read` with a name in lower case. A short ASCII name is not copied to the heap.
pub(super) fn lowered<R>(name: &str, read: impl FnOnce(&str) -> R) -> R {
    let mut space = [0; SHORT_NAME];
    if let Some(space) = space.get_mut(..name.len()).filter(|_| name.is_ascii()) {
        space.copy_from_slice(name.as_bytes());
        space.make_ascii_lowercase();
        if let Ok(name) = std::str::from_utf8(space) {
            return read(name);
        }
    }
    read(&name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_a_name_imply_the_role_in_all_languages() {
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
