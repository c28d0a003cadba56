//! What the name of a field says about its value.
//!
//! Names are split into words: `userMessage`, `user_message`, `user-message` and `usermessage` are all *user message*. The
//! last word counts most, then the first: `message_html` is text, `message_type` is not.

use std::collections::HashMap;
use std::sync::LazyLock;

use smallvec::SmallVec;

/// What the name of a field says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Something that somebody says, which makes the document a chat message: `text`, `userMessage`.
    Chat,
    /// Other text: `description`, `answer`.
    Text,
    /// Text beside a message, or a message if there is no other: `title`, `messageFromUser`.
    Aside,
    /// A message if there is no text at all: `data`, `payload`.
    Vague,
    /// A secret.
    Secret(Secret),
    /// An identifier, a date, a coordinate: a number in it is not a secret, whatever it looks like.
    Reference,
    /// A program, such as a GraphQL document.
    Program,
    /// Something else that is not text: a type, a count, a name.
    Other,
    /// Nothing.
    Unknown,
}

/// A secret that the name of a field denotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    /// A card number.
    Card,
    /// A card security code.
    SecurityCode,
    /// A Social Security number.
    SocialSecurity,
    /// An account number.
    Account,
    /// A routing number.
    Routing,
    /// A PIN.
    Pin,
    /// A one-time passcode.
    Passcode,
    /// A password.
    Password,
}

impl Secret {
    /// Returns the words that tell the engine what the value is.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Card => "card number",
            Self::SecurityCode => "cvv",
            Self::SocialSecurity => "ssn",
            Self::Account => "account number",
            Self::Routing => "routing number",
            Self::Pin => "pin",
            Self::Passcode => "verification code",
            Self::Password => "password",
        }
    }

    /// Returns whether people log in with it.
    pub(super) fn logs_in(self) -> bool {
        matches!(self, Self::Pin | Self::Passcode | Self::Password)
    }

    /// Returns whether people pay with it.
    pub(super) fn pays(self) -> bool {
        matches!(self, Self::Card | Self::SecurityCode)
    }
}

/// Words for what somebody writes or says. A document with such a field is a chat message.
const CHAT: &[&str] = &[
    "text",
    "texts",
    "content",
    "contents",
    "body",
    "bodies",
    "message",
    "messages",
    "msg",
    "msgs",
    "comment",
    "comments",
    "utterance",
    "utterances",
    "transcript",
    "transcripts",
    "transcription",
    "transcriptions",
    "reply",
    "replies",
    "speech",
    "texto",
    "textos",
    "mensaje",
    "mensajes",
    "mensagem",
    "mensagens",
    "comentario",
    "comentarios",
    "cuerpo",
    "contenido",
    "corpo",
    "conteudo",
];

/// Words for other text.
const TEXT: &[&str] = &[
    "html",
    "plain",
    "plaintext",
    "markdown",
    "richtext",
    "parts",
    "lines",
    "caption",
    "captions",
    "note",
    "notes",
    "answer",
    "answers",
    "question",
    "questions",
    "prompt",
    "prompts",
    "query",
    "queries",
    "input",
    "inputs",
    "output",
    "outputs",
    "response",
    "responses",
    "subject",
    "subjects",
    "summary",
    "preview",
    "snippet",
    "description",
    "descriptions",
    "remark",
    "remarks",
    "feedback",
    "inquiry",
    "inquiries",
    "enquiry",
    "paragraph",
    "paragraphs",
    "sentence",
    "sentences",
    "instruction",
    "instructions",
    "insert",
    "complaint",
    "respuesta",
    "respuestas",
    "resposta",
    "respostas",
    "pergunta",
    "perguntas",
    "descricao",
    "observacao",
    "observacoes",
    "assunto",
    "resumo",
    "reclamacao",
    "pregunta",
    "preguntas",
    "nota",
    "notas",
    "consulta",
    "consultas",
    "descripcion",
    "observacion",
    "observaciones",
    "asunto",
    "resumen",
    "queja",
];

/// Words for text beside a message.
const ASIDE: &[&str] = &[
    "title", "titles", "headline", "heading", "reason", "reasons", "detail", "details", "excerpt", "memo", "motivo",
    "detalle", "detalles", "titulo", "opinion", "bio", "about",
];

/// Names that often mean text and often something else.
const VAGUE: &[&str] = &[
    "data",
    "payload",
    "value",
    "val",
    "request",
    "result",
    "chat",
    "line",
    "item",
    "items",
    "param",
    "params",
    "args",
    "argument",
    "arguments",
    "q",
    "m",
    "t",
    "word",
    "words",
    "desc",
    "string",
    "say",
    "said",
];

/// Words for identifiers, dates, places and amounts. Whatever number follows them, it is one of these.
const REFERENCES: &[&str] = &[
    "id",
    "ids",
    "uid",
    "uids",
    "uuid",
    "uuids",
    "guid",
    "order",
    "orders",
    "trace",
    "span",
    "tracking",
    "reference",
    "references",
    "ref",
    "refs",
    "session",
    "sessions",
    "hash",
    "hashes",
    "digest",
    "checksum",
    "sha",
    "sha1",
    "sha256",
    "md5",
    "secret",
    "secrets",
    "etag",
    "signature",
    "sig",
    "token",
    "tokens",
    "jwt",
    "nonce",
    "cursor",
    "key",
    "keys",
    "cookie",
    "cookies",
    "csrf",
    "xsrf",
    "captcha",
    "recaptcha",
    "hcaptcha",
    "turnstile",
    "saml",
    "authorization",
    "bearer",
    "invoice",
    "invoices",
    "ticket",
    "tickets",
    "case",
    "claim",
    "serial",
    "imei",
    "iccid",
    "imsi",
    "meid",
    "vin",
    "sku",
    "isbn",
    "ean",
    "gtin",
    "upc",
    "asin",
    "barcode",
    "shipment",
    "waybill",
    "parcel",
    "timestamp",
    "timestamps",
    "ts",
    "time",
    "times",
    "nanos",
    "epoch",
    "date",
    "dates",
    "lat",
    "lng",
    "lon",
    "latitude",
    "longitude",
    "coordinate",
    "coordinates",
    "coords",
    "geo",
    "amount",
    "amounts",
    "price",
    "prices",
    "balance",
    "revision",
    "version",
    "build",
    "seq",
    "sequence",
    "offset",
    "commit",
    "correlation",
    "transaction",
    "transactions",
    "receipt",
    "confirmation",
    "batch",
    "device",
    "fingerprint",
    "url",
    "urls",
    "uri",
    "uris",
    "href",
    "link",
    "links",
    "src",
    "path",
    "paths",
    "base64",
    "blob",
    "binary",
    "loyalty",
    "policy",
    "booking",
    "reservation",
    "membership",
    "crc",
    "mac",
    "pedido",
    "factura",
    "referencia",
    "seguimiento",
    "fecha",
    "hora",
    "folio",
    "guia",
    "recibo",
];

/// Other words for what is not text.
const OTHERS: &[&str] = &[
    "type",
    "types",
    "kind",
    "count",
    "counts",
    "total",
    "totals",
    "num",
    "number",
    "numbers",
    "no",
    "nr",
    "index",
    "idx",
    "pos",
    "position",
    "length",
    "len",
    "size",
    "sizes",
    "bytes",
    "limit",
    "max",
    "min",
    "width",
    "height",
    "color",
    "colour",
    "style",
    "styles",
    "class",
    "classes",
    "css",
    "format",
    "mime",
    "mimetype",
    "charset",
    "encoding",
    "lang",
    "language",
    "locale",
    "status",
    "state",
    "flag",
    "flags",
    "enabled",
    "disabled",
    "visible",
    "read",
    "route",
    "endpoint",
    "domain",
    "host",
    "hostname",
    "ip",
    "port",
    "file",
    "files",
    "filename",
    "page",
    "pages",
    "day",
    "month",
    "year",
    "at",
    "on",
    "by",
    "to",
    "from",
    "ms",
    "sec",
    "seconds",
    "minutes",
    "hours",
    "ttl",
    "timeout",
    "age",
    "attempts",
    "retries",
    "interval",
    "rotation",
    "strength",
    "required",
    "expires",
    "expiry",
    "duration",
    "created",
    "updated",
    "modified",
    "sent",
    "received",
    "mode",
    "level",
    "priority",
    "severity",
    "sort",
    "rank",
    "score",
    "rating",
    "confidence",
    "probability",
    "channel",
    "source",
    "target",
    "sender",
    "recipient",
    "author",
    "user",
    "users",
    "owner",
    "role",
    "roles",
    "group",
    "groups",
    "thread",
    "room",
    "tag",
    "tags",
    "category",
    "categories",
    "template",
    "theme",
    "font",
    "align",
    "alignment",
    "icon",
    "image",
    "images",
    "photo",
    "thumbnail",
    "avatar",
    "attachment",
    "attachments",
    "media",
    "audio",
    "video",
    "phone",
    "tel",
    "telephone",
    "mobile",
    "fax",
    "email",
    "mail",
    "zip",
    "postal",
    "postcode",
    "country",
    "city",
    "street",
    "address",
    "currency",
    "cost",
    "quantity",
    "qty",
    "percent",
    "percentage",
    "weight",
    "agent",
    "browser",
    "os",
    "platform",
    "referer",
    "referrer",
    "name",
    "names",
    "firstname",
    "lastname",
    "fullname",
    "username",
    "nickname",
    "login",
    "model",
    "engine",
    "action",
    "event",
    "events",
    "method",
    "function",
    "functions",
    "tool",
    "tools",
    "command",
    "operation",
    "schema",
    "code",
    "placeholder",
    "label",
    "labels",
    "field",
    "fields",
    "property",
    "option",
    "options",
    "config",
    "settings",
    "meta",
    "metadata",
    "headers",
    "header",
    "timezone",
    "useragent",
    "ua",
    "tipo",
    "estado",
    "nombre",
    "numero",
    "codigo",
    "idioma",
];

/// Secrets by the words at the end of a name, the longest first.
const SECRETS: &[(&[&str], Secret)] = &[
    (&["card", "security", "code"], Secret::SecurityCode),
    (&["card", "verification", "value"], Secret::SecurityCode),
    (&["card", "verification", "code"], Secret::SecurityCode),
    (&["codigo", "de", "seguridad"], Secret::SecurityCode),
    (&["codigo", "seguridad"], Secret::SecurityCode),
    (&["security", "code"], Secret::SecurityCode),
    (&["card", "code"], Secret::SecurityCode),
    (&["cvv"], Secret::SecurityCode),
    (&["cvv2"], Secret::SecurityCode),
    (&["cvv", "number"], Secret::SecurityCode),
    (&["cvv", "code"], Secret::SecurityCode),
    (&["cvc", "code"], Secret::SecurityCode),
    (&["cvc"], Secret::SecurityCode),
    (&["cvc2"], Secret::SecurityCode),
    (&["cvn"], Secret::SecurityCode),
    (&["csc"], Secret::SecurityCode),
    (&["card", "number"], Secret::Card),
    (&["card", "numbers"], Secret::Card),
    (&["card", "num"], Secret::Card),
    (&["card", "no"], Secret::Card),
    (&["card", "pan"], Secret::Card),
    (&["card", "value"], Secret::Card),
    (&["cc", "number"], Secret::Card),
    (&["cc", "num"], Secret::Card),
    (&["cc", "no"], Secret::Card),
    (&["numero", "de", "tarjeta"], Secret::Card),
    (&["tarjeta", "numero"], Secret::Card),
    (&["tarjeta"], Secret::Card),
    (&["numero", "do", "cartao"], Secret::Card),
    (&["numero", "cartao"], Secret::Card),
    (&["cartao"], Secret::Card),
    (&["card"], Secret::Card),
    (&["cards"], Secret::Card),
    (&["cc"], Secret::Card),
    (&["ccn"], Secret::Card),
    (&["pan"], Secret::Card),
    (&["social", "security", "number"], Secret::SocialSecurity),
    (&["social", "security", "no"], Secret::SocialSecurity),
    (&["social", "security"], Secret::SocialSecurity),
    (&["seguro", "social"], Secret::SocialSecurity),
    (&["ssn"], Secret::SocialSecurity),
    (&["ssn", "number"], Secret::SocialSecurity),
    (&["ssn", "no"], Secret::SocialSecurity),
    (&["itin"], Secret::SocialSecurity),
    (&["account", "number"], Secret::Account),
    (&["account", "num"], Secret::Account),
    (&["account", "no"], Secret::Account),
    (&["acct", "number"], Secret::Account),
    (&["acct", "num"], Secret::Account),
    (&["acct", "no"], Secret::Account),
    (&["bank", "account"], Secret::Account),
    (&["numero", "de", "cuenta"], Secret::Account),
    (&["numero", "cuenta"], Secret::Account),
    (&["numero", "da", "conta"], Secret::Account),
    (&["numero", "conta"], Secret::Account),
    (&["iban"], Secret::Account),
    (&["clabe"], Secret::Account),
    (&["routing", "number"], Secret::Routing),
    (&["routing", "no"], Secret::Routing),
    (&["routing"], Secret::Routing),
    (&["otp", "value"], Secret::Passcode),
    (&["one", "time", "code"], Secret::Passcode),
    (&["one", "time", "passcode"], Secret::Passcode),
    (&["one", "time", "password"], Secret::Passcode),
    (&["passcode"], Secret::Passcode),
    (&["otp"], Secret::Passcode),
    (&["totp"], Secret::Passcode),
    (&["pin", "number"], Secret::Pin),
    (&["pin", "value"], Secret::Pin),
    (&["pin"], Secret::Pin),
    (&["nip"], Secret::Pin),
    (&["password", "confirmation"], Secret::Password),
    (&["password", "confirm"], Secret::Password),
    (&["password", "again"], Secret::Password),
    (&["password", "repeat"], Secret::Password),
    (&["password", "value"], Secret::Password),
    (&["password"], Secret::Password),
    (&["passwords"], Secret::Password),
    (&["passwd"], Secret::Password),
    (&["pwd"], Secret::Password),
    (&["pass"], Secret::Password),
    (&["passphrase"], Secret::Password),
    (&["contrasena"], Secret::Password),
    (&["clave"], Secret::Password),
    (&["clave", "secreta"], Secret::Password),
    (&["clave", "usuario"], Secret::Password),
    (&["palabra", "secreta"], Secret::Password),
    (&["secret", "word"], Secret::Password),
    (&["senha"], Secret::Password),
];

/// Words for a code.
const CODES: &[&str] = &["code", "codes", "codigo", "codigos"];

/// Words for the time at which something was written.
const TIMES: &[&str] =
    &["ts", "time", "timestamp", "date", "datetime", "at", "on", "created", "sent", "epoch", "fecha", "hora"];

/// Words that say that a time is not the one at which something was written.
const OTHER_TIMES: &[&str] =
    &["updated", "modified", "edited", "deleted", "read", "seen", "delivered", "expires", "expiry"];

/// Words next to the word for a code that make it a passcode: what it is for, or how it is sent.
const CODE_USES: &[&str] = &[
    "2fa",
    "acceso",
    "access",
    "acesso",
    "auth",
    "authentication",
    "autenticacao",
    "autenticacion",
    "backup",
    "login",
    "mfa",
    "otp",
    "pass",
    "recovery",
    "recuperacao",
    "recuperacion",
    "reset",
    "secret",
    "secreto",
    "sms",
    "temporary",
    "totp",
    "unlock",
    "verificacao",
    "verificacion",
    "verification",
    "verify",
];

/// Words that may follow the word for a text: `textEn`, `message_raw`.
const QUALIFIERS: &[&str] = &[
    "en",
    "es",
    "raw",
    "rendered",
    "formatted",
    "original",
    "translated",
    "value",
    "string",
    "clean",
    "full",
    "short",
    "long",
    "default",
    "final",
    "new",
    "old",
];

/// First words that say that a name with a word for text is not that of a text: `isText`, `total_messages`.
const QUANTITIES: &[&str] = &["is", "has", "num", "count", "total", "max", "min", "no", "n", "unread", "show", "allow"];

/// Words between a text and somebody or something that it belongs to: `messageFromUser`.
const LINKS: &[&str] = &["from", "to", "by", "of", "for", "de", "para"];

/// Words in the names of random tokens that end like those of text: `g-recaptcha-response`.
const TOKENS: &[&str] = &["captcha", "recaptcha", "hcaptcha", "turnstile", "saml"];

/// Words for a card.
const CARDS: &[&str] = &["card", "cards", "tarjeta", "cartao"];

/// Words for what stands for a card.
const REPLACEMENTS: &[&str] = &["token", "tokens", "hash", "hashes", "uuid", "key"];

/// Words for a number.
const NUMBERS: &[&str] = &["num", "number", "numbers", "no", "nr", "numero"];

/// Words that stand before others without anything between: `usermessage`, `plaintext`, `cardnumber`.
const PREFIXES: &[&str] = &[
    "account",
    "acct",
    "agent",
    "ai",
    "answer",
    "auth",
    "bank",
    "body",
    "bot",
    "card",
    "cc",
    "chat",
    "client",
    "comment",
    "confirm",
    "credit",
    "current",
    "customer",
    "db",
    "debit",
    "email",
    "error",
    "first",
    "full",
    "html",
    "input",
    "last",
    "llm",
    "login",
    "mail",
    "message",
    "model",
    "new",
    "note",
    "old",
    "original",
    "otp",
    "output",
    "plain",
    "private",
    "public",
    "raw",
    "reply",
    "rich",
    "routing",
    "secret",
    "security",
    "sms",
    "social",
    "support",
    "system",
    "text",
    "ticket",
    "user",
    "verification",
    "verify",
    "wifi",
    "web",
    "your",
    "my",
];

/// The most bytes of a name that are read: the last ones.
const LONGEST: usize = 64;

/// The name of a field in words, in lower case and without accents.
struct Words {
    bytes: SmallVec<[u8; LONGEST]>,
    /// The ends of the words in `bytes`.
    ends: SmallVec<[u8; 8]>,
}

impl Words {
    fn of(name: &[u8]) -> Self {
        let mut words = Self { bytes: SmallVec::new(), ends: SmallVec::new() };
        words.push(name);
        words
    }

    fn push(&mut self, name: &[u8]) {
        let name = &name[name.len().saturating_sub(LONGEST)..];
        let mut last = ' ';
        let name = String::from_utf8_lossy(name);
        let mut chars = name.chars().peekable();
        while let Some(c) = chars.next() {
            let c = unaccented(c);
            // `userMessage`, `HTMLBody`
            let upper = c.is_ascii_uppercase();
            let starts = upper && (last.is_ascii_lowercase() || last.is_ascii_digit())
                || upper && last.is_ascii_uppercase() && chars.peek().is_some_and(char::is_ascii_lowercase);
            if starts || !c.is_ascii_alphanumeric() {
                self.end();
            }
            if c.is_ascii_alphanumeric() && self.bytes.len() < usize::from(u8::MAX) {
                self.bytes.push(c.to_ascii_lowercase() as u8);
            }
            last = c;
        }
        self.end();
    }

    /// Ends a word. One that is written together is taken apart.
    fn end(&mut self) {
        let start = self.ends.last().map_or(0, |end| usize::from(*end));
        let word = &self.bytes[start..];
        if word.is_empty() {
            return;
        }
        let is_known = |word: &[u8]| WORDS.contains_key(word);
        let cut = if word.len() < 6 || is_known(word) {
            None
        } else {
            let mut lens =
                PREFIXES.iter().filter(|prefix| word.starts_with(prefix.as_bytes())).map(|prefix| prefix.len());
            lens.find(|len| is_known(&word[*len..]))
        };
        self.ends.extend(cut.map(|len| (start + len) as u8));
        self.ends.push(self.bytes.len() as u8);
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| usize::from(self.ends[before]));
        &self.bytes[start..usize::from(self.ends[at])]
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        (0..self.len()).map(|at| self.get(at))
    }

    fn ends_with(&self, words: &[&str]) -> bool {
        self.len() >= words.len() && self.iter().rev().zip(words.iter().rev()).all(|(a, b)| a == b.as_bytes())
    }

    fn is_in(&self, at: usize, words: &[&str]) -> bool {
        at < self.len() && {
            let own = self.get(at);
            words.iter().any(|word| word.as_bytes() == own)
        }
    }
}

/// The letter without its accent, if Spanish has it.
fn unaccented(c: char) -> char {
    match c {
        'á' | 'Á' => 'a',
        'é' | 'É' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'Ó' => 'o',
        'ú' | 'ü' | 'Ú' | 'Ü' => 'u',
        'ñ' | 'Ñ' => 'n',
        c => c,
    }
}

/// What is known about a word.
#[derive(Default)]
struct Known {
    /// What a name means that ends with it.
    class: Option<Meaning>,
    /// The rows of [`SECRETS`] that end with it, in order.
    secrets: SmallVec<[&'static (&'static [&'static str], Secret); 2]>,
}

/// All words of the tables above that mean something by themselves or in the name of a secret.
static WORDS: LazyLock<HashMap<&'static [u8], Known>> = LazyLock::new(|| {
    let lists = [
        (OTHERS, Meaning::Other),
        (REFERENCES, Meaning::Reference),
        (VAGUE, Meaning::Vague),
        (ASIDE, Meaning::Aside),
        (TEXT, Meaning::Text),
        (CHAT, Meaning::Chat),
    ];
    let mut words: HashMap<&[u8], Known> = HashMap::new();
    for (list, class) in lists {
        for word in list {
            words.entry(word.as_bytes()).or_default().class = Some(class);
        }
    }
    for word in CODES.iter().chain(CODE_USES) {
        words.entry(word.as_bytes()).or_default();
    }
    for row in SECRETS {
        for word in row.0 {
            words.entry(word.as_bytes()).or_default();
        }
        if let Some(known) = row.0.last().and_then(|word| words.get_mut(word.as_bytes())) {
            known.secrets.push(row);
        }
    }
    words
});

/// Returns what a word means.
fn class(word: &[u8]) -> Meaning {
    let known = |word: &[u8]| WORDS.get(word).and_then(|known| known.class);
    let end = word.len() - word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let without_digits = || known(&word[..end]).filter(|_| end < word.len());
    let is_id = || word.len() > 2 && (word.ends_with(b"id") || word.ends_with(b"ids"));
    known(word).or_else(without_digits).unwrap_or(if is_id() { Meaning::Reference } else { Meaning::Unknown })
}

/// Returns what the name of a field says about its value.
pub(super) fn meaning(name: &[u8]) -> Meaning {
    meaning_of(&Words::of(name))
}

/// Returns what the name of a field says about its value, if the name alone says little: `number` of a `card`.
pub(super) fn meaning_within(outer: &[u8], name: &[u8]) -> Meaning {
    let mut words = Words::of(outer);
    words.push(name);
    meaning_of(&words)
}

fn meaning_of(words: &Words) -> Meaning {
    let is_extra = |at: usize| words.get(at).iter().all(u8::is_ascii_digit) || words.is_in(at, QUALIFIERS);
    let Some(plain) = (0..words.len()).rposition(|at| !words.get(at).iter().all(u8::is_ascii_digit)) else {
        return Meaning::Unknown;
    };
    let secrets = WORDS.get(words.get(words.len() - 1)).map_or(&[][..], |known| &known.secrets);
    if let Some((_, secret)) = secrets.iter().find(|(tail, _)| words.ends_with(tail)) {
        return Meaning::Secret(*secret);
    }
    if is_passcode(words) {
        return Meaning::Secret(Secret::Passcode);
    }
    // `message_raw` is a message; `value` alone is not qualified by anything.
    let last = (0..words.len()).rposition(|at| !is_extra(at)).unwrap_or(plain);
    let any = |list: &[&str]| (0..words.len()).any(|at| words.is_in(at, list));
    match class(words.get(last)) {
        Meaning::Chat | Meaning::Text | Meaning::Aside if any(TOKENS) => Meaning::Reference,
        Meaning::Chat | Meaning::Text | Meaning::Aside if last > 0 && words.is_in(0, QUANTITIES) => Meaning::Other,
        // The answer to a security question is a password.
        Meaning::Text if last > 0 && words.is_in(last - 1, &["security", "secret"]) => Meaning::Other,
        Meaning::Text if class(words.get(0)) == Meaning::Chat => Meaning::Chat,
        text @ (Meaning::Chat | Meaning::Text | Meaning::Aside) => text,
        // A card may be given where its id is meant, but a token is made to look like one.
        Meaning::Reference if any(CARDS) && !any(REPLACEMENTS) => Meaning::Other,
        Meaning::Reference => Meaning::Reference,
        _ if words.iter().any(|word| class(word) == Meaning::Reference) => Meaning::Reference,
        // `messageFromUser` is a message, `message_from` is not.
        Meaning::Other | Meaning::Unknown
            if (1..last).any(|at| words.is_in(at, LINKS) && is_said(class(words.get(at - 1)))) =>
        {
            Meaning::Aside
        }
        Meaning::Other => Meaning::Other,
        Meaning::Vague if words.len() == 1 => Meaning::Vague,
        _ if last > 0 && is_said(class(words.get(0))) => Meaning::Aside,
        _ => Meaning::Unknown,
    }
}

/// Returns whether a name is that of a passcode: `login_code`, `codigo de acceso`.
fn is_passcode(words: &Words) -> bool {
    let Some(last) = words.len().checked_sub(1).filter(|last| *last > 0) else { return false };
    let before = last - 1 - usize::from(last > 1 && words.is_in(last - 1, &["de"]));
    words.is_in(last, CODES) && words.is_in(last - 1, CODE_USES)
        || words.is_in(last, CODE_USES) && words.is_in(before, CODES)
}

/// Returns the words that tell the engine what the value of a field is, if the name of the field denotes a secret.
pub fn secret_label(name: &[u8]) -> Option<&'static str> {
    match meaning(name) {
        Meaning::Secret(secret) => Some(secret.label()),
        _ => None,
    }
}

/// Returns whether the name of a field says that its value is an identifier, a date or an amount.
pub(crate) fn is_reference(name: &[u8]) -> bool {
    meaning(name) == Meaning::Reference
}

/// Returns whether the name of a field says that its value is something that somebody writes or says.
pub(crate) fn is_text(name: &[u8]) -> bool {
    is_said(meaning(name))
}

/// Returns `true` for the name of a setting about a secret: `password_min_length`, `pin.retries`.
pub(crate) fn is_setting(name: &[u8]) -> bool {
    let words = Words::of(name);
    let names_secret = |end: usize| {
        let tails = WORDS.get(words.get(end)).map_or(&[][..], |known| &known.secrets);
        tails.iter().any(|(tail, _)| tail.len() == 1)
    };
    let Some(last) = words.len().checked_sub(1) else { return false };
    let vague = [CODES, REPLACEMENTS, NUMBERS].iter().any(|list| words.is_in(last, list));
    matches!(meaning_of(&words), Meaning::Other | Meaning::Reference) && !vague && (0..last).any(names_secret)
}

/// Returns whether a name is that of the time at which something was written: `ts`, `createdAt`, `sent_time`.
pub(super) fn is_time(name: &[u8]) -> bool {
    let words = Words::of(name);
    let any = |list: &[&str]| (0..words.len()).any(|at| words.is_in(at, list));
    words.len() > 0 && words.is_in(words.len() - 1, TIMES) && !any(OTHER_TIMES)
}

/// As [`secret_label`], for a field whose name says little alone: `number` of a `card`.
pub fn secret_label_within(outer: &[u8], name: &[u8]) -> Option<&'static str> {
    match meaning_within(outer, name) {
        Meaning::Secret(secret) => Some(secret.label()),
        _ => None,
    }
}

/// Returns `true` for what somebody writes or says.
fn is_said(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Chat | Meaning::Text)
}

/// Returns whether a text reads as prose: it has at least `least` words, and most of what it has are words.
pub fn is_prose(text: &[u8], least: usize) -> bool {
    // The start of a long text shows it.
    let start = &text[..text.len().min(512)];
    let (mut words, mut others) = (0, 0);
    for token in start.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty()) {
        let is_mark = |byte: &u8| byte.is_ascii_punctuation();
        let start = token.iter().position(|byte| !is_mark(byte)).unwrap_or(token.len());
        let end = token.iter().rposition(|byte| !is_mark(byte)).map_or(start, |last| last + 1);
        let word = &token[start..end];
        if !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii() || *byte == b'\'')
        {
            words += 1;
        } else {
            others += 1;
        }
    }
    words >= least && words >= others
}

/// Returns whether a text names a number, in as many words as there are numbers at least: `pin 4821`. "Code" alone is no
/// name: a status has one.
pub(crate) fn names_number(text: &[u8]) -> bool {
    const LONGEST: usize = 64;
    let text = text.trim_ascii();
    let is_code = |word: &[u8]| CODES.iter().any(|code| word.eq_ignore_ascii_case(code.as_bytes()));
    let mut words =
        text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| word.iter().any(u8::is_ascii_alphabetic));
    text.len() <= LONGEST
        && text.contains(&b' ')
        && text.iter().any(u8::is_ascii_digit)
        && is_prose(text, 1)
        && !words.all(is_code)
}

/// The bytes of a name without case and separators.
pub(super) fn normalized(name: &[u8]) -> impl DoubleEndedIterator<Item = u8> {
    name.iter().filter(|byte| !matches!(byte, b'_' | b'-' | b'.' | b' ')).map(u8::to_ascii_lowercase)
}

/// Returns whether two names differ at most in case and separators.
pub(super) fn is_same(name: &[u8], other: &[u8]) -> bool {
    normalized(name).eq(normalized(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_or_begins_with_a_word_for_text_is_text() {
        for (names, expected) in [
            (
                "text TEXT text1 userMessage user_message messageText message_text messageBody chatMessage newMessage \
                 customerMessage textBody HTMLBody bodyHtml body-html body-plain stripped-text plain_body usermessage \
                 messagetext inputTranscript textEn message_raw fulfillment-text mensaje comentarios",
                Meaning::Chat,
            ),
            (
                "plain html userInput user_input userPrompt userQuery queries richtext notes answer description descripción \
                 work_notes issue_description",
                Meaning::Text,
            ),
            ("title reason details messageFromUser text_by_agent latest_reply_to_customer", Meaning::Aside),
            ("data payload value q", Meaning::Vague),
            (
                "id message_id messageId userid psid order_number orderNumber tracking traceId session_token url contentUrl \
                 g-recaptcha-response SAMLResponse created_time textHash idempotencyKey lat",
                Meaning::Reference,
            ),
            (
                "type messageType text_color contentLength message_from reply_to is_text total_messages name securityAnswer status",
                Meaning::Other,
            ),
            ("foo textile te contextual2x", Meaning::Unknown),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(meaning(name.as_bytes()), expected, "{name}");
            }
        }
    }

    #[test]
    fn a_name_can_denote_a_secret() {
        for (names, secret) in [
            ("cardNumber card_number cardnumber creditCardNumber ccNumber cc_num card tarjeta", Secret::Card),
            ("cvv cvc2 card_cvv securityCode card-security-code", Secret::SecurityCode),
            ("ssn customerSsn social_security_number socialSecurityNumber", Secret::SocialSecurity),
            ("accountNumber bank_account_number iban numeroCuenta", Secret::Account),
            ("routingNumber", Secret::Routing),
            ("pin card_pin", Secret::Pin),
            ("otp smsCode sms_code smscode loginCode verification_code", Secret::Passcode),
            (
                "password newPassword loginpassword user_password passwordConfirmation contraseña claveUsuario",
                Secret::Password,
            ),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(meaning(name.as_bytes()), Meaning::Secret(secret), "{name}");
            }
        }
        assert_eq!(meaning_within(b"card", b"number"), Meaning::Secret(Secret::Card));
        for name in ["cardId", "passwordHash", "cardType", "pinned", "otp_token", "account"] {
            assert!(!matches!(meaning(name.as_bytes()), Meaning::Secret(_)), "{name}");
        }
    }

    #[test]
    fn a_word_before_a_number_names_it() {
        for text in ["pin 4821", "PIN: 4821", " visa 4242"] {
            assert!(names_number(text.as_bytes()), "{text}");
        }
        for text in
            ["4821", "pin", "pin4821", "John Smith", "2026-01-02 10:00:00", "4539 5787 x", "code 4821", "Code: 4821"]
        {
            assert!(!names_number(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn prose_is_mostly_words() {
        for prose in ["my pin is 4021", "Please call me back!", "mi clave es 4021, gracias"] {
            assert!(is_prose(prose.as_bytes(), 3), "{prose}");
        }
        for other in
            ["John Smith", "4111 1111 1111 1111", "Server=db;User Id=sa;Password=Xy12;", "2026-01-02 10:00:00 UTC", ""]
        {
            assert!(!is_prose(other.as_bytes(), 3), "{other}");
        }
    }
}
