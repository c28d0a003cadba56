use proptest::prelude::*;

use super::*;
use crate::detect::custom::CustomDetector;
use crate::message::Message;
use crate::policy::Policy;

/// Returns the output for these chunks, and the result at the end.
fn redacted(mut redactor: StreamRedactor, pieces: &[&[u8]]) -> (Vec<u8>, Finished) {
    let mut out = Vec::new();
    for piece in pieces {
        redactor.push(piece, &mut out);
        assert!(redactor.held() <= StreamRedactor::MAX_BUFFERED, "more is held than the window takes");
    }
    let finished = redactor.finish(&mut out);
    (out, finished)
}

fn customer() -> StreamRedactor {
    StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer)
}

fn bot() -> StreamRedactor {
    StreamRedactor::new(Engine::default(), Conversation::new(), Role::Bot)
}

/// Returns a redactor for the answer to this question by the other side.
fn asked(question: &str, role: Role) -> StreamRedactor {
    let mut conversation = Conversation::new();
    let asker = if role.serves() { Role::Customer } else { Role::Agent };
    let _ = Engine::default().scan(&mut conversation, &Message::new(asker, question));
    StreamRedactor::new(Engine::default(), conversation, role)
}

fn shown(out: &[u8]) -> String {
    String::from_utf8_lossy(out).into_owned()
}

/// Returns the text scanned as one message.
fn scanned(redactor: &StreamRedactor, text: &[u8]) -> (Vec<u8>, Finished) {
    let mut conversation = redactor.conversation.clone();
    let outcome = redactor.engine.scan(&mut conversation, &Message::new(redactor.role, text));
    let out = outcome.patch.apply(text).into_owned();
    (out, Finished { findings: outcome.findings, conversation, recall: outcome.recall })
}

/// Messages that are judged as a whole: secrets of every form, and harmless ones.
const SHORT: &[&str] = &[
    "",
    "my card is 3782 822463 10005",
    "378282246310005",
    "my card is 3782-822463-10005, exp 08/27, cid 4821.",
    "4111 1111 1111 1111 12/28 456",
    "hello there, my card is 3782 822463 10005",
    "3782\n822463\n10005",
    "the card:\n4111 1111\n1111 1111\nthanks",
    "my social is 512-48-7736",
    "ssn 431 60 9182 thanks",
    "the code is 482 913",
    "code:\n 482913",
    "G-615209 is your Google verification code",
    "@example.com #747723",
    "my login code is K7P-2XQ",
    "77310 es tu clave de un solo uso",
    "set it to corFFrect hor the password",
    "we use bluebonnet to log in with",
    "set it to correct\u{fffd}token\u{fffd}se batterit to correhat#s th password",
    "the token bluebonnet does nothing",
    "password:\nhunter2",
    "Password\nhunter2",
    "my password is Sunflower2019 and it won't let me in",
    "my password is sunflower",
    "pw: ilovepizza",
    "password: purple monkey dishwasher",
    "Tr0ut$tream is my password",
    "Tr0ut$tream! That's my password",
    "bluebonnet is my password",
    "hello. bluebonnet is my wifi password",
    "the passphrase \"correct horse battery staple\" is long enough",
    "\"correct horse battery staple\" is my password",
    "'open sesame please' is my password",
    "username mtorrance password hunter2-Blue",
    "user/pass: bob / s3cret!",
    "i changed my password from Winter22! to Spring23! yesterday",
    "it is https://bob:sunshine@example.com/x",
    "curl -u bob:sunshine https://example.com",
    "mi contraseña es Girasol1984 y no me deja entrar",
    "usuario jperez77, clave Chivas*2020",
    "la clave del wifi es girasoles",
    "three seven eight two eight two two four six three one oh oh oh five",
    "oh four two nine one three is the code you sent me",
    "the code is four eight two, nine one three",
    "el código es cuatro ocho dos nueve uno tres",
    "my card is ３７８２ ８２２４６３ １０００５",
    "c\u{F3}digo: ４８２\u{200B}９１３",
    "my card 3782\u{200B}822463\u{200B}10005 ok",
    "card &#51;782 822463 10005",
    "card 3782&nbsp;822463&nbsp;10005",
    "card 3782<b>822463</b>10005",
    "<p>my card is 3782</p><p>822463 10005</p>",
    "card no 3728 l6O8Ol 23374, i typed it",
    "IBAN is GB82 WEST 1234 5698 7654 32",
    "Routing 021000021, account 887301542.",
    "my pin is 3962",
    "change my debit PIN from 8034 to 5127 please",
    "4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣ is my code 😂",
    "first part 3782 then 822463 and the rest 10005",
    "Hello, how can I help you?",
    "I forgot my password",
    "my password is not working",
    "the card ending in 10005",
    "my zip is 10285-0001 and the order is 81772",
    "**** ****** *0005 was mine",
    "one of the two, and another one",
    "don't tell anybody's secret, it's ours",
    "AT&T & Q&A < you > me",
    "¿cuál es el código? no me llega",
];

/// Messages of which a part is sent before the end.
const LONG: &[&str] = &[
    "Hello there, how are you doing today? I would like to pay for the order that I made. My card is 3782 822463 10005. It \
     expires in 08/27 and I would be glad if you could use it for the payment. My code is 482913. Thank you very much for \
     all of your help with this today.",
    "Hola, buenos días. Quisiera pagar mi pedido de la semana pasada con mi tarjeta. El número es 4111 1111 1111 1111. Le \
     agradezco mucho la ayuda que me está dando con todo esto. Mi contraseña es girasol. Espero su respuesta por favor.",
    "Please open the app and go to the settings. Then tap on the button with the name of the account. Type the password \
     that you have chosen for it. It must be long enough and have a symbol in it. After that you are done.\nbluebonnet is \
     my password\nIs there anything else that you would like to know about it, or shall I close this one now?",
    "my code is 482913 and then i went to the shop and bought some bread and milk and came back home and found that the \
     door was open and nobody had been there but the cat who was sleeping on the sofa as if nothing had happened at all \
     and so i thought that i should write to you and ask what to do with my card 3782 822463 10005 now",
];

#[test]
fn output_does_not_depend_on_where_the_text_is_split() {
    for text in SHORT.iter().chain(LONG) {
        let text = text.as_bytes();
        let whole = redacted(customer(), &[text]);
        for cut in 0..=text.len() {
            assert_eq!(redacted(customer(), &[&text[..cut], &text[cut..]]), whole, "{} cut at {cut}", shown(text));
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(redacted(customer(), &bytes), whole, "{} byte by byte", shown(text));
    }
}

#[test]
fn text_in_chunks_is_judged_like_the_whole_text() {
    for text in SHORT.iter().chain(LONG) {
        let text = text.as_bytes();
        let (out, finished) = redacted(customer(), &text.chunks(1).collect::<Vec<_>>());
        let (expected, scanned) = scanned(&customer(), text);
        assert_eq!(shown(&out), shown(&expected));
        assert_eq!(finished, scanned, "{}", shown(text));
    }
}

#[test]
fn an_answer_in_chunks_is_judged_like_the_whole_answer() {
    for (question, role, text) in [
        ("What is your password?", Role::Customer, "sure, it's bluebonnet"),
        ("What is your password?", Role::Customer, "purple monkey dishwasher"),
        ("What is your password?", Role::Customer, "oh gosh, that was ages ago. old mill road?"),
        ("What is your password?", Role::Customer, "i don't know it, can you send me a new one please"),
        ("Please read me the code we texted you.", Role::Customer, "ok it's 482 913"),
        ("What's your ZIP and the last four of the card?", Role::Customer, "10285, 0005"),
        ("what's my pin?", Role::Agent, "Let me see what I have got here for you. It is 4821."),
        ("i forgot my password", Role::Bot, "No problem, I can help you with that. Open the page and tap on the link."),
    ] {
        let redactor = || asked(question, role);
        let (out, finished) = redacted(redactor(), &text.as_bytes().chunks(1).collect::<Vec<_>>());
        let (expected, scanned) = scanned(&redactor(), text.as_bytes());
        assert_eq!(shown(&out), shown(&expected));
        assert_eq!(finished, scanned, "{text}");
    }
}

#[test]
fn plain_chat_is_sent_at_once() {
    for text in [
        "Hello there, how can I help you ",
        "Hola, ¿cómo le puedo ayudar hoy con su cuenta? ",
        "Sure! I’m happy to help… Let me check that for you 😊 please wait while I look into it – it’s quick. ",
        "Bluebonnet is the flower of Texas, and it is blue. ",
        "What is the name of the store? Which card is this about? ",
        "Please never share your card number with anybody, not even with me. ",
    ] {
        let mut redactor = bot();
        let mut out = Vec::new();
        for byte in text.as_bytes().chunks(1) {
            redactor.push(byte, &mut out);
        }
        assert_eq!(shown(&out), text);
        assert_eq!(redactor.held(), 0);
    }
}

#[test]
fn output_of_language_models_is_sent_without_delay() {
    let code =
        "for item in items.iter() {\n    total += item.price * 2;\n    println!(\"{}\", total);\n}\nreturn total;\n";
    for (text, most, mean) in [
        ("**bold** text. ", 200, 100),
        ("* item\n- thing\n", 16, 8),
        ("1. **Unplug** the router.\n2. Wait for a while.\n3. Plug it in again.\n", 200, 80),
        ("# Title\n\nSome *words* about it.\n\n| Light | Meaning |\n|---|---|\n| green | online |\n\n", 130, 60),
        ("你好", 130, 130),
        ("您好，请问有什么可以帮助您的吗？我们每天都在线，随时为您解答各种问题。\n", 130, 64),
        ("ルーターの電源を切って、しばらく待ってからもう一度入れてください。\n", 130, 64),
        ("x = 1 ; ", 260, 150),
        (code, 300, 130),
        ("word word word word word word word word word 10 ", 260, 230),
        ("Most people start with 12 kilometers on the first day and stay in the village. ", 130, 50),
        ("She said \"that is fine\" and went on with her work for the day. ", 130, 64),
    ] {
        let text = text.repeat(4000 / text.len());
        let mut redactor = bot();
        let (mut out, mut held, mut deltas) = (Vec::new(), 0, 0);
        for delta in text.as_bytes().chunks(5) {
            redactor.push(delta, &mut out);
            assert!(redactor.held() <= most, "{} bytes of {text:.30?} are held", redactor.held());
            held += redactor.held();
            deltas += 1;
        }
        assert!(held <= mean * deltas, "{} bytes of {text:.30?} are held", held / deltas);
        let _ = redactor.finish(&mut out);
        assert_eq!(shown(&out), text);
    }
}

#[test]
fn a_secret_among_harmless_numbers_is_masked() {
    let prose = "We sold 300 of them in 2019 and it was a good year. There were 12 people at work. ";
    for (secret, digits) in [
        ("The card is 3782 822463 10005. ", "822463"),
        ("3782 822463 10005 ", "822463"),
        ("My code is 482913. ", "482913"),
        ("I have the passcode. It's 482913. ", "482913"),
        ("My password is hunter2. ", "hunter2"),
        ("**Bluebonnet7** is my password. ", "Bluebonnet7"),
        ("One half is 3782 822, the rest of it is 463 10005. ", "10005"),
    ] {
        for before in 0..8 {
            let text = format!("{}{secret}{}", prose.repeat(before), prose.repeat(4));
            let (out, _) = redacted(customer(), &text.as_bytes().chunks(3).collect::<Vec<_>>());
            assert!(!shown(&out).contains(digits), "{secret:?} after {before}: {}", shown(&out));
        }
    }
}

#[test]
fn text_is_sent_again_after_a_secret() {
    let mut redactor = customer();
    let mut out = Vec::new();
    redactor.push(b"My card is 3782 822463 10005. ", &mut out);
    assert_eq!(shown(&out), "My card is ");
    redactor.push(b"I hope that this is all you need to know now. ", &mut out);
    assert_eq!(shown(&out), "My card is **** ****** *0005. I hope that this is all you need to know now. ");
    redactor.push(b"So what ", &mut out);
    assert!(out.ends_with(b"So what "));
}

#[test]
fn a_doubtful_word_is_held_until_it_is_known_to_be_harmless() {
    let mut redactor = bot();
    let mut out = Vec::new();
    redactor.push(b"Bluebonnet is my ", &mut out);
    assert_eq!(shown(&out), "");
    redactor.push(b"favourite ", &mut out);
    assert_eq!(shown(&out), "Bluebonnet is my favourite ");
}

#[test]
fn an_unknown_word_of_a_customer_is_held_for_four_words() {
    let mut redactor = customer();
    let mut out = Vec::new();
    redactor.push(b"I can do without Bluebonnet if you want ", &mut out);
    assert_eq!(shown(&out), "I can do without ");
    redactor.push(b"me to ", &mut out);
    assert_eq!(shown(&out), "I can do without Bluebonnet if you want me to ");
}

#[test]
fn long_inputs_neither_exceed_the_buffer_nor_slow_the_stream() {
    for flood in [
        "1",
        "1 ",
        "12-",
        "1.\n",
        "one ",
        "one, ",
        " ",
        "\n",
        "a",
        "a ",
        "Ab1 ",
        "<",
        "< ",
        "<b>",
        "&",
        "&#",
        "&#51;",
        "\"",
        "\" ",
        "'x ",
        "😂",
        "３",
        "\u{200B}",
        "password ",
        "password:",
        "password is ",
        "code 1. ",
        "is my ",
        "zorgl is my. ",
        "1\u{200B}",
        "a\u{301}",
        "**** ",
        "aB!c ",
        "what? ",
        "[card] ",
        "x@",
        "\u{A0}",
    ] {
        let text = flood.repeat(60_000 / flood.len());
        let text = text.as_bytes();
        let whole = redacted(customer(), &[text]);
        let pieces: Vec<&[u8]> = text.chunks(997).collect();
        let cut = redacted(customer(), &pieces);
        assert!(cut == whole, "{flood:?} is not what it was");
        let bound = 2 * (text.len() / (StreamRedactor::MAX_BUFFERED / 2) + 1);
        let runs = whole.1.findings.iter().filter(|f| f.evidence.piece).count();
        assert!(runs <= bound, "{flood:?} has {runs} runs");
    }
}

#[test]
fn a_run_of_digits_longer_than_the_buffer_is_masked_to_its_end() {
    for (digits, after) in [
        ("3782822463", " and so on"),
        ("3782822463", "th"),
        ("37 ", "and so on"),
        ("seven ", "and so on"),
        ("３", ": yes"),
    ] {
        let text = format!("look: {}{after}", digits.repeat(9000 / digits.len()));
        let (out, finished) = redacted(customer(), &[text.as_bytes()]);
        let out = shown(&out);
        assert!(!out.chars().any(char::is_numeric), "{digits:?}: {}", &out[out.len() - 40..]);
        assert!(!out.contains("seven"), "{digits:?}");
        assert!(
            out.starts_with("look: *") && out.ends_with(if after == "th" { "**" } else { after }),
            "{digits:?} {after}"
        );
        assert!(finished.findings.iter().all(|f| f.entity == Entity::Card && f.action == Action::Mask));
    }
    // A card is held together across any number of spaces.
    let text = format!("my card is 3782 {} 822463 10005 ok", " ".repeat(20_000));
    let (out, _) = redacted(customer(), &[text.as_bytes()]);
    assert!(!shown(&out).contains(|c: char| c.is_ascii_digit()));
    let text = format!("my password is {} hunter2", " ".repeat(20_000));
    let (out, _) = redacted(customer(), &[text.as_bytes()]);
    assert!(!shown(&out).contains("hunter2"));
}

#[test]
fn a_long_table_of_numbers_is_cut_between_its_rows() {
    let rows: String = (0..2000).map(|i| format!("{}.5, {}\n", i % 90, 100 + i % 700)).collect();
    let (out, finished) = redacted(customer(), &[rows.as_bytes()]);
    assert_eq!(shown(&out), rows);
    assert_eq!(finished.findings, []);
}

#[test]
fn a_secret_across_a_cut_of_the_buffer_is_masked() {
    // Every line has digits, so the text never becomes calm.
    for shift in 0..64 {
        let filler = "a1 ".repeat(shift);
        let text = format!("{filler}{}", "pay with 3782 822463 10005 or b2 ".repeat(400));
        let (out, finished) = redacted(customer(), &[text.as_bytes()]);
        let out = shown(&out);
        assert!(!out.contains("3782") && !out.contains("822463"), "{shift}");
        assert_eq!(finished.findings.len(), 400, "{shift}");
        assert_eq!(out.matches("**** ****** *0005").count(), 400, "{shift}");
    }
}

#[test]
fn context_before_the_judged_text_counts() {
    let filler = "This is what I have to tell you about it, and there is no more to it than that. ";
    for (text, secret) in [
        (format!("{filler}My card is 3782 822463 10005 exp 08/27. {filler}The cvv is 4821. {filler}"), "4821"),
        (format!("{filler}I have got a code by text from you. {filler}It's 482913. {filler}"), "3782"),
        (format!("{filler}code:\n 482913\n{filler}"), "482913"),
    ] {
        let (out, finished) = redacted(customer(), &[text.as_bytes()]);
        let (whole, scanned) = scanned(&customer(), text.as_bytes());
        assert!(!shown(&out).contains(secret));
        assert_eq!(shown(&out), shown(&whole));
        assert_eq!(finished, scanned);
    }
}

#[test]
fn bytes_that_are_not_text_are_unchanged() {
    for text in
        [&b"\xFF\xFE hello \xC3 there"[..], b"\xE2\x80", b"a\xF0\x9F b", b"\x80\x80\x80 \x00 ok\x07", b"\r\n\r\n\t "]
    {
        let (out, finished) = redacted(customer(), &text.chunks(1).collect::<Vec<_>>());
        assert_eq!(out, text);
        assert_eq!(finished.findings, []);
    }
}

#[test]
fn nothing_is_sent_after_a_blocked_finding() {
    let policy = Policy::builder().action(Entity::Card, Action::Block).build().expect("a policy");
    let mut redactor = StreamRedactor::new(Engine::new(policy), Conversation::new(), Role::Customer);
    let mut out = Vec::new();
    redactor.push(
        b"hello there, it is 3782 822463 10005. I think that this is all that you need to know. And more ",
        &mut out,
    );
    assert!(redactor.is_blocked());
    redactor.push(b"to come, my code is 482913", &mut out);
    let finished = redactor.finish(&mut out);
    assert_eq!(shown(&out), "hello there, it is ");
    assert!(finished.is_blocked());
    assert_eq!(finished.findings.len(), 2);
}

#[test]
fn a_blocked_question_is_held_from_its_cue() {
    let policy = Policy::builder().solicitation(Action::Block).build().expect("a policy");
    let mut redactor = StreamRedactor::new(Engine::new(policy), Conversation::new(), Role::Agent);
    let mut out = Vec::new();
    redactor.push(
        b"Please send me your full card number and the CID now. Then I can go on with it for you today. ok ",
        &mut out,
    );
    assert!(redactor.is_blocked());
    assert!(!shown(&out).contains("CID"), "{}", shown(&out));
}

#[test]
fn a_request_is_remembered_at_any_distance() {
    let filler = "I am glad to help you with all of that and more if there is more. ".repeat(60);
    let text = format!("Please read me the code we texted you. {filler}");
    let (_, finished) =
        redacted(StreamRedactor::new(Engine::default(), Conversation::new(), Role::Agent), &[text.as_bytes()]);
    let mut conversation = finished.conversation;
    let outcome = Engine::default().scan(&mut conversation, &Message::customer("482913"));
    assert_eq!(outcome.redact("482913"), "******");
}

#[test]
fn pieces_in_two_streams_complete_a_card() {
    let first = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer).id(7);
    let (_, finished) = redacted(first, &[b"ok 3782 822463"]);
    let second = StreamRedactor::new(Engine::default(), finished.conversation, Role::Customer).id(8).time_ms(5);
    let (out, finished) = redacted(second, &[b"100", b"05"]);
    assert_eq!(shown(&out), "*****");
    assert_eq!(finished.recall, [MessageId(7)]);
}

#[test]
fn a_piece_that_was_masked_when_it_arrived_is_not_recalled() {
    let first = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer).id(7);
    let (out, finished) = redacted(first, &[b"my card starts with 3782 822463"]);
    assert_eq!(shown(&out), "my card starts with **** ******");
    let second = StreamRedactor::new(Engine::default(), finished.conversation, Role::Customer).id(8).time_ms(5);
    let (out, finished) = redacted(second, &[b"100", b"05"]);
    assert_eq!(shown(&out), "*****");
    assert!(finished.recall.is_empty());
}

#[test]
fn custom_detectors_see_all_text_that_may_affect_them() {
    let detector =
        CustomDetector::builder("project", r"(?i)operation [a-z]{3,9} [a-z]{3,9}").build().expect("a detector");
    let policy = Policy::builder().detector(detector).build().expect("a policy");
    let redactor = || StreamRedactor::new(Engine::new(policy.clone()), Conversation::new(), Role::Customer);
    let filler = "and so it went on for a while. There was more to it. ";
    for before in 0..40 {
        let text = format!("{}{}operation\nsilent dawn {}", "x ".repeat(before), filler.repeat(30), filler.repeat(30));
        let text = text.replace("operation\n", "Operation ");
        let (out, finished) = redacted(redactor(), &text.as_bytes().chunks(7).collect::<Vec<_>>());
        assert!(!shown(&out).contains("dawn"), "{before}");
        assert_eq!(finished.findings.len(), 1);
    }
    let mut redactor = redactor();
    let mut out = Vec::new();
    redactor.push(filler.repeat(60).as_bytes(), &mut out);
    assert!(redactor.held() < 1024 && !out.is_empty());
}

/// Returns an engine with an additional custom detector.
fn with_detector(detector: crate::detect::custom::CustomDetectorBuilder) -> Engine {
    let detector = detector.build().expect("a detector");
    Engine::new(Policy::builder().detector(detector).build().expect("a policy"))
}

#[test]
fn a_short_custom_detector_holds_few_bytes_back() {
    let badge = || with_detector(CustomDetector::builder("badge", r"\bE-\d{5}\b").before(["badge"]));
    let mut redactor = StreamRedactor::new(badge(), Conversation::new(), Role::Customer);
    let filler = "and so it went on for a while. There was more to it. ";
    let mut out = Vec::new();
    for (n, piece) in filler.repeat(400).as_bytes().chunks(10).enumerate() {
        redactor.push(piece, &mut out);
        let most = if n < 50 { 7 + 1 + 10 + 10 } else { 64 };
        assert!(redactor.held() <= most, "{} bytes are held after {n} pieces", redactor.held());
    }
    let text = "my badge is E-12345 and yours? ";
    redactor.push(text.repeat(3).as_bytes(), &mut out);
    redactor.push(filler.as_bytes(), &mut out);
    let finished = redactor.finish(&mut out);
    assert_eq!(finished.findings.len(), 3);
    assert!(!shown(&out).contains("E-12345"));
}

#[test]
fn a_custom_detector_finds_the_same_in_a_stream_as_in_the_whole_text() {
    let detectors = [
        CustomDetector::builder("badge", r"\bE-\d{5}\b"),
        CustomDetector::builder("badge", r"\bE-\d{5}\b").before(["my badge"]).window(200),
        CustomDetector::builder("badge", r"\bE-\d{5}\b").after(["is my badge"]).window(200),
        CustomDetector::builder("badge", r"(?s)E.{0,200}\d"),
        CustomDetector::builder("phrase", r"(?i)the [a-z]{3,20} (?:sea )?shell"),
    ];
    let filler = "and so it went on for a while. There was more to it. ";
    for detector in detectors {
        let engine = with_detector(detector);
        for far in [0, 3, 7, 30] {
            let gap = "so it went on ".repeat(far);
            for secret in ["E-12345", "E\u{200B}-\u{FF11}2\u{200B}34&#53;", "the yellow sea shell", "the sea shell"] {
                let text = format!("{filler}my badge {gap}{secret} {gap} is my badge. {filler}{filler}");
                let redactor = || StreamRedactor::new(engine.clone(), Conversation::new(), Role::Customer);
                let (_, expected) = scanned(&redactor(), text.as_bytes());
                for size in [1, 7, text.len()] {
                    let (out, finished) = redacted(redactor(), &text.as_bytes().chunks(size).collect::<Vec<_>>());
                    assert_eq!(finished.findings, expected.findings, "{text}");
                    assert!(!shown(&out).contains("E-12345") || finished.findings.is_empty(), "{text}");
                }
            }
        }
    }
}

#[test]
fn secrets_are_found_in_a_stream_with_custom_detectors_too() {
    let engine = with_detector(CustomDetector::builder("badge", r"\bE-\d{5}\b"));
    let filler = "and so it went on for a while. There was more to it. ";
    for text in SHORT {
        for text in [(*text).to_owned(), format!("{filler}{filler}{text}\n\n{filler}{filler}")] {
            let (expected, known) = redacted(customer(), &[text.as_bytes()]);
            let redactor = || StreamRedactor::new(engine.clone(), Conversation::new(), Role::Customer);
            let (out, finished) = redacted(redactor(), &text.as_bytes().chunks(3).collect::<Vec<_>>());
            assert_eq!(shown(&out), shown(&expected));
            assert_eq!(finished, known);
        }
    }
}

#[test]
fn debug_output_shows_nothing_of_the_text() {
    let mut redactor = customer();
    redactor.push(b"hello, hunter2 and 3782 822463", &mut Vec::new());
    let shown = format!("{redactor:?}");
    assert!(!shown.contains("hunter") && !shown.contains("3782"), "{shown}");
}

/// Pieces of chat text.
fn chatter(pieces: usize) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "hello",
        "my",
        "card",
        "is",
        "password",
        "the",
        "code",
        "contraseña",
        "clave",
        "es",
        "mi",
        "bluebonnet",
        "Jennifer!",
        "hunter2",
        "Tr0ut$tream!",
        "482913",
        "482 913",
        "3782 822463 10005",
        "4111111111111111",
        "123-45-6789",
        "one",
        "two",
        "oh",
        "seven",
        "three",
        "cuatro",
        "and",
        "then",
        "first",
        "last four",
        "ending in",
        "0005",
        "order",
        "ZIP",
        "10285",
        "$45.20",
        "08/27",
        "cvv",
        "4821",
        "that's",
        "That's",
        "in a way that nobody knows",
        "corFFrect",
        "Bluebonnet",
        "for the password",
        "to log in with",
        "the login is",
        "thanks for the help with all of that",
        "I think so",
        "please",
        "what",
        "from",
        "to",
        "user",
        "bob",
        "\"",
        "'",
        "(",
        ")",
        "<b>",
        "</b>",
        "&nbsp;",
        "&#51;",
        "３",
        "\u{200B}",
        "é",
        "😂",
        "-",
        ",",
        ".",
        "!",
        "?",
        ":",
        "=",
        "/",
        "\n",
        "**",
        "[pin]",
        "[card ending 0005]",
        "https://x.org/a",
        "bob:secret@x.org",
        "l6O8Ol",
        "您好，请问有什么可以帮助您的吗",
        "您可以先把路由器关掉等一会儿再打开看看指示灯是不是绿色的如果还是不行请告诉我您的网络状态我会继续帮您检查",
        "**bold**",
        "**Bold:**",
        "* ",
        "1.",
        "`x = 1;`",
        "GB82",
        "WEST",
        "1234",
    ]);
    let space = prop::sample::select(vec![" ", " ", " ", " ", "", ". ", ", ", "\n", "? ", "! ", "  "]);
    prop::collection::vec((piece, space), 0..pieces)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, space)| [piece, space]).collect())
}

#[test]
fn a_mask_in_a_text_of_an_agent_does_not_make_it_one_of_a_customer() {
    let text = "one to log in with. one, corFFrecthelloone. [pin] ";
    let fresh = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Agent);
    assert_eq!(shown(&scanned(&fresh, text.as_bytes()).0), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::steps::cases(1_500)))]

    #[test]
    fn chunk_boundaries_change_nothing(text in chatter(60), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8), serves: bool) {
        let text = text.as_bytes();
        let role = if serves { Role::Agent } else { Role::Customer };
        let redactor = || StreamRedactor::new(Engine::default(), Conversation::new(), role);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect();
        prop_assert_eq!(redacted(redactor(), &pieces), redacted(redactor(), &[text]));
    }

    #[test]
    fn findings_of_a_scan_are_masked_in_chunks_too(text in chatter(30), serves: bool) {
        let role = if serves { Role::Agent } else { Role::Customer };
        let redactor = || StreamRedactor::new(Engine::default(), Conversation::new(), role);
        let (mut redactor, fresh) = (redactor(), redactor());
        let mut out = Vec::new();
        redactor.push(text.as_bytes(), &mut out);
        let unjudged = redactor.is_unjudged();
        let finished = redactor.finish(&mut out);
        if unjudged {
            let (expected, scanned) = scanned(&fresh, text.as_bytes());
            prop_assert_eq!(shown(&out), shown(&expected));
            prop_assert_eq!(finished, scanned);
        }
    }
}
