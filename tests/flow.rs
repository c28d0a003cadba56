//! Text flows: how many words of an ordinary answer are held back at any moment.

use lastfour::chat::{DynShape, OpenAi};
use lastfour::{BodyFormat, Conversation, Engine, Filter, Role, StreamRedactor};

/// Ordinary answers, with numbers and no secret.
const ANSWERS: &[&str] = &[
    "There are 12 things to know before you go. The park opens at 10:30 in the morning, and a ticket costs $25 for adults and \
     $12.50 for children under 12. In 2024 more than 3 million people came, which is 15% more than in the year before. You \
     will need about 4 hours for all of it. Bring 2 bottles of water for each person, and wear good shoes.",
    "Your order 81772 was shipped on May 3 and should arrive within 5 to 7 business days. It has 3 items in it, and the total \
     is $148.20 with tax. If it has not come by the 12th, please call us at 512-555-0136 between 9 am and 5 pm. I can also \
     send you a text when the driver is 10 stops away. Is there anything else that I can do for you today?",
    "Here is how to reset the router:\n\n1. **Unplug** it from the wall.\n2. Wait for 30 seconds.\n3. Press the small button \
     on the back for 10 seconds.\n4. Plug it in again and wait until the light is green, which takes about 2 minutes.\n\nIf \
     that does not help, the 2.4 GHz band may be too full, so try channel 1, 6 or 11 instead.",
    "The Model 3 has a range of 358 miles and goes from 0 to 60 in 4.2 seconds, while the older one from 2019 manages 310 \
     miles. Prices start at $38,990. With the larger battery you pay $9,000 more. Insurance is about $1,800 a year, and the \
     warranty covers 8 years or 120,000 miles. In my opinion the smaller one is the better deal for most people.",
    "Mix 200 g of flour with 3 eggs and 250 ml of milk, then let it rest for 20 minutes. Melt 1 tablespoon of butter in a pan \
     and fry each pancake for 2 minutes on both sides. This makes about 8 pancakes, enough for 4 people. Per portion that is \
     320 kcal, 12 g of protein and 9 g of fat. Serve them with berries, or with a spoon of honey.",
    "She said \"I will be there at 8\" and then hung up. The train leaves at 7:15 from platform 4, so there is a chance that \
     she will be late. On Monday, June 10, 2024 it was the same. We waited for 45 minutes in the rain, and in the end we took \
     the number 12 bus. It is one of the things that I like about her, though: she always comes, sooner or later.",
    "El pedido 81772 salió el 3 de mayo y llega en 5 días. El total es de $148.20, con un descuento del 15%. La tienda abre a \
     las 10:30 y cierra a las 21:00, de lunes a sábado. Hay 12 plazas para aparcar delante de la puerta. Si tiene alguna \
     pregunta más, estoy aquí para ayudarle con lo que necesite, y si no le deseo un buen día.",
    "Sales grew by 4.2% to $12.4 billion in the third quarter, and net income was $1.9 billion, or $2.14 a share. Analysts had \
     expected $2.05. The company opened 38 stores and closed 12. For 2025 it expects revenue of $50 to $52 billion. Shares \
     rose by 3% after the news, and they have gained 21% since January. The dividend stays at 45 cents.",
];

/// An answer about a secret, in which any word may be one.
const ABOUT_A_SECRET: &str = "Your password is safe with us, and nobody here can see it. If you want to change it, open the settings, tap on the name \
     of your account and choose the second entry from the top. A good password is long and has a few words in it that you can \
     remember. Please never tell it to anybody, not even to somebody who says that they work for us.";

/// The number of words held back after each token.
#[derive(Default)]
struct Withheld(Vec<usize>);

impl Withheld {
    fn note(&mut self, held: &str) {
        self.0.push(held.split_whitespace().count());
    }

    fn percentile(&mut self, part: f64) -> usize {
        self.0.sort_unstable();
        let last = self.0.len() - 1;
        self.0[(last as f64 * part) as usize]
    }
}

/// The tokens of a language model: a word with the blank before it.
fn tokens(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = text.match_indices([' ', '\n']).map(|(at, _)| at).collect();
    starts.insert(0, 0);
    starts.push(text.len());
    starts.dedup();
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

fn check(name: &str, mut withheld: Withheld) {
    let figures = [0.5, 0.9, 0.99, 1.0].map(|part| withheld.percentile(part));
    assert!(
        figures[0] <= 1 && figures[2] <= 8 && figures[3] <= 16,
        "{name}: of the words, {figures:?} are withheld (median, 90th and 99th percentile, most)"
    );
}

#[test]
fn few_words_of_an_ordinary_text_are_withheld() {
    let mut withheld = Withheld::default();
    for answer in ANSWERS {
        let mut redactor = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Bot);
        let (mut out, mut sent) = (Vec::new(), String::new());
        for token in tokens(answer) {
            redactor.push(token.as_bytes(), &mut out);
            sent += token;
            withheld.note(&sent[out.len()..]);
        }
        let _ = redactor.finish(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), *answer);
    }
    check("text", withheld);
}

#[test]
fn no_more_words_are_withheld_where_a_secret_is_spoken_of_than_a_sentence_has() {
    let mut redactor = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Bot);
    let (mut out, mut sent, mut withheld) = (Vec::new(), String::new(), Withheld::default());
    for token in tokens(ABOUT_A_SECRET) {
        redactor.push(token.as_bytes(), &mut out);
        sent += token;
        withheld.note(&sent[out.len()..]);
    }
    assert!(withheld.percentile(1.0) <= 16, "{} words are withheld", withheld.percentile(1.0));
}

#[test]
fn few_words_of_an_ordinary_answer_are_withheld_in_events_of_any_shape() {
    for (name, shape, before, after) in [
        ("generic, pieces", DynShape::default(), "{\"delta\":\"", "\"}"),
        ("generic, one field", DynShape::default(), "{\"id\":\"a\",\"text\":\"", "\"}"),
        ("generic, unknown field", DynShape::default(), "{\"w\":\"", "\"}"),
        ("openai", DynShape::new(OpenAi), "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "\"}}]}"),
    ] {
        let mut withheld = Withheld::default();
        for answer in ANSWERS {
            let mut filter = Filter::new(Engine::default(), BodyFormat::Events).shape(shape.clone()).role(Role::Bot);
            let (mut out, mut sent) = (Vec::new(), String::new());
            let text = |out: &[u8]| -> String {
                let events = String::from_utf8(out.to_vec()).unwrap();
                let pieces = events.split_terminator("\n\n").map(|event| {
                    let piece = event.strip_prefix("data: ").and_then(|data| data.strip_prefix(before)).unwrap();
                    piece.strip_suffix(after).unwrap().to_owned()
                });
                pieces.collect()
            };
            for token in tokens(answer) {
                let token = lastfour::json::escape(token);
                filter.push(format!("data: {before}{token}{after}\n\n").as_bytes(), &mut out).unwrap();
                sent += &token;
                let seen = text(&out);
                assert!(sent.starts_with(&seen), "{name}: {seen}");
                withheld.note(&sent[seen.len()..]);
            }
            filter.finish(&mut out).unwrap();
            assert_eq!(text(&out), sent);
        }
        check(name, withheld);
    }
}

/// The labeled conversations: for each message its role, its text and its secrets.
fn conversations() -> Vec<Vec<(Role, String, Vec<String>)>> {
    let mut files: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conversations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for line in files
        .iter()
        .flat_map(|file| std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
    {
        let conversation: serde_json::Value = serde_json::from_str(&line).unwrap();
        let turns = conversation["turns"].as_array().unwrap().iter().map(|turn| {
            let secrets = turn["secrets"].as_array().into_iter().flatten();
            let secrets = secrets.map(|secret| secret["value"].as_str().unwrap_or_default().to_owned()).collect();
            let role = Role::from_name(turn["role"].as_str().unwrap()).unwrap_or(Role::Customer);
            (role, turn["text"].as_str().unwrap().to_owned(), secrets)
        });
        all.push(turns.collect());
    }
    all
}

/// At no moment has a secret gone out, whatever the rest of the message will say of it.
#[test]
fn what_is_masked_in_a_message_is_masked_in_its_stream() {
    let (mut masked, mut missed) = (0, Vec::new());
    let engine = Engine::default();
    for turns in conversations() {
        let mut conversation = Conversation::new();
        for (role, text, secrets) in turns {
            let mut redactor = StreamRedactor::new(engine.clone(), conversation.clone(), role);
            let outcome = engine.scan(&mut conversation, &lastfour::Message::new(role, &text));
            let whole = outcome.redact(&text).into_owned();
            let found = secrets.iter().filter(|secret| text.contains(&***secret) && !whole.contains(&***secret));
            let found: Vec<&String> = found.collect();
            if found.is_empty() {
                continue;
            }
            let mut out = Vec::new();
            for token in tokens(&text) {
                redactor.push(token.as_bytes(), &mut out);
            }
            let _ = redactor.finish(&mut out);
            let streamed = String::from_utf8(out).unwrap();
            masked += found.len();
            missed.extend(found.into_iter().filter(|secret| streamed.contains(&***secret)).map(|_| streamed.clone()));
        }
    }
    assert!(missed.len() * 1000 < masked, "of {masked} secrets, {} are missed: {missed:#?}", missed.len());
}
