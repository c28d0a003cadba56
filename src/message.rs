//! One utterance and who says it.

use std::fmt;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person who is served. Also the role to assume where none is known.
    #[default]
    Customer,
    /// A person who serves.
    Agent,
    /// A program that serves.
    Bot,
    /// Not known: the message may come from either side. What it asks for is expected in the next message, whoever
    /// sends it; questions are not reported as solicitations.
    ///
    /// ```
    /// use lastfour::{Conversation, Engine, Message, Role};
    /// let engine = Engine::default();
    /// let mut talk = Conversation::new();
    /// engine.scan(&mut talk, &Message::new(Role::Unknown, "What is the CVV on your card?"));
    /// let outcome = engine.scan(&mut talk, &Message::new(Role::Unknown, "482"));
    /// assert_eq!(outcome.redact("482"), "***");
    /// ```
    Unknown,
}

impl Role {
    /// The role a name stands for in the usual chat formats (`user`, `assistant`, `AGENT`, `cliente`...).
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
            | "usuaria" | "visitante" => Self::Customer,
            "agent" | "admin" | "operator" | "representative" | "rep" | "csr" | "support" | "staff" | "advisor"
            | "teammate" | "employee" | "agente" | "asesor" | "asesora" | "operador" | "operadora"
            | "representante" | "soporte" | "ejecutivo" | "ejecutiva" => Self::Agent,
            "bot" | "assistant" | "system" | "chatbot" | "virtual assistant" | "virtual-assistant" | "custom_bot"
            | "ai" | "model" | "ivr" | "developer" | "tool" | "asistente" | "asistente virtual" | "sistema" => {
                Self::Bot
            }
            _ => return None,
        })
    }

    /// The lower-case name: `customer`, `agent`, `bot` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the speaker serves the customer (agent or bot).
    #[must_use]
    pub fn serves(self) -> bool {
        matches!(self, Self::Agent | Self::Bot)
    }

    /// The role in which the speaker asks for something: an unknown speaker who asks is taken for an agent.
    pub(crate) fn as_asker(self) -> Self {
        if self == Self::Unknown { Self::Agent } else { self }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A number by which the caller knows a message. It comes back in [`Outcome::recall`](crate::Outcome::recall).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub u64);

/// One utterance: the text as it came, who says it and, where known, its id and its time.
///
/// The text may be any bytes; what is not UTF-8 is scanned too.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The text as it came.
    pub text: &'a [u8],
    /// Who says it.
    pub role: Role,
    /// The caller's number for it, given back where a later message shows that this one should be recalled.
    pub id: Option<MessageId>,
    /// When it was said, in milliseconds of the caller's clock (any epoch; only differences count).
    pub time_ms: Option<u64>,
}

impl<'a> Message<'a> {
    /// A message by `role`.
    pub fn new(role: Role, text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { text: text.as_ref(), role, id: None, time_ms: None }
    }

    /// A message by a customer.
    pub fn customer(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::new(Role::Customer, text)
    }

    /// A message by an agent.
    pub fn agent(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::new(Role::Agent, text)
    }

    /// A message by a bot.
    pub fn bot(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::new(Role::Bot, text)
    }

    /// With the caller's number for it.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.id = Some(MessageId(id));
        self
    }

    /// With the time it was said, in milliseconds.
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
