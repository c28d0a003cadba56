//! What a message asks for and what it announces.
//!
//! In: a reading. Out: [`Said`], which the conversation remembers, and the places where a secret is asked for.

use smallvec::SmallVec;

use crate::detect::cues::{Lists, Role as Does, Topic};
use crate::detect::password::is_predicate;
use crate::detect::token::{Hit, Kind, Reading, Token};
use crate::judge::Part;
use crate::judge::conversation::{Said, Topics};
use crate::message::Role;

/// A cue in a question or a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) topic: Topic,
    /// Index of the cue in the reading.
    pub(crate) hit: usize,
}

/// The requests of a message; those of a usual one fit in place.
pub(crate) type Requests = SmallVec<[Request; 4]>;

/// What a part of the message asks for, with the places. A sentence belongs to the part in which it ends.
pub(crate) fn requests(reading: &Reading<'_>, role: Role, part: Part) -> (Said, Requests) {
    let mut said = Said { agrees: part.first && agrees(reading), ..Said::default() };
    let typed = |topic: Topic| matches!(topic, Topic::Pin | Topic::Password | Topic::Code | Topic::OneTimePasscode);
    for hit in reading.cues.iter().filter(|hit| typed(hit.cue.topic) && hit.cue.name != "the new one") {
        if part.has(reading.tokens[hit.last].start as usize) {
            said.speaks = said.speaks.with(hit.cue.topic);
        }
    }
    said.sends_it = role.serves() && sends_it(reading, part);
    let mut requests = Requests::new();
    if !may_ask(reading, role) {
        return (said, requests);
    }
    // Secrets named in statements so far: "I have sent a code. What is it?" asks for the code.
    let mut named = Topics::NONE;
    // "From 1 to 5," and then the question to which that is the answer.
    let mut chooses = false;
    let may_mean = MEANT.into_iter().any(|topic| reading.mentions(topic));
    let mut quotations = Quotations::default();
    let mut start = 0;
    while start < reading.tokens.len() {
        let sweep = Sweep::of(reading, start, role);
        let end = sweep.end;
        if role.serves() && reading.facts.digits > 0 && is_choice(reading, start, end) {
            let before_it = said;
            said.asks = Topics::NONE.with(Topic::Amount);
            said.measures = true;
            chooses = true;
            if !(part.has(reading.tokens[end - 1].start as usize) && (part.last || is_over(reading, end - 1))) {
                said = before_it;
            }
            start = end;
            continue;
        }
        if role.serves() && !sweep.question && may_mean && part.has(reading.tokens[end - 1].start as usize) {
            said.means = said.means.and(means(reading, start, end));
        }
        if requests.is_empty() && said.asks.is_empty() && sweep.is_plain() {
            start = end;
            continue;
        }
        let unheard = (said, requests.len());
        let mut asks = Topics::NONE;
        let mut counts = true;
        let sentence = Sentence::of(reading, start, &sweep, role);
        if chooses && !sentence.request {
            start = end;
            continue;
        }
        let mut before: Option<usize> = None;
        let mut has_cue = false;
        for (index, hit) in cues_in(reading, start, end) {
            let topic = hit.cue.topic;
            has_cue = true;
            if before.is_some_and(|last| corrects(reading, last + 1, hit.first)) {
                asks = Topics::NONE;
                requests.clear();
            }
            let previous = before;
            let dependent =
                || previous.is_some_and(|last| depends(reading, last, hit.first)) || modifies(reading, hit.last, end);
            // "The value of the CVC": a word for any quantity does not govern.
            if !matches!(topic, Topic::Amount | Topic::Quantity | Topic::Place | Topic::Login) {
                before = Some(hit.last);
            }
            // But "what do you type in the password field?" asks for it.
            let entered = || {
                reading.tokens[hit.first.saturating_sub(4)..hit.first]
                    .iter()
                    .any(|t| t.does(Does::ENTRY) && t.kind == Kind::Word)
            };
            let compound = reading.token(hit.last + 1).is_some_and(|t| t.does(Does::HEAD) && t.kind == Kind::Word)
                && !(matches!(topic, Topic::Password | Topic::Pin)
                    && ["field", "box", "form", "input", "bar", "slot", "prompt", "screen", "page"]
                        .iter()
                        .any(|word| is_any(reading, &reading.tokens[hit.last + 1], &[word]))
                    && entered());
            let purpose = sentence.purpose.is_some_and(|comma| hit.last < comma)
                && !(sentence.request && sentence.chooses_digits)
                && cues_in(reading, sentence.purpose.unwrap_or(end), end).next().is_some();
            // "Check again?", "can you check?": a verb.
            let verb = topic == Topic::Reference
                && hit.first == hit.last
                && reading.is_word(&reading.tokens[hit.first], b"check")
                && !(hit.first > 0 && reading.tokens[hit.first - 1].does(Does::DETERMINER));
            // "What is code 407?" names it; in quotation marks somebody else asks.
            // "I got an sms" asks for no more.
            let message = || hit.first == hit.last && reading.tokens[hit.first].is_any(Lists::MESSAGE);
            // "I got a text that says I need a code, is it real?": somebody else asks.
            let reported = || {
                reading.tokens[start..hit.first].iter().any(|t| {
                    t.kind == Kind::Word && is_any(reading, t, &["says", "saying", "said", "dice", "dicen", "decia"])
                })
            };
            let told = !role.serves()
                && (is_named(reading, hit.last) || quotations.around(reading, hit.first) || message() || reported());
            // "The code needs a minimum of...": what needs is not needed.
            let subject = reading
                .token(hit.last + 1)
                .is_some_and(|t| t.kind == Kind::Word && is_any(reading, t, &["needs", "requires", "need", "require"]));
            // The "Forgot password" link; "choose a new one".
            let label = hit.first > 0 && is_any(reading, &reading.tokens[hit.first - 1], &FORGOTTEN)
                || hit.cue.name == "the new one"
                    && reading.tokens[hit.first.saturating_sub(3)..hit.first]
                        .iter()
                        .any(|t| is_any(reading, t, &CHANGES));
            if verb
                || label
                || sentence.elsewhere && is_changed(reading, hit.first)
                || subject && !sentence.question
                || told
                || has_value(reading, hit.last) && !sentence.question
                || is_numbered(reading, hit.last)
                || is_partial(reading, hit.last)
                || compound
                || purpose
                || topic == Topic::Quantity
            {
                continue;
            }
            if sentence.asks_for(reading, hit)
                && (role.serves() || sentence.request || wants_to_know(reading, start, end))
            {
                if let Some(other) = sentence.measures {
                    // A reason is no number.
                    if other == Topic::Quantity {
                        continue;
                    }
                    asks = asks.with(other);
                    said.measures = true;
                } else if !dependent() {
                    asks = asks.and(topics_of(reading, hit, sentence.sent));
                    counts &= topic == Topic::Phone || is_a_count(reading, hit);
                    requests.push(Request { topic, hit: index });
                } else if matches!(topic, Topic::Reference | Topic::Device) && asks.has(Topic::Code) && !sentence.sent {
                    // "The code at the bottom of the voucher" is the voucher's.
                    asks = asks.without(Topic::Code).without(Topic::Password).with(topic);
                }
            } else if topic.is_secret() && (!sentence.negated || sentence.trouble) {
                named = named.with(topic);
                // "The user name only, not the password."
                let left_out = reading.tokens[hit.first.saturating_sub(3)..hit.first]
                    .iter()
                    .any(|t| t.kind == Kind::Word && t.does(Does::NEGATION));
                // "That code needs a minimum": it is known to both.
                let known = hit.first > 0 && reading.tokens[hit.first - 1].is_any(Lists::POINTER);
                if sentence.trouble && !left_out
                    || sentence.foretells && !known && matches!(topic, Topic::Code | Topic::OneTimePasscode)
                {
                    asks = asks.and(topics_of(reading, hit, sentence.sent));
                }
            }
            if sentence.question && topic.is_secret() && !has_value(reading, hit.last) {
                said.offers = said.offers.with(topic);
            }
        }
        // "What code does the error show?" asks for the error's.
        if asks.has(Topic::Code) && asks.has(Topic::Device) && !sentence.sent && sweep.lists.has(Lists::ERROR) {
            asks = asks.without(Topic::Code).without(Topic::Password);
        }
        // "Which key did you register? It's the telephone PIN."
        if role.serves() && !said.asks.is_empty() && !sentence.question && !sentence.negated && explains(reading, start)
        {
            asks = cues_in(reading, start, end)
                .filter(|(_, hit)| hit.cue.topic.is_secret())
                .take(1)
                .fold(asks, |asks, (_, hit)| asks.and(topics_of(reading, hit, sentence.sent)));
        }
        if sentence.digits_texted {
            asks = asks.with(Topic::OneTimePasscode);
        }
        if sentence.on_card_face && !sentence.negated && sentence.measures.is_none() {
            asks = asks.with(Topic::SecurityCode);
        }
        // "We sent it again. Did it arrive?"
        if sentence.question && sentence.arrives && role.serves() && reading.does(Does::SENT) && reading.cues.is_empty()
        {
            asks = asks.with(Topic::OneTimePasscode);
        }
        if asks.is_empty() && (sentence.question || sentence.request) && !sentence.negated {
            if !named.is_empty() && !has_cue && sentence.refers_back {
                asks = named;
            }
            said.refers |= !has_cue && role.serves() && (sentence.recites || asks_which(reading, start, end));
            said.insists |= !has_cue && (sentence.refers_back || sentence.request);
            said.moves_on |= !has_cue && sentence.question && !sentence.refers_back;
            // "It wants a code. Mine?"
            if sentence.question && !has_cue && sweep.words <= 4 {
                said.offers = said.offers.and(named);
            }
            // "Yes, it was just sent. I can enter it if you read it to me."
            said.reads_it |= !has_cue && !sentence.question && role.serves() && sentence.recites;
        }
        if corrects(reading, start, end.min(start + 3)) || before.is_some_and(|last| corrects(reading, last + 1, end)) {
            // "I need the PIN... actually no."
            said.asks = Topics::NONE;
            asks = if before.is_some_and(|last| corrects(reading, last + 1, end)) { Topics::NONE } else { asks };
        }
        if !asks.is_empty() {
            // "Dial *#06# and read me the 15 digits."
            said.counts = counts && asks.without(Topic::Phone) == Topics::NONE.with(Topic::Card);
        }
        said.asks = said.asks.and(asks);
        if !(part.has(reading.tokens[end - 1].start as usize) && (part.last || is_over(reading, end - 1))) {
            said = unheard.0;
            requests.truncate(unheard.1);
        }
        start = end;
    }
    // "1. Lost card", "2. New PIN": a choice may be the answer.
    if role.serves() && reading.facts.digits > 0 && is_menu(reading, part) {
        said.asks = said.asks.with(Topic::Amount);
        said.measures = true;
    }
    said.prefer_secrets();
    if part.last {
        said.announces = announces(reading);
    }
    (said, requests)
}

/// "What is my code?", "do you have it?": a customer asks for something, not whether something is so.
fn wants_to_know(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    reading.tokens[start..end].iter().any(|t| {
        t.is_any(Lists::WHICH.and(Lists::QUE).and(Lists::RECITE).and(Lists::RECITE_IT))
            || is_any(
                reading,
                t,
                &[
                    "have",
                    "wants",
                    "pide",
                    "got",
                    "remind",
                    "whats",
                    "tiene",
                    "tienes",
                    "tenes",
                    "recuerda",
                    "recuerdas",
                    "sabe",
                    "sabes",
                ],
            )
    })
}

/// "What is it?", "¿cuál es?": a question without a noun.
fn asks_which(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let words = || reading.tokens[start..end].iter().filter(|t| t.is_text());
    words().any(|t| t.does(Does::QUESTION))
        && words().all(|t| t.does(Does::GLUE.and(Does::QUESTION).and(Does::CONJUNCTION)) && t.cue == 0)
}

/// What is done to a secret and not with it.
const CHANGES: [&str; 23] = [
    "change",
    "changing",
    "reset",
    "resetting",
    "update",
    "set",
    "choose",
    "create",
    "use",
    "pick",
    "recover",
    "cambie",
    "cambia",
    "cambiar",
    "restablezca",
    "restablecer",
    "restablece",
    "actualice",
    "actualizar",
    "cree",
    "crear",
    "elija",
    "recuperar",
];

/// Where it is done, if not in the chat.
const ELSEWHERE: [&str; 30] = [
    "app",
    "application",
    "site",
    "website",
    "page",
    "link",
    "settings",
    "portal",
    "atm",
    "branch",
    "online",
    "browser",
    "button",
    "profile",
    "com",
    "www",
    "https",
    "aplicacion",
    "sitio",
    "pagina",
    "enlace",
    "liga",
    "ajustes",
    "configuracion",
    "cajero",
    "sucursal",
    "perfil",
    "boton",
    "banca",
    "web",
];

/// What stands on a button before the word for a secret.
const FORGOTTEN: [&str; 6] = ["forgot", "forgotten", "olvide", "olvido", "olvidaste", "restablecer"];

/// "You can reset your PIN at any ATM": who serves sends the customer elsewhere, and wants to hear nothing.
fn happens_elsewhere(reading: &Reading<'_>, sentence: &[Token]) -> bool {
    let here = |t: &Token| {
        t.is_any(Lists::RECITE.and(Lists::RECITE_IT))
            || is_any(
                reading,
                t,
                &["send", "share", "reply", "respond", "here", "below", "aqui", "envie", "comparta", "responda"],
            )
    };
    sentence.iter().any(|t| is_any(reading, t, &ELSEWHERE)) && !sentence.iter().any(here)
}

/// "Change your password", "set a new PIN": the cue at `first` is the object of such a verb.
fn is_changed(reading: &Reading<'_>, first: usize) -> bool {
    let own = |t: &&Token| {
        t.kind == Kind::Word
            && (t.does(Does::DETERMINER) || t.does(Does::OWN) || t.is_any(Lists::ADJECTIVE.and(Lists::RENEWAL)))
    };
    let between = reading.tokens[..first].iter().rev().take(3).take_while(own).count();
    first.checked_sub(between + 1).is_some_and(|verb| is_any(reading, &reading.tokens[verb], &CHANGES))
}

/// "I've sent it", "se lo mandé": what was sent has no name, or is another.
fn sends_it(reading: &Reading<'_>, part: Part) -> bool {
    const NEAR: usize = 4;
    let tokens = &reading.tokens;
    let it = |t: &Token| t.is_any(Lists::IT) || is_any(reading, t, &["another", "one", "lo", "la", "otro", "otra"]);
    reading.does(Does::SENT)
        && (0..tokens.len()).any(|at| {
            let near = || tokens[at.saturating_sub(NEAR)..tokens.len().min(at + NEAR)].iter();
            tokens[at].does(Does::SENT)
                && tokens[at].kind == Kind::Word
                // "I'll send it" does, "send it" does not.
                && !(is_any(reading, &tokens[at], &["send", "sending", "text", "texting", "issued"])
                    && !tokens[at.saturating_sub(2)..at].iter().any(|t| is_any(reading, t, &["i", "we", "ll", "will"])))
                && part.has(tokens[at].start as usize)
                && near().any(it)
                && !near().any(|t| t.does(Does::NEGATION) && t.kind == Kind::Word)
        })
}

/// What an agent may have meant by "the code" and the like.
const MEANT: [Topic; 4] = [Topic::Reference, Topic::Device, Topic::Zip, Topic::Partial];

/// "I mean the promo code", "el de reserva": the harmless one of several things.
fn means(reading: &Reading<'_>, start: usize, end: usize) -> Topics {
    let named = |topic: &Topic| !matches!(topic, Topic::Login | Topic::Place | Topic::Quantity | Topic::Amount);
    let topics = || cues_in(reading, start, end).map(|(_, hit)| hit.cue.topic);
    let Some(first) = topics().find(named).filter(|topic| MEANT.contains(topic)) else { return Topics::NONE };
    let tokens = &reading.tokens[start..end];
    let pair =
        |w: &[Token], first: &[&str], then: &[&str]| is_any(reading, &w[0], first) && is_any(reading, &w[1], then);
    // "Then the last four will do."
    let suffices = topics().any(|topic| matches!(topic, Topic::Partial | Topic::Zip))
        && (tokens.windows(2).any(|w| {
            pair(
                w,
                &["will", "would", "is", "are", "es", "eso"],
                &["do", "enough", "fine", "plenty", "suficiente", "basta"],
            )
        }) || tokens.iter().any(|t| is_any(reading, t, &["suffice", "basta", "bastan", "bastaria", "alcanza"])));
    if suffices {
        return Topics::NONE.with(Topic::Partial);
    }
    let points = tokens.get(..2).is_some_and(|w| pair(w, &["el", "la", "the"], &["de", "del", "one"]));
    let says = || {
        tokens.windows(2).any(|w| {
            pair(w, &["i", "we"], &["mean", "meant"]) || pair(w, &["me", "nos"], &["refiero", "referia", "referimos"])
        })
    };
    if points || says() { Topics::NONE.with(first) } else { Topics::NONE }
}

/// "The 15 digits", and no word for what they are of.
fn is_a_count(reading: &Reading<'_>, hit: &Hit) -> bool {
    reading.tokens[hit.first..=hit.last]
        .iter()
        .all(|t| t.kind == Kind::Digits || t.does(Does::DIGITS) || t.is_any(Lists::NUMBER) || t.is(b'-'))
}

/// "It's the...", "Es el...": the sentence at `start` explains what the one before it asked for.
fn explains(reading: &Reading<'_>, start: usize) -> bool {
    let is = |at: usize, list: Lists| reading.token(at).is_some_and(|t| t.is_any(list));
    is(start, Lists::ITS)
        || is(start, Lists::IT) && (is(start + 1, Lists::IS) || reading.token(start + 1).is_some_and(|t| t.is(b'\'')))
}

/// Whether any sentence may be more than a [plain](Sweep::is_plain) one; only then anything is asked for or announced.
fn may_ask(reading: &Reading<'_>, role: Role) -> bool {
    reading.has_mark(b'?')
        || reading.has_mark(b':')
        || reading.does(Does::REQUEST.and(Does::FACE))
        || reading.mentions_secrets()
        || reading.mentions(Topic::Partial)
        || role.serves() && MEANT.into_iter().any(|topic| reading.mentions(topic))
}

/// What one pass over a sentence tells.
#[derive(Default)]
struct Sweep {
    /// One past its last token.
    end: usize,
    /// How many of its tokens are words, or letters and digits.
    words: usize,
    /// What its words do, all together.
    roles: Does,
    /// The lists on which its words stand, all together.
    lists: Lists,
    question: bool,
    colon: bool,
    /// A request that is no part of a cue.
    request: bool,
    /// A part of a cue for a secret.
    secret: bool,
    /// A part of a cue for the end of a number.
    partial: bool,
    /// The first word that negates.
    negation: Option<usize>,
}

impl Sweep {
    /// Sweeps over the sentence which starts at `start`.
    fn of(reading: &Reading<'_>, start: usize, role: Role) -> Self {
        let tokens = &reading.tokens[..];
        let mut sweep = Self::default();
        for (at, token) in tokens.iter().enumerate().skip(start) {
            // An opening question mark starts a sentence.
            let question = token.is(b'?');
            let opens = question && tokens.get(at + 1).is_some_and(|next| !next.spaced && next.is_text());
            if opens && at > start {
                sweep.end = at;
                return sweep;
            }
            sweep.question |= question;
            sweep.colon |= token.is(b':');
            sweep.words += usize::from(token.is_text());
            sweep.roles = sweep.roles.and(token.role);
            sweep.lists = sweep.lists.and(token.lists);
            sweep.request |=
                token.does(Does::REQUEST) && token.cue == 0 && !sweep.request && is_request(reading, start, at, role);
            if let Some(hit) = reading.hit(token) {
                sweep.secret |= hit.cue.topic.is_secret();
                sweep.partial |= hit.cue.topic == Topic::Partial;
            }
            if token.does(Does::NEGATION) && token.kind == Kind::Word {
                sweep.negation = sweep.negation.or(Some(at));
            }
            if token.ends_line() && !opens && (token.kind == Kind::Newline || reading.ends_sentence(at)) {
                sweep.end = at + 1;
                return sweep;
            }
        }
        sweep.end = tokens.len();
        sweep
    }

    /// Whether it is nothing but a statement without a secret, or none at all: most are.
    fn is_plain(&self) -> bool {
        !(self.question || self.colon || self.secret || self.partial || self.roles.has(Does::REQUEST.and(Does::FACE)))
    }
}

/// The topics that an answer to the cue may have.
fn topics_of(reading: &Reading<'_>, hit: &Hit, sent: bool) -> Topics {
    let mut topics = Topics::NONE.with(hit.cue.topic);
    let passcode = sent && hit.cue.topic == Topic::OneTimePasscode;
    if hit.cue.topic.is_secret() && !passcode && names_a_word(reading, hit) {
        topics = topics.with(Topic::Password);
    }
    // It may as well be that of a booking.
    if matches!(hit.cue.name, "confirmation code" | "código de confirmación") {
        topics = topics.with(Topic::Reference);
    }
    if matches!(hit.cue.name, "security code" | "código de seguridad") && !sent {
        topics = topics.with(Topic::SecurityCode);
    }
    topics
}

/// Whether a word at `at` that may ask for something does, in the sentence that starts at `start`.
#[inline(never)]
fn is_request(reading: &Reading<'_>, start: usize, at: usize, role: Role) -> bool {
    let tokens = &reading.tokens[..];
    let token = &tokens[at];
    let before = at.checked_sub(1).filter(|_| at > start).map(|before| &tokens[before]);
    // "Sharing it can get you banned" asks for nothing, "can you read it" does.
    if token.is_any(Lists::MODAL) {
        let addressed = |t: &Token| t.is_any(Lists::ADDRESSED);
        return tokens.get(at + 1).is_some_and(addressed) || before.is_some_and(addressed);
    }
    // "You have 48,210 points" asks for nothing, "may I have it" does.
    if reading.is_word(token, b"have") {
        let near = &tokens[at.saturating_sub(3)..at];
        return near.iter().any(|t| t.is_any(Lists::MODAL) || reading.is_word(t, b"me"));
    }
    // "Take all the time you need."
    if reading.is_word(token, b"need") && before.is_some_and(|t| is_any(reading, t, &["you", "u"])) {
        return false;
    }
    // "It said to enter a card": a customer tells what others asked for.
    role.serves()
        || !(token.does(Does::ENTRY)
            || is_any(reading, token, &["needs", "requires", "asks", "asking"])
            || before.is_some_and(|t| is_any(reading, t, &["they", "he", "she"])))
}

struct Sentence {
    question: bool,
    request: bool,
    sent: bool,
    negated: bool,
    fragment: bool,
    refers_back: bool,
    /// "Read it to me", "me lo dicta".
    recites: bool,
    first_negation: usize,
    /// "How many", "when", "where": what is asked for instead.
    measures: Option<Topic>,
    /// "is incorrect", "try again", "only eight digits": who serves wants it once more.
    trouble: bool,
    /// "To reset your PIN, tell me...": the purpose ends at this comma.
    purpose: Option<usize>,
    /// "What six digits did you get in the text?"
    digits_texted: bool,
    /// "Did you get it?"
    arrives: bool,
    /// "For your PIN, please choose four digits."
    chooses_digits: bool,
    /// "You should have a code", "it asks for a code now".
    foretells: bool,
    /// Who serves speaks of digits on the front or the back of a card.
    on_card_face: bool,
    /// "Please change your password in the app": not here.
    elsewhere: bool,
}

impl Sentence {
    fn of(reading: &Reading<'_>, start: usize, sweep: &Sweep, role: Role) -> Self {
        let &Sweep { end, words, roles, lists, question, .. } = sweep;
        let tokens = &reading.tokens[start..end];
        // The verb that opens a request may be a cue of its own: "Marque su NIP".
        let opens = role.serves()
            && roles.has(Does::REQUEST)
            && tokens.iter().find(|t| t.is_text()).is_some_and(|t| t.does(Does::REQUEST));
        let request = opens || sweep.request;
        let secret = sweep.secret && cues_in(reading, start, end).any(|(_, hit)| hit.cue.topic.is_secret());
        let first_negation = sweep.negation.unwrap_or(usize::MAX);
        let is = |list: Lists| lists.has(list);
        let opens_with =
            |list: Lists| is(list) && tokens.iter().filter(|t| t.is_text()).take(3).any(|t| t.is_any(list));
        let pair = |first: Lists, then: Lists| {
            is(first) && is(then) && tokens.windows(2).any(|w| w[0].is_any(first) && w[1].is_any(then))
        };
        let measures = if pair(Lists::HOW, Lists::MANY) || is(Lists::HOW_MANY) {
            Some(Topic::Amount)
        } else if question
            && (opens_with(Lists::WHEN) && !is(Lists::WHICH) && !(request && tokens.iter().any(|t| t.is(b',')))
                || pair(Lists::WHAT, Lists::DATE)
                || pair(Lists::QUE, Lists::FECHA))
        {
            Some(Topic::Time)
        } else if question
            && is(Lists::WHY)
            && tokens.iter().filter(|t| t.is_text()).take(3).any(|t| t.is_any(Lists::WHY))
            && sweep.negation.is_none()
        {
            Some(Topic::Quantity)
        } else if question && opens_with(Lists::WHERE) {
            Some(Topic::Place)
        } else {
            None
        };
        let negated = sweep.negation.is_some();
        let digits = roles.has(Does::DIGITS);
        Self {
            question,
            request,
            // What a customer was sent is not for the agent to tell.
            sent: roles.has(Does::SENT) && role.serves(),
            negated,
            fragment: words <= 4
                && sweep.colon
                && tokens.iter().rfind(|t| t.kind != Kind::Newline).is_some_and(|t| t.is(b':'))
                || role.serves() && (is_prompt(reading, start, end) || is_harmless_prompt(reading, start, end)),
            refers_back: words <= 8 && is(Lists::REFERENCE),
            recites: tokens
                .windows(2)
                .any(|w| w[0].is_any(Lists::RECITE) && w[1].is_any(Lists::IT) || w[0].is_any(Lists::RECITE_IT)),
            first_negation,
            measures,
            purpose: is(Lists::PURPOSE)
                .then(|| tokens.iter().find(|t| t.is_text()).filter(|t| t.is_any(Lists::PURPOSE)))
                .flatten()
                .and_then(|_| tokens.iter().position(|t| t.is(b',') || t.is(b':')))
                .map(|comma| start + comma),
            digits_texted: question && digits && !negated && is(Lists::MESSAGE) && is(Lists::SEVERAL),
            trouble: secret && role.serves() && !question && roles.has(Does::TROUBLE),
            arrives: is(Lists::ARRIVES),
            chooses_digits: digits
                && is(Lists::CHOSEN)
                && tokens.windows(2).any(|w| w[0].is_any(Lists::CHOSEN) && w[1].does(Does::DIGITS)),
            foretells: secret && role.serves() && roles.has(Does::FORETELLS),
            elsewhere: role.serves() && secret && happens_elsewhere(reading, tokens),
            on_card_face: role.serves()
                && roles.has(Does::FACE)
                && ((digits || is(Lists::CODE)) && is(Lists::FEW)
                    || reading.has_mark(b'?') && explains(reading, start)),
        }
    }

    /// Whether the cue is asked for rather than talked about.
    fn asks_for(&self, reading: &Reading<'_>, hit: &Hit) -> bool {
        // "never share your passcode", "we will never ask for your PIN"
        if self.first_negation < hit.first && !(self.question && self.request && !warns(reading, self.first_negation)) {
            return false;
        }
        let sent_code = self.sent && matches!(hit.cue.topic, Topic::OneTimePasscode | Topic::Code);
        self.question || self.request || self.fragment || sent_code && !self.negated
    }
}

fn is_any(reading: &Reading<'_>, token: &Token, words: &[&str]) -> bool {
    words.iter().any(|word| reading.is_word(token, word.as_bytes()))
}

/// "never", "nunca": a warning, not a polite question ("why don't you read me the code?").
fn warns(reading: &Reading<'_>, at: usize) -> bool {
    reading.token(at).is_some_and(|t| t.is_any(Lists::WARNING))
}

/// "sorry", "actually", "perdón": what was asked for before is taken back.
fn corrects(reading: &Reading<'_>, from: usize, until: usize) -> bool {
    reading.does(Does::TAKES_BACK) && reading.tokens[from.min(until)..until].iter().any(|t| t.does(Does::TAKES_BACK))
}

/// Whether the cue that starts at `first` belongs to the one that ends at `last`: "the passcode for the account".
fn depends(reading: &Reading<'_>, last: usize, first: usize) -> bool {
    let between = &reading.tokens[last + 1..first];
    if listed(reading, last, first) || between.len() > 8 {
        return false;
    }
    // The word before its articles and adjectives.
    let governing =
        between.iter().rev().find(|t| !(t.does(Does::DETERMINER) || t.does(Does::OWN) || t.is_any(Lists::ADJECTIVE)));
    // "For the account we ask for the PIN" asks for the PIN.
    if between.iter().any(|t| t.does(Does::REQUEST) && t.cue == 0 && !t.is_any(Lists::RELATIVE)) {
        return false;
    }
    let preposition = governing.is_some_and(|t| t.is_any(Lists::PREPOSITION.and(Lists::BESIDE)));
    preposition || between.iter().any(|t| t.is_any(Lists::RELATIVE))
}

/// Whether the cue that starts at `first` is listed beside the one that ends at `last`: "the ZIP and the last four".
fn listed(reading: &Reading<'_>, last: usize, first: usize) -> bool {
    reading.tokens[last + 1..first].iter().any(|t| {
        matches!(t.kind, Kind::Mark(b',' | b';' | b'/' | b'&' | b'+' | b'.' | b':') | Kind::Newline)
            || t.is_any(Lists::LISTING)
    })
}

/// "the phone's PIN": the first cue only says which.
fn modifies(reading: &Reading<'_>, last: usize, end: usize) -> bool {
    let possessive = reading.token(last + 1).is_some_and(|t| t.is(b'\'') && !t.spaced)
        && reading.token(last + 2).is_some_and(|t| reading.is_word(t, b"s"));
    possessive && cues_in(reading, last + 1, end).next().is_some()
}

/// "account ending 5567": a cue of parts follows at once. "The security code for the Visa ending 7745" is no part.
fn is_partial(reading: &Reading<'_>, last: usize) -> bool {
    let whole = reading.hit(&reading.tokens[last]).is_some_and(|hit| {
        matches!(hit.cue.topic, Topic::SecurityCode | Topic::OneTimePasscode | Topic::Pin | Topic::Code)
    });
    !whole
        && reading
            .token(last + 1)
            .and_then(|t| reading.hit(t))
            .is_some_and(|hit| hit.cue.topic == Topic::Partial && hit.cue.name != "first digits")
}

/// "passcode", "clave": may be a word as well as digits.
fn names_a_word(reading: &Reading<'_>, hit: &Hit) -> bool {
    let tokens = &reading.tokens[hit.first..=hit.last];
    tokens.iter().any(|t| t.is_any(Lists::NAMES_A_WORD) && !reading.is_word(t, b"pass"))
        && !tokens.iter().any(|t| t.does(Does::SENT) || t.is_any(Lists::SENT_CODE))
}

/// "Last step: CVV (3 digits on the back).": a colon and a noun, no verb.
fn is_prompt(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let words = tokens.iter().filter(|t| t.is_text()).count();
    let verb = tokens.iter().any(|t| {
        t.kind == Kind::Word && (t.does(Does::COPULA) || t.does(Does::NEGATION) || t.does(Does::SENT)) && t.cue == 0
    });
    let colon = tokens.iter().position(|t| t.is(b':'));
    // "Contraseña del módem, viene en la etiqueta."
    // "Your password, when you reset it."
    let opens =
        tokens.iter().find(|t| t.is_text() && !t.does(Does::OWN)).and_then(|t| reading.hit(t)).is_some_and(|hit| {
            let said = reading.token(hit.last + 1);
            hit.cue.topic.is_secret()
                && hit.last + 1 < end
                && said
                    .is_some_and(|t| !(t.does(Does::STATE) || t.kind == Kind::Word && is_predicate(reading.bytes(t))))
        });
    words <= 10 && !verb && opens
        || words <= 12 && !verb && colon.is_some_and(|colon| tokens[colon + 1..].iter().take(4).any(|t| t.cue != 0))
}

/// "Ok, then the last four of the card.": asked for in the place of something else, without a verb.
fn is_harmless_prompt(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let hits = || cues_in(reading, start, end);
    let verb = |t: &Token| t.does(Does::COPULA.and(Does::NEGATION).and(Does::SENT)) && t.cue == 0;
    reading.facts.digits > 0
        && tokens.iter().filter(|t| t.is_text()).count() <= 10
        && hits().any(|(_, hit)| matches!(hit.cue.topic, Topic::Partial | Topic::Zip))
        && hits().all(|(_, hit)| matches!(hit.cue.topic, Topic::Partial | Topic::Zip | Topic::Card | Topic::Quantity))
        && !tokens.iter().any(|t| t.kind == Kind::Word && verb(t) || matches!(t.kind, Kind::Digits if t.len() > 2))
}

fn cues_in<'r>(reading: &'r Reading<'_>, start: usize, end: usize) -> impl Iterator<Item = (usize, &'r Hit)> {
    let from = reading.cues.partition_point(|hit| hit.first < start);
    reading.cues[from..]
        .iter()
        .enumerate()
        .take_while(move |(_, hit)| hit.first < end)
        .map(move |(i, hit)| (from + i, hit))
}

/// Whether the sentence whose last token so far is `last` is over, whatever follows.
fn is_over(reading: &Reading<'_>, last: usize) -> bool {
    last + 1 < reading.tokens.len() || reading.tokens[last].kind == Kind::Newline || reading.ends_sentence(last)
}

/// How many quotation marks stand before a token; asked for tokens in their order.
#[derive(Default)]
struct Quotations {
    until: usize,
    open: bool,
}

impl Quotations {
    /// Whether the token at `at` stands between quotation marks.
    fn around(&mut self, reading: &Reading<'_>, at: usize) -> bool {
        let marks = reading.tokens[self.until.min(at)..at].iter().filter(|t| t.is(b'"')).count();
        self.open ^= marks % 2 == 1;
        self.until = self.until.max(at);
        self.open
    }
}

/// "code 407": a number of three digits and more stands right behind the cue.
fn is_named(reading: &Reading<'_>, last: usize) -> bool {
    reading.token(last + 1).is_some_and(|t| t.kind == Kind::Digits && t.len() >= 3)
}

/// Whether a number follows the cue as its value.
fn has_value(reading: &Reading<'_>, last: usize) -> bool {
    reading.tokens[last + 1..]
        .iter()
        .take(5)
        .take_while(|t| t.cue == 0 && !(t.kind == Kind::Word && t.does(Does::TO)))
        .find(|t| {
            !(t.kind == Kind::Word && t.does(Does::GLUE)
                || matches!(t.kind, Kind::Mark(b':' | b'=' | b'#' | b'-' | b'*' | b'\'')))
        })
        .is_some_and(|t| t.kind == Kind::Digits && t.len() >= 3 || t.kind == Kind::Masked)
}

/// "Is pin 14 the red one?", "card #2": a thing with a number, not the number of it.
fn is_numbered(reading: &Reading<'_>, last: usize) -> bool {
    let sign = usize::from(reading.token(last + 1).is_some_and(|t| t.is(b'#')));
    reading.token(last + 1 + sign).is_some_and(|t| t.kind == Kind::Digits && t.len() <= 2 && t.cue == 0)
        && reading.token(last + 2 + sign).is_none_or(|t| t.spaced && !t.does(Does::UNIT))
}

/// "Press 1 for your PIN, 2 for the card", "from 1 to 5, how easy was it?": what is asked for is a choice.
fn is_choice(reading: &Reading<'_>, start: usize, end: usize) -> bool {
    let tokens = &reading.tokens[start..end];
    let small = |t: &Token| t.kind == Kind::Digits && t.len() <= 2;
    let pairs = tokens.windows(2).filter(|w| small(&w[0]) && w[1].is_any(Lists::CHOOSES));
    let pressed = tokens.windows(3).any(|w| w[0].is_any(Lists::PRESS) && small(&w[1]) && w[2].is_any(Lists::CHOOSES));
    let scale = tokens.windows(4).any(|w| {
        small(&w[0])
            && (w[1].is_any(Lists::CHOOSES) || w[1].is(b'-'))
            && small(&w[2])
            && w[0].len() == 1
            && reading.bytes(&w[0])[0] <= b'1'
            && !w[3].does(Does::DIGITS.and(Does::UNIT))
    });
    // "Choose: 1 lost card, 2 new PIN, 3 balance."
    let listed = (start..end)
        .filter(|&at| {
            let token = &reading.tokens[at];
            let opens = at == start
                || matches!(reading.tokens[at - 1].kind, Kind::Mark(b',' | b':' | b';' | b'(' | b'|') | Kind::Newline);
            let names = reading.token(at + 1).is_some_and(|t| t.kind == Kind::Word && t.spaced && !t.does(Does::UNIT));
            token.kind == Kind::Digits && token.len() == 1 && opens && names
        })
        .take(3)
        .count()
        == 3;
    pressed || listed || scale || pairs.take(2).count() == 2 && reading.any_of(start, end, Lists::PRESS)
}

/// Two lines and more that start with a number and what it chooses.
fn is_menu(reading: &Reading<'_>, part: Part) -> bool {
    let tokens = &reading.tokens;
    let opens = |at: &usize| {
        let number = &tokens[*at];
        number.kind == Kind::Digits
            && number.len() <= 2
            && part.has(number.start as usize)
            && (*at == 0 || tokens[*at - 1].kind == Kind::Newline)
            && reading
                .token(at + 1)
                .is_some_and(|t| matches!(t.kind, Kind::Mark(b'.' | b')' | b':' | b'-')) || t.spaced)
    };
    tokens.iter().any(|t| t.kind == Kind::Newline) && (0..tokens.len()).filter(opens).take(2).count() == 2
}

/// Starts with a yes: "Yes please, for this booking the hotel requires it."
fn agrees(reading: &Reading<'_>) -> bool {
    reading.any_of(0, reading.tokens.len().min(4), Lists::YES)
}

/// A secret cue at the end of the message, with nothing after it but "is" or a colon: "my cvv is", "this is my password".
fn announces(reading: &Reading<'_>) -> Topics {
    if let Some(topic) = comes_in_parts(reading) {
        return Topics::NONE.with(topic);
    }
    let Some(hit) = reading.cues.last().filter(|hit| hit.cue.topic.is_secret()) else { return Topics::NONE };
    let rest = &reading.tokens[hit.last + 1..];
    let open = rest.len() <= 8
        && rest.iter().all(|t| {
            matches!(
                t.kind,
                Kind::Newline | Kind::Other | Kind::Mark(b':' | b'.' | b'=' | b'-' | b'>' | b'#' | b',' | b'\'')
            ) || t.kind == Kind::Word
                && (t.does(Does::COPULA) || t.does(Does::PIECE) || t.does(Does::GLUE) && !t.does(Does::NEGATION))
                && !t.does(Does::SENT)
        });
    if !open || rest.iter().filter(|t| t.kind == Kind::Word).count() > 4 {
        return Topics::NONE;
    }
    let negated = reading.tokens[hit.first.saturating_sub(8)..hit.first].iter().any(|t| {
        t.does(Does::NEGATION)
            || t.does(Does::QUESTION)
            || is_any(
                reading,
                t,
                &[
                    "forgot", "forget", "reset", "change", "changed", "lost", "update", "olvide", "cambiar", "cambie",
                    "perdi", "wrong", "need", "want", "help", "about",
                ],
            )
    });
    let tells = rest.iter().any(|t| t.does(Does::COPULA) || t.is(b':') || t.is(b'='))
        || said_so(reading, hit)
        || is_label(reading, hit);
    if tells && !negated { Topics::NONE.with(hit.cue.topic) } else { Topics::NONE }
}

/// "My account number, sending it in two parts": a number that comes in the messages after this one.
fn comes_in_parts(reading: &Reading<'_>) -> Option<Topic> {
    let parts = reading.does(Does::HALF) && reading.has_any(Lists::PARTS);
    let long = |hit: &&Hit| matches!(hit.cue.topic, Topic::Card | Topic::Account | Topic::SocialSecurity);
    let asks = reading.has_mark(b'?') || reading.does(Does::NEGATION) && reading.facts.digits == 0;
    let hit = reading.cues.iter().find(long).filter(|_| parts && !asks)?;
    (!has_value(reading, hit.last)).then_some(hit.cue.topic)
}

/// The whole message is the name of a secret: "my pin", "cvv".
fn is_label(reading: &Reading<'_>, hit: &Hit) -> bool {
    let words = reading.tokens.iter().filter(|t| t.is_text()).count();
    let in_cue = reading.tokens[hit.first..=hit.last].iter().filter(|t| t.is_text()).count();
    words <= in_cue + 2
        && reading.tokens.iter().all(|t| {
            t.cue != 0
                || t.does(Does::GLUE)
                || t.kind == Kind::Newline
                || matches!(t.kind, Kind::Mark(b':' | b'.' | b'-'))
        })
}

/// "this is my password", "here is my pin", "aquí está mi nip".
fn said_so(reading: &Reading<'_>, hit: &Hit) -> bool {
    let before = &reading.tokens[hit.first.saturating_sub(5)..hit.first];
    let points = before.iter().any(|t| {
        is_any(reading, t, &["this", "here", "heres", "these", "that", "aqui", "este", "esta", "ahi", "ahora", "now"])
    });
    points && before.iter().any(|t| t.does(Does::OWN) || t.does(Does::COPULA) || t.does(Does::DETERMINER))
}
