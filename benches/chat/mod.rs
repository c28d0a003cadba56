//! Makes up chats for the benchmarks: from a seed, so that every run reads the same text.
//!
//! About one harmless sentence in four has a number in it, and one in three asks something, as in chats of support.

/// The language of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
    /// English with an emoji or a typographic mark in each message.
    Emoji,
}

/// How many messages hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Clean,
    /// One in ten.
    Tenth,
    /// All.
    Dense,
}

/// A message, and the secret in it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) agent: bool,
    pub(crate) text: String,
    #[allow(dead_code, reason = "for the peers")]
    pub(crate) secret: Option<Secret>,
}

/// A secret as it is written in a message.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "for the peers")]
pub(crate) struct Secret {
    pub(crate) entity: &'static str,
    pub(crate) value: String,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::English, Self::Spanish, Self::Emoji];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::Spanish => "spanish",
            Self::Emoji => "emoji",
        }
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Clean, Self::Tenth, Self::Dense];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Tenth => "1 in 10",
            Self::Dense => "dense",
        }
    }
}

/// The length of a message.
pub(crate) const LENGTHS: [(usize, &str); 3] = [(50, "50 B"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB")];

/// Makes messages of about `length` bytes, the customer's and the agent's in turn, `bytes` of them in all, and one at
/// least. A message of 50 bytes is one sentence. In a longer one, each sentence holds a secret as often as a message of
/// 50 bytes.
pub(crate) fn messages(language: Language, kind: Kind, length: usize, bytes: usize) -> Vec<Message> {
    let mut random = Random(0x1A57_F0C4 ^ (language as u64) << 8 ^ (kind as u64) << 16 ^ (length as u64) << 24);
    let (mut messages, mut all): (Vec<Message>, usize) = (Vec::new(), 0);
    let mut sentences = 0;
    while messages.is_empty() || all < bytes {
        let agent = messages.len() % 2 == 1;
        let mut message = Message { agent, text: String::new(), secret: None };
        while message.text.is_empty() || length > 100 && message.text.len() + 50 < length {
            if !message.text.is_empty() {
                message.text.push_str(if random.below(4) == 0 { "\n" } else { ". " });
            }
            let secret = match kind {
                Kind::Clean => false,
                Kind::Tenth => sentences % 10 == 4,
                Kind::Dense => true,
            };
            sentences += 1;
            sentence(&mut random, language, secret, &mut message);
        }
        all += message.text.len();
        messages.push(message);
    }
    messages
}

/// Adds a sentence.
fn sentence(random: &mut Random, language: Language, secret: bool, message: &mut Message) {
    let from = message.text.len();
    let templates = match (language, secret, message.agent) {
        (Language::Spanish, true, _) => SPANISH_SECRETS,
        (Language::Spanish, false, true) => SPANISH_AGENT,
        (Language::Spanish, false, false) => SPANISH_CUSTOMER,
        (_, true, _) => SECRETS,
        (_, false, true) => AGENT,
        (_, false, false) => CUSTOMER,
    };
    let mut rest = *random.pick(templates);
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').expect("a closed slot");
        message.text.push_str(before);
        let (value, entity) = fill(random, slot, language);
        message.text.push_str(&value);
        if let Some(entity) = entity {
            message.secret = Some(Secret { entity, value });
        }
        rest = after;
    }
    message.text.push_str(rest);
    if language == Language::Emoji {
        let gaps: Vec<usize> = message.text[from..].match_indices(' ').map(|(at, _)| from + at).collect();
        // Not inside of a secret.
        let inside = |at: &usize| {
            message.secret.as_ref().is_some_and(|secret| {
                let start = message.text.rfind(&secret.value).unwrap_or(usize::MAX);
                (start..start.saturating_add(secret.value.len())).contains(at)
            })
        };
        let gaps: Vec<usize> = gaps.into_iter().filter(|at| !inside(at)).collect();
        let mark = *random.pick(&["👍", "😊", "🙏🏽", "it’s", "…", "café", "“ok”", "–", "😕", "don’t"]);
        let at = if gaps.is_empty() { message.text.len() } else { *random.pick(&gaps) };
        message.text.insert_str(at, &format!(" {mark}"));
    }
}

/// What stands in a slot, and the kind of secret that it is.
fn fill(random: &mut Random, slot: &str, language: Language) -> (String, Option<&'static str>) {
    let spanish = language == Language::Spanish;
    let words: &[&str] = match slot {
        "thing" if spanish => &["pedido", "paquete", "factura", "reserva", "equipo", "cargador", "vuelo", "maleta"],
        "thing" => {
            &["order", "package", "invoice", "booking", "charger", "flight", "refund", "blender", "jacket", "phone"]
        }
        "day" if spanish => &["lunes", "martes", "viernes", "domingo", "hoy", "ayer", "esta semana"],
        "day" => &["Monday", "Tuesday", "Friday", "yesterday", "today", "last week", "this morning"],
        "name" => &["Maria", "Tom", "Priya", "Lucas", "Ana", "Kenji", "Sofia", "Dave"],
        "city" => &["Denver", "Austin", "Lisbon", "Bogota", "Leeds", "Madrid", "Omaha"],
        _ => &[],
    };
    if !words.is_empty() {
        return ((*random.pick(words)).to_owned(), None);
    }
    let digits = |random: &mut Random, n: usize| (0..n).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
    let digits: &dyn Fn(&mut Random, usize) -> String = &digits;
    let text = match slot {
        "time" => format!("{}:{:02} {}", 1 + random.below(12), 5 * random.below(12), random.pick(&["am", "pm"])),
        "money" if spanish => format!("${}.{:02}", 20 + random.below(900), random.below(100)),
        "money" => format!("${}.{:02}", 5 + random.below(400), random.below(100)),
        "order" => format!("{}-{}-{}", 100 + random.below(800), digits(random, 7), digits(random, 7)),
        "case" => format!("CASE-{}", digits(random, 6)),
        "zip" => format!("{}", 10_000 + random.below(80_000)),
        "phone" => format!("({}) 555-0{}", 201 + random.below(700), 100 + random.below(90)),
        "count" => format!("{}", 2 + random.below(9)),
        "date" => format!("{:02}/{:02}", 1 + random.below(12), 1 + random.below(28)),
        "last" => digits(random, 4),
        "card" => return (card(random), Some("card")),
        "cvv" => return (format!("{}", 100 + random.below(900)), Some("security-code")),
        "ssn" => {
            let ssn = format!("{}-{}-{}", 123 + random.below(500), 11 + random.below(80), 1000 + random.below(9000));
            return (ssn, Some("social-security"));
        }
        "otp" => return (format!("{}", 100_000 + random.below(900_000)), Some("one-time-passcode")),
        "pin" => return (format!("{}", 2100 + random.below(7000)), Some("pin")),
        "account" => return (format!("{}{}", 4 + random.below(5), digits(random, 9)), Some("account")),
        "password" => {
            let word = *random.pick(&["Bluebonnet", "sunf1ower", "Tr0ub4dor", "kestrel", "Maple", "ocean"]);
            let mark = *random.pick(&["!", "&", "#", "_", ""]);
            return (format!("{word}{mark}{}", 10 + random.below(90)), Some("password"));
        }
        _ => unreachable!("no slot is named {slot}"),
    };
    (text, None)
}

/// A card number with a correct check digit, grouped or not.
fn card(random: &mut Random) -> String {
    let (prefix, length) = *random.pick(&[("4", 16), ("52", 16), ("37", 15), ("6011", 16)]);
    let mut digits: Vec<u64> = prefix.bytes().map(|byte| u64::from(byte - b'0')).collect();
    while digits.len() + 1 < length {
        digits.push(random.below(10));
    }
    let sum: u64 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    digits.push((10 - sum % 10) % 10);
    let separator = *random.pick(&["", " ", " ", "-"]);
    let breaks: &[usize] = if length == 15 { &[4, 10] } else { &[4, 8, 12] };
    let mut text = String::new();
    for (at, digit) in digits.iter().enumerate() {
        if breaks.contains(&at) {
            text.push_str(separator);
        }
        text.push(char::from(b'0' + *digit as u8));
    }
    text
}

/// A generator of numbers: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len() as u64) as usize]
    }
}

const CUSTOMER: &[&str] = &[
    "hi, I still have not received my {thing}",
    "hello, is anybody there?",
    "the {thing} arrived {day} but the box was crushed",
    "no that is all for today, thank you very much!",
    "can I change the delivery to {day} please",
    "it was supposed to be here by {time}",
    "my {thing} number is {order}, placed {day}",
    "yes, that's right",
    "ok perfect, I will wait until somebody shows up",
    "I was charged {money} and I do not know why",
    "where is my {thing}? the tracking page is empty",
    "we went there last summer and it rained every day",
    "I need a table for {count} people on {day} evening",
    "what are your opening hours on {day}?",
    "it keeps saying something went wrong when I log in",
    "my name is {name} and I live in {city}",
    "I already tried restarting the router, no luck",
    "do you have the {thing} in blue or only in green?",
    "that sounds good, go ahead",
    "could you send me the receipt again, I deleted it",
    "I would like to return the {thing}, it does not fit",
    "the driver left it with my neighbor, all good now",
    "you can call me at {phone} after lunch",
    "my zip code is {zip}",
    "great, how long will that take?",
    "the screen stays black and the light blinks slowly",
    "I am so tired of this, third time I am asking",
    "is breakfast included in the price?",
    "my daughter loves the {thing}, thank you!",
    "I forgot to use the coupon, can it still be applied",
    "we are {count} adults and a child, arriving {day}",
    "the last four of the card are {last}",
    "nobody answered the phone when I called {day}",
    "ok",
    "I think the {thing} is defective, it makes a noise",
    "wonderful, have a nice day {name}",
    "my case number is {case}, opened {day}",
    "please cancel the subscription at the end of the month",
    "can somebody help me set up the new {thing}?",
    "it says out of stock, when will it be back",
    "I have been a customer for years and never had trouble",
    "the app crashes when I open the map",
];

const AGENT: &[&str] = &[
    "Sure, let me look into that and get back to you now",
    "Hello, this is {name}, how can I help you today?",
    "My apologies, it seems that they are closed today.",
    "Sounds great, thanks so much for your patience.",
    "Could you tell me your order number, please?",
    "I see that the {thing} left our warehouse {day}.",
    "Is there anything else I can help you with?",
    "The refund of {money} will be there in a few days.",
    "What is the best time to reach you, {name}?",
    "I have sent the label to your email address.",
    "The technician can be there {day} at {time}.",
    "Thank you for confirming.",
    "One moment please while I pull up the booking.",
    "Your {thing} is on its way and should arrive {day}.",
    "Which color would you like instead?",
    "I am sorry to hear that, that must be frustrating.",
    "Please unplug the router and wait for a minute.",
    "We are open until {time} on weekdays.",
    "I found a room for {count} people near the beach.",
    "You are very welcome, have a lovely evening!",
    "It will cost {money} in total, shall I go ahead?",
    "What is the zip code of the delivery address?",
    "The outage in {city} should be over by {time}.",
    "Your case {case} has been passed to my colleagues.",
    "I would be happy to help with that.",
    "Would you like me to book it for you?",
    "The warranty covers that, so it is free of charge.",
    "May I know for what day you need the {thing}?",
    "Let me check with the store in {city}.",
    "Great choice! It has very good reviews.",
];

const SECRETS: &[&str] = &[
    "my card is {card}, can you check it?",
    "my card number is {card}",
    "sure, it's {card} and it expires soon",
    "the cvv is {cvv} if you need that",
    "my social is {ssn}, does that help",
    "ssn {ssn}",
    "ok I got the text, the code is {otp}",
    "the verification code I received is {otp}",
    "my pin is {pin} but the machine rejects it",
    "my password is {password} but it does not work",
    "password: {password}",
    "my account number is {account} at the credit union",
];

const SPANISH_CUSTOMER: &[&str] = &[
    "hola, todavía no recibí mi {thing}",
    "buenos días, ¿hay alguien ahí?",
    "el {thing} llegó {day} pero la caja venía rota",
    "no, eso es todo por hoy, muchas gracias",
    "quiero cambiar la entrega para el {day} por favor",
    "me cobraron {money} y no sé por qué",
    "¿dónde está mi {thing}? no aparece en la página",
    "mi número de pedido es {order}",
    "ya reinicié el módem y sigue igual",
    "me llamo {name} y vivo en {city}",
    "sí, así es",
    "perfecto, espero entonces",
    "¿a qué hora abren el {day}?",
    "necesito una mesa para {count} personas esta noche",
    "mi código postal es {zip}",
    "me pueden llamar al {phone} por la tarde",
    "la pantalla queda negra cuando abro el mapa",
    "llevo años con ustedes y nunca tuve problemas",
    "olvidé usar el cupón, ¿todavía se puede?",
    "el repartidor lo dejó con mi vecina, todo bien",
    "los últimos cuatro de la tarjeta son {last}",
    "me gustaría devolver el {thing}, no me queda",
    "ok gracias",
    "nadie contesta el teléfono desde {day}",
];

const SPANISH_AGENT: &[&str] = &[
    "Claro, déjeme revisar y enseguida le confirmo.",
    "Hola, soy {name}, ¿en qué le puedo ayudar?",
    "¿Me indica el número de pedido, por favor?",
    "Su {thing} salió del almacén y llega {day}.",
    "El reembolso de {money} se verá en unos días.",
    "Lamento mucho la molestia, lo reviso ahora.",
    "¿Hay algo más en lo que le pueda ayudar?",
    "El técnico puede pasar {day} a las {time}.",
    "Gracias por confirmar, {name}.",
    "Le envié la etiqueta a su correo.",
    "¿Qué color prefiere?",
    "La garantía lo cubre, así que no tiene costo.",
    "Su caso {case} ya está con mis compañeros.",
    "Con mucho gusto, que tenga un lindo día.",
];

const SPANISH_SECRETS: &[&str] = &[
    "mi tarjeta es {card}, ¿la puede revisar?",
    "el número de mi tarjeta es {card}",
    "el código de seguridad es {cvv}",
    "me llegó el código de verificación, es {otp}",
    "mi contraseña es {password} pero no funciona",
    "mi clave de acceso es {password}",
    "mi pin es {pin} y el cajero no lo acepta",
    "mi número de cuenta es {account}, del banco",
    "mi número de seguro social es {ssn}",
];
