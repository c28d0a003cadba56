//! One message and its speaker.

use std::fmt;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// The person who is served. The default value of this type. If you do not know who speaks, use
    /// [`Unknown`](Self::Unknown).
    #[default]
    Customer,
    /// A person who serves the customer.
    Agent,
    /// A program that serves the customer.
    Bot,
    /// Not known: the message may come from either side. What it asks for is expected in the next message, whoever
    /// sends it; questions are not reported as solicitations.
    ///
    /// ```
    /// use lastfour::{Conversation, Engine, Message, Role};
    /// let engine = Engine::default();
    /// let mut conversation = Conversation::new();
    /// let _ = engine.scan(&mut conversation, &Message::new(Role::Unknown, "What is the CVV on your card?"));
    /// let outcome = engine.scan(&mut conversation, &Message::new(Role::Unknown, "482"));
    /// assert_eq!(outcome.redact("482"), "***");
    /// ```
    Unknown,
}

impl Role {
    /// Returns the role that a name stands for in common chat formats (`user`, `assistant`, `AGENT`, `cliente`).
    /// Ignores case and surrounding white space. Returns `None` for any other name.
    ///
    /// ```
    /// use lastfour::Role;
    /// assert_eq!(Role::from_name("USER"), Some(Role::Customer));
    /// assert_eq!(Role::from_name("Jane"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        Some(match name.as_str() {
            "customer" | "user" | "client" | "visitor" | "member" | "cardmember" | "caller" | "guest" | "human"
            | "end-user" | "enduser" | "end_user" | "consumer" | "contact" | "lead" | "cliente" | "usuario"
            | "usuaria" | "visitante" | "utilizador" | "utilizadora" | "consumidor" | "consumidora" | "comprador"
            | "usuário" | "usuária" => Self::Customer,
            "agent" | "admin" | "operator" | "representative" | "rep" | "csr" | "support" | "staff" | "advisor"
            | "teammate" | "employee" | "agente" | "asesor" | "asesora" | "operador" | "operadora"
            | "representante" | "soporte" | "ejecutivo" | "ejecutiva" | "atendente" | "atendimento" | "suporte"
            | "consultor" | "consultora" | "assessor" | "assessora" => Self::Agent,
            "bot" | "assistant" | "system" | "chatbot" | "virtual assistant" | "virtual-assistant" | "custom_bot"
            | "ai" | "model" | "ivr" | "developer" | "tool" | "asistente" | "asistente virtual" | "sistema"
            | "assistente" | "assistente virtual" | "robô" | "robo" => Self::Bot,
            _ => return None,
        })
    }

    /// Returns the name in lower case: `customer`, `agent`, `bot` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::Unknown => "unknown",
        }
    }

    /// Returns whether the speaker serves the customer (agent or bot).
    #[must_use]
    pub fn serves(self) -> bool {
        matches!(self, Self::Agent | Self::Bot)
    }

    /// The role in which the speaker asks. An unknown speaker asks as an agent.
    pub(crate) fn as_asker(self) -> Self {
        if self == Self::Unknown { Self::Agent } else { self }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The caller's id of a message. [`Outcome::recall`](crate::Outcome::recall) returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub u64);

/// One message: its text, its speaker and, if known, its id and time.
///
/// The text may be any bytes. Invalid UTF-8 is scanned too.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Message<'a> {
    /// The original text.
    pub text: &'a [u8],
    /// The speaker.
    pub role: Role,
    /// The caller's id. It is returned if a later message shows that this one should be recalled.
    pub id: Option<MessageId>,
    /// The time of the message in milliseconds since any fixed moment. Only differences count.
    pub time_ms: Option<u64>,
}

impl<'a> Message<'a> {
    /// Creates a message by `role`.
    pub fn new(role: Role, text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { text: text.as_ref(), role, id: None, time_ms: None }
    }

    /// Creates a message by a customer.
    pub fn customer(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::new(Role::Customer, text)
    }

    /// Creates a message by an agent.
    pub fn agent(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::new(Role::Agent, text)
    }

    /// Creates a message by a bot.
    pub fn bot(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::new(Role::Bot, text)
    }

    /// Sets the caller's id.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.id = Some(MessageId(id));
        self
    }

    /// Sets the time, in milliseconds since any fixed moment.
    #[must_use]
    pub fn time_ms(mut self, time_ms: u64) -> Self {
        self.time_ms = Some(time_ms);
        self
    }
}

/// Shows the length, never the text.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("role", &self.role)
            .field("len", &self.text.len())
            .field("id", &self.id)
            .field("time_ms", &self.time_ms)
            .finish()
    }
}
