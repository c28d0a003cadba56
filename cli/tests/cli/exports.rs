//! Exports of chats as other programs write them.

use crate::{CARD, MASKED, redacted, run, stderr};

/// What is masked by the context alone.
const TALK: &[(&str, &str)] = &[
    ("customer", "hi, my order is 81772"),
    ("agent", "Sorry! What is the CID on the front of your card?"),
    ("customer", "4821"),
    ("agent", "Thanks. Please read me the code we just texted you."),
    ("customer", "482 913"),
    ("customer", "my password is Bluebonnet!77, is that the problem?"),
];

fn masked(text: &str) -> String {
    text.replace("4821", "****").replace("482 913", "*** ***").replace("Bluebonnet!77", "********")
}

fn redacted_as(arguments: &[&str], text: &str) -> String {
    let arguments: Vec<&str> = ["--quiet"].iter().chain(arguments).copied().collect();
    String::from_utf8(redacted(&arguments, text.as_bytes())).unwrap()
}

/// The messages of the talk in a form, oldest first.
fn export(form: impl Fn(usize, &str, &str) -> String) -> Vec<String> {
    TALK.iter().enumerate().map(|(n, (role, text))| form(n, role, text)).collect()
}

#[test]
fn messages_with_a_topic_each_are_one_conversation() {
    let message = |n: usize, role: &str, text: &str| {
        format!(
            "{{\"creator\":{{\"name\":\"{role}\"}},\"text\":\"{text}\",\"topic_id\":\"t{n}\",\"message_id\":\"s/t{n}\"}}"
        )
    };
    let text = format!("{{\"messages\":[{}]}}", export(message).join(","));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn topics_with_several_messages_are_conversations() {
    let lines = [
        ("a", "agent", "What is the CID on the front of your card?"),
        ("b", "agent", "How many do you need?"),
        ("b", "customer", "4821"),
        ("a", "customer", "4821"),
    ];
    let line = |(topic, role, text): (&str, &str, &str)| {
        format!("{{\"topic_id\":\"{topic}\",\"role\":\"{role}\",\"text\":\"{text}\"}}\n")
    };
    let text: String = lines.into_iter().map(line).collect();
    let last = line(lines[3]);
    assert_eq!(redacted_as(&[], &text), text.replace(&last, &last.replace("4821", "****")));
}

#[test]
fn a_field_is_masked_if_its_name_says_that_its_value_is_a_code_for_its_owner() {
    for name in [
        "secret_code",
        "passCode",
        "otp_code",
        "otpCode",
        "login-code",
        "recoveryCode",
        "codigo_de_acceso",
        "codigoSecreto",
    ] {
        let text = format!("{{\"{name}\":\"482913\",\"text\":\"hello\"}}\n");
        assert_eq!(redacted_as(&[], &text), text.replace("482913", "******"), "{name}");
    }
    // In India, a PIN code is a postal code.
    let text = "{\"city\":\"Bengaluru\",\"pin_code\":\"560034\",\"text\":\"hello\"}\n";
    assert_eq!(redacted_as(&[], text), text);
    for name in
        ["zip_code", "error_code", "promo_code", "country_code", "statusCode", "codigo_postal", "code", "accessCount"]
    {
        let text = format!("{{\"{name}\":\"48291\",\"text\":\"hello\"}}\n");
        assert_eq!(redacted_as(&[], &text), text, "{name}");
    }
}

#[test]
fn every_pair_of_a_log_line_is_looked_at() {
    for line in [
        "level=info ts=2024-05-01T10:00:00Z customer_id=81772 pin=4821",
        "2024-05-01T10:00:00Z INFO chat customer_id=81772 ok pin=4821",
        "2024-05-01T10:00:00.000Z INFO payments a=1 b=2 secret_code=4821",
    ] {
        let other = "level=info ts=2024-05-01T10:00:00Z msg=\"hello\"";
        for text in [format!("{line}\n"), format!("{other}\n{line}\n"), format!("{line}\n{line}\n{other}\n")] {
            assert_eq!(redacted_as(&["--format", "log"], &text), text.replace("4821", "****"));
        }
    }
}

#[test]
fn short_messages_in_pairs_belong_to_the_conversation() {
    let line = |n: usize, role: &str, text: &str| {
        let direction = if role == "customer" { "in" } else { "out" };
        format!("2024-05-01T10:00:0{n}Z INFO chat conv=5511 dir={direction} msg=\"{text}\"")
    };
    let text = export(line).join("\n") + "\n";
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn pairs_with_messages_are_no_log_of_a_system() {
    let line = |n: usize, role: &str, text: &str| {
        format!(
            "time=2024-05-01T10:00:0{n}Z level=info msg=\"chat message\" id=925f0e39-2311 role={role} text=\"{text}\""
        )
    };
    // The talk twice, because few lines are never taken for such a log.
    let text = [export(line), export(line)].concat().join("\n") + "\n";
    assert_eq!(redacted_as(&["--format", "log"], &text), masked(&text));
}

#[test]
fn the_time_of_a_message_may_be_in_an_object_around_it() {
    let record = |n: usize, role: &str, text: &str| {
        format!(
            "{{\"jsonPayload\":{{\"turn\":{{\"speaker\":\"{role}\",\"utterance\":{{\"text\":\"{text}\"}}}}}},\"timestamp\":\"2024-05-01T10:00:0{n}Z\"}}"
        )
    };
    let mut records = export(record);
    records.reverse();
    let text = format!("[{}]", records.join(",\n"));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn who_tells_a_secret_and_asks_about_it_does_not_verify() {
    let message = |_: usize, role: &str, text: &str| {
        let sender = if role == "customer" { "{\"id\":\"01234A=\",\"name\":\"Daniel\"}" } else { "null" };
        format!("{{\"sender\":{sender},\"message\":{{\"type\":\"text\",\"text\":\"{text}\"}}}}")
    };
    let text = format!("{{\"history\":[{}]}}", export(message).join(","));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn a_name_with_a_verb_after_a_time_begins_a_message() {
    let name = |role: &str| if role == "customer" { "Daniel Kim" } else { "Maria Lopez" };
    let line = |n: usize, role: &str, text: &str| format!("2024-05-01 10:00:0{n} {} says: {text}", name(role));
    let text = export(line).join("\n") + "\n";
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

#[test]
fn yaml_is_read_by_its_keys_and_stays_valid() {
    let redact = |text: &str| redacted_as(&["--format", "yaml"], text);
    let item = |n: usize, role: &str, text: &str| {
        format!("  - role: {role}\n    time: \"2024-05-01T10:00:0{n}Z\"\n    text: \"{text}\"\n")
    };
    let quoted = format!("conversation: 5511\nmessages:\n{}", export(item).concat());
    assert_eq!(redact(&quoted), masked(&quoted));
    let item = |_: usize, role: &str, text: &str| format!("- text: {text}\n  role: {role}\n");
    let plain = format!("---\n# export\n{}", export(item).concat());
    let expected =
        masked(&plain).replace("text: ****\n", "text: '****'\n").replace("text: *** ***\n", "text: '*** ***'\n");
    assert_eq!(redact(&plain), expected);
    let item = |_: usize, role: &str, text: &str| format!("- {role}: |\n    {text}\n");
    let block = export(item).concat();
    assert_eq!(redact(&block), masked(&block));
    for text in [
        format!("note: my card\n  is {CARD}\n"),
        format!("- \"my card\n  is {CARD}\"\n"),
        format!("a:\n- b: 'it''s {CARD}'\n---\nc: {CARD} it is\n"),
        format!("a: {{b: my card is {CARD}}}\n{CARD}\n\t{CARD}\n"),
        format!("- - {CARD}, my card\n  -\n    x: \"{CARD}\n"),
    ] {
        let out = redact(&text);
        assert_eq!(out.replace('\'', ""), text.replace(CARD, MASKED).replace('\'', ""), "{text}");
    }
}

#[test]
fn a_table_on_standard_input_is_recognized_by_its_structure() {
    let cases: [(&str, &[&str]); 8] = [
        ("email,password,city\njen@x.com,BlueHeron7,Rome\nbob@x.com,Sunshine99,Paris\n", &["BlueHeron7", "Sunshine99"]),
        ("email,cvv\njen@x.com,493", &["493"]),
        ("\"email\",\"password\"\n\"jen@x.com\",\"BlueHeron7\"\n", &["BlueHeron7"]),
        ("id;login;password\n1;jen;BlueHeron7\n", &["BlueHeron7"]),
        ("nome,senha\nana,Luna2020\n", &["Luna2020"]),
        ("usuario\tcontraseña\nana\tLuna2020\nluis\tSol-31\n", &["Luna2020", "Sol-31"]),
        ("name|pin\r\njen|4821\r\n", &["4821"]),
        ("email, password\njen@x.com, BlueHeron7\n", &["BlueHeron7"]),
    ];
    for (text, secrets) in cases {
        let stars = |secret: &str| if secret.len() > 4 { 8 } else { secret.len() };
        let expected = secrets.iter().fold(text.to_owned(), |text, secret| {
            let digits = secret.bytes().all(|b| b.is_ascii_digit());
            text.replace(secret, &"*".repeat(if digits { secret.len() } else { stars("secret") }))
        });
        assert_eq!(redacted_as(&[], text), expected);
    }
}

#[test]
fn a_chat_with_commas_is_not_a_table() {
    for text in [
        "Hi, password problem\nWhat is the CID on your card?\n4821, thanks\n",
        "my card,please\nWhat is the CID on your card?,ok\n4821,ok\n",
        "Hello,how are you\nfine,what is the CID on your card?\n4821,thanks\n",
        "so, my password\nyes, what is the CID on your card?\nok, 4821\n",
    ] {
        assert_eq!(redacted_as(&[], text), text.replace("4821", "****"));
    }
}

#[test]
fn a_table_in_markdown_with_speakers_and_texts_is_a_chat() {
    let name = |role: &str| if role == "customer" { "**Daniel Kim**" } else { "Maria Lopez" };
    let who = |role: &str| if role == "customer" { "Cliente" } else { "Agente" };
    for (head, row) in [
        (
            "| Time | Who | Text |\n|---|---|---|\n",
            &(|n, role: &str, text: &str| format!("| 10:0{n} | {} | {text} |\n", name(role)))
                as &dyn Fn(_, &str, &str) -> _,
        ),
        ("| hora | quién | texto |\n|:--|:--|:--|\n", &|n, role: &str, text: &str| {
            format!("| 10:00:0{n} | {} | {text} |\n", who(role))
        }),
        ("Speaker | Message\n--- | ---\n", &|_, role: &str, text: &str| format!("{} | {text}\n", name(role))),
    ] {
        let text = format!("# Chat 5511\n\n{head}{}\nDone.\n", export(row).concat());
        assert_eq!(redacted_as(&["--format", "text"], &text), masked(&text));
    }
}

#[test]
fn a_description_list_with_speakers_is_a_chat() {
    let name = |role: &str| if role == "customer" { "Daniel Kim" } else { "Maria Lopez" };
    let item = |_: usize, role: &str, text: &str| format!("<dt>{role}<dd>{text}\n");
    let ended = |_: usize, role: &str, text: &str| format!("<dt>{}:</dt><dd><p>{text}</p></dd>", name(role));
    for items in [export(item), export(ended)] {
        let text = format!("<html><body><h1>Chat</h1><dl>{}</dl></body></html>\n", items.concat());
        assert_eq!(redacted_as(&["--format", "html"], &text), masked(&text));
    }
    let text = "<html><body><dl><dt>Name<dd>Jane<dt>PIN<dd>4821<dt>City<dd>Rome</dl></body></html>";
    assert_eq!(redacted_as(&["--format", "html"], text), text.replace("4821", "****"));
}

#[test]
fn text_between_the_quotes_of_a_mail_answers_the_quote_above_it() {
    let line = |_: usize, role: &str, text: &str| format!("{}{text}\n\n", if role == "agent" { "> " } else { "" });
    let text = format!(
        "From: Daniel <d@a.example>\nTo: m@a.example\nMIME-Version: 1.0\nMessage-ID: <1@a.example>\n\nSee below.\n\n\
         On Wed, May 1, 2024 at 9:58 AM Maria <m@a.example> wrote:\n\n{}Regards,\nDaniel\n",
        export(line)[1..].concat()
    );
    assert_eq!(redacted_as(&["--format", "mail"], &text), masked(&text));
}

#[test]
fn an_id_that_one_side_of_a_chat_lacks_is_not_that_of_the_conversation() {
    let message = |_: usize, role: &str, text: &str| {
        let (user, contact) = if role == "customer" { ("", "c91") } else { ("5521", "") };
        format!("{{\"user_id\":\"{user}\",\"contact_id\":\"{contact}\",\"name\":\"{role}\",\"content\":\"{text}\"}}")
    };
    let text = format!("{{\"lines\":[{}]}}", export(message).join(","));
    assert_eq!(redacted_as(&[], &text), masked(&text));
}

/// The words of a call, with the number of their speaker and the times of their start and end.
fn spoken(turns: &[(u8, &str)]) -> Vec<(u8, String, f64, f64)> {
    let mut time = 0.0;
    let words = turns.iter().flat_map(|(speaker, text)| text.split(' ').map(move |word| (*speaker, word.to_owned())));
    words
        .map(|(speaker, word)| {
            time += 0.5;
            (speaker, word, time, time + 0.25)
        })
        .collect()
}

#[test]
fn the_words_of_a_call_form_turns_if_each_is_an_entry_with_short_names() {
    let turns = [(0, "what is your pin"), (1, "four eight two one"), (0, "thank you order 81772 ships today")];
    type Form = dyn Fn(&(u8, String, f64, f64)) -> String;
    let forms: [&Form; 2] = [
        &|(speaker, word, start, end)| {
            format!("{{\"p\":3,\"c\":0.9,\"s\":{start},\"e\":{end},\"w\":\"{word}\",\"sp\":{speaker}}}")
        },
        &|(speaker, word, start, end)| {
            format!("{{\"text\":\"{word}\",\"from_s\":\"{start}\",\"d\":{},\"channel\":{speaker}}}", end - start)
        },
    ];
    let masked = |text: &str| {
        ["four", "eight", "two", "one"]
            .iter()
            .fold(text.to_owned(), |text, word| text.replace(&format!("\"{word}\""), "\"* * * *\""))
    };
    for form in forms {
        let words: Vec<String> = spoken(&turns).iter().map(form).collect();
        for text in [
            format!("[{}]", words.join(",\n")),
            words.join("\n") + "\n",
            format!("{{\"call\":{{\"items\":[{}]}}}}", words.join(",")),
        ] {
            assert_eq!(redacted_as(&[], &text), masked(&text));
        }
    }
}

#[test]
fn the_words_of_a_call_form_turns_if_their_speaker_is_named_with_each_alternative() {
    let turns = [(1, "Me dice su PIN ?"), (2, "Claro , es cuatro ocho dos uno ."), (1, "Gracias . El pedido es 81772")];
    let word = |(speaker, word, start, end): &(u8, String, f64, f64)| {
        let kind = if word.len() == 1 { "punctuation" } else { "word" };
        format!(
            "{{\"alternatives\":[{{\"confidence\":0.9,\"content\":\"{word}\",\"speaker\":\"S{speaker}\"}}],\
             \"start_time\":{start},\"end_time\":{end},\"type\":\"{kind}\"}}"
        )
    };
    let words: Vec<String> = spoken(&turns).iter().map(word).collect();
    for text in [format!("{{\"results\":[{}]}}", words.join(",")), words.join("\n") + "\n"] {
        let masked = ["cuatro", "ocho", "dos", "uno"]
            .iter()
            .fold(text.clone(), |text, word| text.replace(&format!("\"{word}\""), "\"* * * *\""));
        assert_eq!(redacted_as(&[], &text), masked);
    }
}

#[test]
fn short_messages_with_a_time_are_not_the_words_of_a_call() {
    let text = ["hi", "hello", "4821", "thanks", "bye"]
        .iter()
        .zip(1_714_557_600..)
        .map(|(text, time)| format!("{{\"id\":{time},\"from\":\"Jo\",\"text\":\"{text}\",\"ts\":{time}}}\n"))
        .collect::<String>();
    let output = run(&["redact"], text.as_bytes());
    assert!(stderr(&output).contains(" 5 messages"), "{}", stderr(&output));
}

#[test]
fn a_repeated_secret_is_masked_in_other_texts_but_not_in_ids_and_numbers() {
    for (text, kept) in [
        (r#"{"text":"my cvv is 882","id":882,"slot":"882"}"#, r#"{"text":"my cvv is ***","id":882,"slot":"***"}"#),
        (r#"{"text":"my cvv is 882","n":882,"seat_no":"882"}"#, r#"{"text":"my cvv is ***","n":882,"seat_no":"882"}"#),
        (
            r#"{"text":"my card is 3743 453331 47897","id":374345333147897}"#,
            r#"{"text":"my card is **** ****** *7897","id":"***********7897"}"#,
        ),
        (
            r#"time=1 level=info msg="my pin is 4821" room=4821 pid=4821 typed=4821"#,
            r#"time=1 level=info msg="my pin is ****" room=4821 pid=4821 typed=****"#,
        ),
    ] {
        assert_eq!(redacted_as(&[], &format!("{text}\n{text}\n")), format!("{kept}\n{kept}\n"));
    }
}

#[test]
fn a_column_whose_values_fill_blocks_of_messages_may_be_that_of_the_conversation() {
    let row = |conv: &str, lang: &str, text: &str| {
        format!("{{\"conv\":\"{conv}\",\"lang\":\"{lang}\",\"role\":\"customer\",\"text\":\"{text}\"}}\n")
    };
    let text = ["1", "2"].map(|conv| [row(conv, "en", "hi"), row(conv, "es", "hola")].concat()).concat();
    let output = run(&["redact"], text.as_bytes());
    assert!(stderr(&output).contains("--conversation-field (candidates: conv)"), "{}", stderr(&output));
    let mixed = [row("1", "en", "hi"), row("2", "en", "hi"), row("1", "es", "hola"), row("3", "es", "hola")].concat();
    assert!(!stderr(&run(&["redact"], mixed.as_bytes())).contains("--conversation-field"));
}

#[test]
fn what_a_program_writes_in_the_header_of_a_mail_does_not_repeat_a_secret() {
    let text = "From: Ana <ana@a.example>\nTo: s@a.example\nSubject: Password reset #4821\nMessage-ID: <4821@a.example>\n\
                References: <4820@a.example> <4821@a.example>\nDate: Wed, 01 May 2024 10:00:00 +0000\n\n\
                My pin is 4821 and my code is 2024.\n";
    let masked = text.replace("is 4821", "is ****").replace("is 2024", "is ****");
    assert_eq!(redacted_as(&["--format", "mail"], text), masked);
}

#[test]
fn names_next_to_passwords_hints_and_buttons_of_a_page_are_not_secrets() {
    let text = "<html><body><table><tr><th>User</th><th>Password</th><th>Apt</th></tr>\
                <tr><td>mlopez77</td><td>Zebra-Lamp42</td><td>4821</td></tr></table>\
                <label>Enter your password</label><input placeholder=\"8+ characters\"><button>Show</button>\
                <p>Enter your PIN</p><button>1</button><button>2</button><select><option>2024</option></select>\
                </body></html>";
    assert_eq!(redacted_as(&["--format", "html"], text), text.replace("Zebra-Lamp42", "********"));
    let chat = "<table><tr><th>Name</th><th>PIN</th><th>Message</th></tr>\
                <tr><td>Ana</td><td>4821</td><td>my cvv is 319</td></tr></table>";
    let masked = chat.replace("319", "***").replace("4821", "****");
    assert_eq!(redacted_as(&["--format", "html"], chat), masked);
}

/// Words with times, as speech-to-text writes them. `forms` are the members of each word.
fn timed_words(words: &[&str], forms: impl Fn(usize, &str) -> String) -> String {
    let word =
        |(n, word): (usize, &&str)| format!("{{{},\"start\":{n}.0,\"end\":{n}.5,\"speaker\":0}}", forms(n, word));
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(",")
}

#[test]
fn each_form_of_a_word_beside_the_text_of_its_turn_is_masked() {
    let words = ["my", "card", "is", "3743", "453331", "47897", "ok"];
    let hidden = ["my", "card", "is", "****", "******", "*7897", "ok"];
    let names = ["word", "punctuated_word", "text", "content", "value", "spelled"];
    for count in 1..=names.len() {
        let forms = |_: usize, word: &str| {
            names[..count].iter().map(|name| format!("\"{name}\":\"{word}\"")).collect::<Vec<_>>().join(",")
        };
        let turn = |card: &str, words: &[&str]| {
            let words = timed_words(words, forms);
            format!(
                "{{\"utterances\":[{{\"speaker\":0,\"transcript\":\"my card is {card} ok\",\"words\":[{words}]}}]}}"
            )
        };
        assert_eq!(redacted_as(&[], &turn(CARD, &words)), turn(MASKED, &hidden), "{count}");
    }
    // A form that some words do not have.
    let forms = |n: usize, word: &str| match n {
        4 => format!("\"word\":\"{word}\""),
        _ => format!("\"word\":\"{word}\",\"punctuated_word\":\"{word}\""),
    };
    let turn = |words: &[&str]| format!("{{\"words\":[{}]}}", timed_words(words, forms));
    assert_eq!(redacted_as(&[], &turn(&words)), turn(&hidden));
    // Alternatives in a list.
    let forms = |_: usize, word: &str| {
        let one = format!("{{\"content\":\"{word}\",\"confidence\":\"0.9\"}}");
        format!("\"alternatives\":[{}]", [one.as_str(); 10].join(","))
    };
    let turn = |words: &[&str]| format!("{{\"items\":[{}]}}", timed_words(words, forms));
    assert_eq!(redacted_as(&[], &turn(&words)), turn(&hidden));
}

#[test]
fn a_second_text_of_an_event_is_read_like_the_first() {
    let event = |n: usize, pin: &str| {
        format!("{{\"level\":\"info\",\"message\":\"hello there {n}\",\"body\":\"my pin is {pin} you know\"}}\n")
    };
    let lines = |pin: &str| (0..6).map(|n| event(n, pin)).collect::<String>();
    assert_eq!(redacted_as(&[], &lines("4471")), lines("****"));
}

#[test]
fn another_form_of_a_whole_talk_is_read_beside_its_turns() {
    let talk = |html: &str| {
        let turn = |(role, text): &(&str, &str)| format!("{{\"role\":\"{role}\",\"text\":\"{text}\"}}");
        let turns: Vec<String> = TALK[..2].iter().chain(&[("customer", "I will not say that"); 1]).map(turn).collect();
        let whole = format!("{} {} I will not say that", TALK[0].1, TALK[1].1);
        format!("{{\"text\":\"{whole}\",\"html\":\"<p>{html}</p>\",\"turns\":[{}]}}", turns.join(","))
    };
    let text = talk("my password is Bluebonnet!77 and my card is 3743 453331 47897");
    assert_eq!(redacted_as(&[], &text), talk("my password is ******** and my card is **** ****** *7897"));
}

#[test]
fn a_secret_that_only_the_second_text_of_a_message_holds_is_a_finding() {
    let text = format!("[{{\"role\":\"user\",\"text\":\"hi\",\"body\":\"my card is {CARD}\"}}]");
    let output = run(&["scan"], text.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("1 finding: 1 secret to mask"), "{}", stderr(&output));
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let group = |three: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(three.get(at).copied().unwrap_or(0)));
        let digit = |at: usize| if at > three.len() { '=' } else { char::from(BASE64[bits >> (18 - 6 * at) & 63]) };
        (0..4).map(digit).collect::<String>()
    };
    let digits: String = bytes.chunks(3).map(group).collect();
    digits.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\r\n").collect()
}

/// A mail with an attached file.
fn attached(head: &str, content: &str) -> String {
    format!(
        "From: Ann <ann@example.com>\r\nTo: help@example.com\r\nSubject: table\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n\
         See the file.\r\n--b1\r\n{head}\r\n\r\n{content}--b1--\r\n"
    )
}

#[test]
fn a_table_attached_to_a_mail_is_read_as_a_table() {
    let table = |password: &str, cvv: &str| {
        format!("email,password,cvv,zip\r\nann@example.com,{password},{cvv},10285\r\nbob@example.com,Sunshine99,482,10001\r\n")
            .replace("Sunshine99,482", if cvv == "***" { "********,***" } else { "Sunshine99,482" })
    };
    let (plain, hidden) = (table("BlueHeron7", "493"), table("********", "***"));
    for head in [
        "Content-Type: text/csv; charset=utf-8\r\nContent-Transfer-Encoding: base64",
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n\
         Content-Transfer-Encoding: base64",
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64",
    ] {
        let text = attached(head, &base64(plain.as_bytes()));
        assert_eq!(redacted_as(&["--format", "mail"], &text), attached(head, &base64(hidden.as_bytes())), "{head}");
    }
    let head = "Content-Type: text/csv; name=a.csv";
    assert_eq!(redacted_as(&["--format", "mail"], &attached(head, &plain)), attached(head, &hidden));
    let talk = "role,text\r\nagent,What is the CID on the front of your card?\r\ncustomer,4821\r\n";
    let text = attached(head, talk);
    assert_eq!(redacted_as(&["--format", "mail"], &text), text.replace("4821", "****"));
}

#[test]
fn an_archive_attached_to_a_mail_is_not_passed_on_in_silence() {
    let head = "Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64";
    let text = attached(head, &base64(b"PK\x03\x04\x14\0\0\0\x08\0and so on"));
    for command in ["redact", "scan"] {
        let output = run(&[command, "--format", "mail"], text.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(stderr(&output).contains("redact it as a file"), "{}", stderr(&output));
    }
}

#[test]
fn documents_within_values_are_understood_together() {
    // "msg" is a label: it is always the same.
    let line = |_: usize, role: &str, text: &str| {
        let inner = format!(
            "{{\\\"level\\\":\\\"info\\\",\\\"msg\\\":\\\"chat\\\",\\\"role\\\":\\\"{role}\\\",\\\"text\\\":\\\"{text}\\\"}}\\n"
        );
        format!("{{\"log\":\"{inner}\",\"stream\":\"stdout\"}}\n")
    };
    let text = export(line).concat();
    assert_eq!(redacted_as(&["--format", "jsonl"], &text), masked(&text));
}

#[test]
fn ids_that_all_begin_like_a_customer_say_nothing() {
    let id = |role: &str| if role == "customer" { "user_81" } else { "user_94" };
    let directed = |_: usize, role: &str, text: &str| {
        let direction = if role == "customer" { "incoming" } else { "outgoing" };
        format!("{{\"userId\":\"{}\",\"direction\":\"{direction}\",\"text\":\"{text}\"}}\n", id(role))
    };
    let plain = |_: usize, role: &str, text: &str| format!("{{\"sender\":\"{}\",\"text\":\"{text}\"}}\n", id(role));
    for text in [export(directed).concat(), export(plain).concat()] {
        assert_eq!(redacted_as(&[], &text), masked(&text));
    }
}

#[test]
fn lines_before_quotes_within_quotes_are_not_answers() {
    let mut body = String::new();
    for (n, (role, text)) in TALK.iter().take(5).enumerate() {
        let name = if *role == "customer" { "Daniel Kim" } else { "Maria Lopez" };
        let quoted: String = body.lines().map(|line| format!("> {line}\n")).collect();
        let before = if n % 2 == 0 { " " } else { "\n" };
        let head = format!("On Wed, May 01, 2024 at 10:0{n} {name} <x@a.example>{before}wrote:\n");
        body = if quoted.is_empty() { format!("{text}\n") } else { format!("{text}\n\n{head}{quoted}") };
    }
    let text =
        format!("From: Maria <m@a.example>\nTo: d@a.example\nMIME-Version: 1.0\nMessage-ID: <1@a.example>\n\n{body}");
    assert_eq!(redacted_as(&["--format", "mail"], &text), masked(&text));
}
