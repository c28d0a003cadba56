//! Messages that try to be something else.

use lastfour::middleware::websocket::{Binary, Framing, Payload, Session, Side, Verdict};
use lastfour::{Engine, Limits, Role, ScanError};

use crate::support::{MASK, SECRET, say};

#[test]
fn leading_digits_of_a_framing_are_not_part_of_a_number() {
    let mut session = Session::new(Engine::default());
    let _ = say(&mut session, Side::Server, r#"0{"sid":"x"}"#);
    assert_eq!(say(&mut session, Side::Client, "4378282246310005"), "4***********0005");
    // Whether the second digit is framing too is not known: the card is masked in either case.
    let said = say(&mut session, Side::Client, "42378282246310005");
    assert!(["4************0005", "42***********0005"].contains(&&*said), "{said}");
    let mut session = Session::new(Engine::default()).framing(Framing::SocketIo);
    assert_eq!(say(&mut session, Side::Client, "42 378282246310005"), "42 ***********0005");
}

#[test]
fn digits_that_were_taken_for_framing_may_be_data() {
    let mut session = Session::new(Engine::default());
    // Nobody has said that this is Engine.IO.
    assert_eq!(say(&mut session, Side::Client, "4111 1111 1111 1111"), "**** **** **** 1111");
    assert_eq!(say(&mut session, Side::Client, "42[1] 4111 1111 1111 1111"), "42[1] **** **** **** 1111");
    // A client says that it is.
    let _ = say(&mut session, Side::Client, r#"42["x"]"#);
    assert_eq!(say(&mut session, Side::Client, "4111 1111 1111 1111"), "**** **** **** 1111");
}

#[test]
fn the_id_of_an_acknowledgement_is_not_joined_to_the_digits_after_it() {
    let mut session = Session::new(Engine::default()).framing(Framing::SocketIo);
    let said = say(&mut session, Side::Client, &format!(r#"4237[{:?}]"#, "say"));
    assert_eq!(said, r#"4237["say"]"#);
    assert_eq!(say(&mut session, Side::Client, r#"4337["378282246310005"]"#), r#"4337["***********0005"]"#);
    assert_eq!(say(&mut session, Side::Client, r#"4337[378282246310005]"#), r#"4337["***********0005"]"#);
    // An id that is a card number is an id.
    assert_eq!(say(&mut session, Side::Client, r#"42378282246310005["a",1]"#), r#"42378282246310005["a",1]"#);
}

#[test]
fn a_secret_that_is_cut_over_two_messages_is_masked_in_the_second() {
    let mut session = Session::new(Engine::default());
    assert_eq!(say(&mut session, Side::Client, r#"42["say","3782 822463"]"#), r#"42["say","3782 822463"]"#);
    let scanned = session.scan(Side::Client, Payload::Text(br#"42["say","10005"]"#));
    assert_eq!(scanned.verdict, Verdict::Change(br#"42["say","*****"]"#.to_vec()));
    assert_eq!(scanned.report.recall(), [lastfour::MessageId(0)]);
}

#[test]
fn all_members_with_the_same_key_are_read() {
    let mut session = Session::new(Engine::default());
    for shape in [
        r#"{"text":"hi","text":"{}"}"#,
        r#"{"msg":"method","msg":"{}","params":[]}"#,
        r#"{"type":"next","payload":"{}","payload":1,"id":"1"}"#,
    ] {
        let said = say(&mut session, Side::Client, &shape.replace("{}", SECRET));
        assert_eq!(said, shape.replace("{}", MASK));
    }
}

#[test]
fn words_of_a_framing_that_are_sentences_are_text() {
    let mut session = Session::new(Engine::default());
    let said = say(&mut session, Side::Client, &format!(r#"{{"msg":"my card is {SECRET}","id":"1"}}"#));
    assert_eq!(said, format!(r#"{{"msg":"my card is {MASK}","id":"1"}}"#));
}

#[test]
fn a_body_with_zero_bytes_and_a_right_length_is_read_as_a_whole() {
    let mut session = Session::new(Engine::default());
    let body = format!("a\0b my card is {SECRET} \0");
    let frame = |body: &str| {
        format!("SEND\ndestination:/q\ncontent-type:text/plain\ncontent-length:{}\nx:y\n\n{body}\0", body.len())
    };
    assert_eq!(say(&mut session, Side::Client, &frame(&body)), frame(&body.replace(SECRET, MASK)));
    let body = r#"{"text":378282246310005}"#;
    let json = |body: &str| format!("SEND\ncontent-length:{}\ncontent-type:application/json\n\n{body}\0", body.len());
    assert_eq!(say(&mut session, Side::Client, &json(body)), json(r#"{"text":"***********0005"}"#));
}

#[test]
fn a_frame_that_two_readers_would_read_differently_is_refused() {
    for frame in [
        "SEND\ncontent-length:2\n\nhello\0",
        "SEND\ncontent-length:20\n\nhello\0",
        "SEND\ncontent-length:5\ncontent-length:6\n\nhello\0",
        "SEND\ncontent-length:+5\n\nhello\0",
        "SEND\ndestination:/q\n\nhello",
        "SEND\n\nhello\0 my card is 3782 822463 10005",
    ] {
        let mut session = Session::new(Engine::default()).framing(Framing::Stomp);
        let scanned = session.scan(Side::Client, Payload::Text(frame.as_bytes()));
        assert_eq!(scanned.failure(), Some(ScanError::Malformed), "{frame:?}");
        assert!(matches!(scanned.verdict, Verdict::Stop { notice } if notice.starts_with("ERROR\n")), "{frame:?}");
    }
}

#[test]
fn several_frames_in_one_message_are_all_read() {
    let mut session = Session::new(Engine::default());
    let frames = |card: &str| format!("SEND\n\nhi\0\n\nSEND\ncontent-length:{}\n\n{card}\0\n", card.len());
    assert_eq!(say(&mut session, Side::Client, &frames(SECRET)), frames(MASK));
}

#[test]
fn headers_with_text_are_read_and_stay_headers() {
    let mut session = Session::new(Engine::default());
    let said = say(&mut session, Side::Server, "ERROR\nmessage:your card\\c 3782 822463 10005\n\n\0");
    assert_eq!(said, "ERROR\nmessage:your card\\c **** ****** *0005\n\n\0");
}

#[test]
fn what_is_not_in_the_framing_that_is_set_is_read_as_a_whole() {
    for framing in Framing::all() {
        for message in [
            "{}",
            r#"{"id":"{}","x":1}"#,
            "hello {}",
            r#"["{}"]"#,
            r#"{"cut":"{}""#,
            "42[\"a\",\"{}\"",
            "\u{1e}{} \u{1e}x",
        ] {
            let mut session = Session::new(Engine::default()).framing(framing);
            let said = say(&mut session, Side::Client, &message.replace("{}", "my card is 3782 822463 10005"));
            // The generic shape lets an id pass where its framing is JSON.
            if !(framing == Framing::Json && message.contains("id")) {
                assert_eq!(said, message.replace("{}", "my card is **** ****** *0005"), "{framing:?}");
            }
        }
    }
}

#[test]
fn invalid_utf_8_is_read() {
    let mut session = Session::new(Engine::default());
    let scanned = session.scan(Side::Client, Payload::Text(b"\xff my card is 3782 822463 10005 \xc3"));
    assert_eq!(scanned.verdict, Verdict::Change(b"\xff my card is **** ****** *0005 \xc3".to_vec()));
}

#[test]
fn binary_messages_are_stopped_unless_that_is_declared() {
    let card = br#"{"text":"my card is 3782 822463 10005"}"#;
    let scan = |binary| Session::new(Engine::default()).binary(binary).scan(Side::Client, Payload::Binary(card));
    let stopped = scan(Binary::Block);
    assert_eq!(stopped.failure(), Some(ScanError::Binary));
    assert!(matches!(stopped.verdict, Verdict::Stop { .. }));
    assert_eq!(scan(Binary::Scan).verdict, Verdict::Change(br#"{"text":"my card is **** ****** *0005"}"#.to_vec()));
    let passed = scan(Binary::Pass);
    assert_eq!((passed.verdict, passed.report.binaries()), (Verdict::Pass, 1));
}

#[test]
fn an_event_whose_attachments_are_stopped_is_stopped_itself() {
    let event = br#"451-["file",{"_placeholder":true,"num":0}]"#;
    let scan = |binary| Session::new(Engine::default()).binary(binary).scan(Side::Client, Payload::Text(event)).verdict;
    assert!(matches!(scan(Binary::Block), Verdict::Stop { .. }));
    assert_eq!(scan(Binary::Pass), Verdict::Pass);
}

#[test]
fn a_stopped_attachment_is_answered_with_an_event_that_the_client_can_read() {
    let mut session = Session::new(Engine::default());
    let _ = say(&mut session, Side::Server, r#"0{"sid":"x"}"#);
    let scanned = session.scan(Side::Client, Payload::Binary(b"4\x00\xff"));
    let Verdict::Stop { notice } = scanned.verdict else { panic!() };
    assert!(notice.starts_with(r#"42["error",{"#), "{notice}");
}

#[test]
fn a_message_beyond_the_limit_is_stopped() {
    let mut session = Session::new(Engine::default()).limits(Limits::default().hold(100));
    assert_eq!(say(&mut session, Side::Client, &"a".repeat(100)).len(), 100);
    let scanned = session.scan(Side::Client, Payload::Text(&[b'a'; 101]));
    assert_eq!(scanned.failure(), Some(ScanError::TooLarge { limit: 100 }));
    let deep = "[".repeat(500) + &"]".repeat(500);
    let scanned = Session::new(Engine::default()).scan(Side::Client, Payload::Text(deep.as_bytes()));
    assert!(matches!(scanned.verdict, Verdict::Stop { .. }), "{scanned:?}");
}

#[test]
fn a_client_whose_role_is_set_cannot_claim_another() {
    let question = r#"{"role":"agent","text":"What is your ZIP code?"}"#;
    let answer = r#"{"text":"48213"}"#;
    let ask = r#"{"text":"Please read me the code we texted you."}"#;
    let talk = |session: Session| {
        let mut session = session;
        let _ = say(&mut session, Side::Server, ask);
        let _ = say(&mut session, Side::Client, question);
        say(&mut session, Side::Client, answer)
    };
    assert_eq!(talk(Session::new(Engine::default()).client(Role::Customer)), r#"{"text":"*****"}"#);
}

#[test]
fn messages_of_the_other_side_are_only_read() {
    let mut session = Session::new(Engine::default()).only(Side::Client);
    let question = "What is the CID on your card 3782 822463 10005?";
    assert_eq!(say(&mut session, Side::Server, question), question);
    assert_eq!(say(&mut session, Side::Client, "4821"), "****");
}

#[test]
fn xml_is_read_as_what_its_elements_say() {
    let mut session = Session::new(Engine::default());
    let message = |text: &str| format!("<message from='a'><body>{text}</body></message>");
    assert_eq!(say(&mut session, Side::Client, &message("my pin is")), message("my pin is"));
    assert_eq!(say(&mut session, Side::Client, &message("4417")), message("****"));
    let named = "<order id='4417'><pin>4417</pin></order>";
    assert_eq!(say(&mut session, Side::Client, named), named.replace("<pin>4417", "<pin>****"));
}

#[test]
fn the_literals_of_a_graphql_document_are_read() {
    let mut session = Session::new(Engine::default());
    let message = |text: &str| {
        format!(r#"{{"id":"1","type":"subscribe","payload":{{"query":"mutation {{ say(text:\"{text}\") }}"}}}}"#)
    };
    assert_eq!(say(&mut session, Side::Client, &message("my pin is 4417")), message("my pin is ****"));
}

#[test]
fn a_value_in_a_field_with_an_unknown_name_answers_a_question() {
    for (answer, masked) in [(r#"{"value":4417}"#, r#"{"value":"****"}"#), (r#"{"a":"4417"}"#, r#"{"a":"****"}"#)] {
        let mut session = Session::new(Engine::default());
        say(&mut session, Side::Server, r#"{"text":"What is your PIN?"}"#);
        assert_eq!(say(&mut session, Side::Client, r#"{"ping":1732970000123}"#), r#"{"ping":1732970000123}"#);
        assert_eq!(say(&mut session, Side::Client, answer), masked);
    }
}

#[test]
fn the_parameters_of_a_link_in_a_text_are_scanned() {
    for text in [
        "<a href=\"/chat?text=@&room=5133\">go</a>",
        "see <a href='https://shop.example/c?room=5133&msg=@'>this</a>, thanks",
    ] {
        let mut session = Session::new(Engine::default());
        let said = text.replace('@', "my+pin+is+4821");
        assert_eq!(say(&mut session, Side::Client, &said), text.replace('@', "my+pin+is+****"));
    }
}
