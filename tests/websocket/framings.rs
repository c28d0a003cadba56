//! The framings: each passes framing, masks data, and has a form for errors.

use lastfour::Engine;
use lastfour::middleware::websocket::{Framing, Session, Side};

use crate::support::{MASK, SECRET, blocking, say};

/// A framing, a question of the server, an answer of the client with `{}` for its text, and messages that pass.
struct Case {
    framing: Framing,
    question: &'static str,
    answer: &'static str,
    pass: &'static [&'static str],
    /// What the notice contains.
    notice: &'static str,
}

const CASES: &[Case] = &[
    Case {
        framing: Framing::Text,
        question: "What is the CID on your card?",
        answer: "{}",
        pass: &["hello", "order 4111111111111112", "", " "],
        notice: "The message was stopped because it must not be sent in chat: card.",
    },
    Case {
        framing: Framing::Json,
        question: r#"{"role":"agent","text":"What is the CID on your card?"}"#,
        answer: r#"{"id":378282246310005,"role":"customer","text":"{}"}"#,
        pass: &[r#"{"text":"hi","n":1}"#, "[]", "{}", "7"],
        notice: r#"{"type":"error","error":{"#,
    },
    Case {
        framing: Framing::Typed,
        question: r#"{"type":"message","payload":"What is the CID on your card?"}"#,
        answer: r#"{"type":"message","id":3,"payload":"{}"}"#,
        pass: &[r#"{"type":"typing","payload":true}"#, r#"{"event":"ping","data":{}}"#],
        notice: r#"{"type":"error","payload":{"#,
    },
    Case {
        framing: Framing::SocketIo,
        question: r#"42["said",{"from":"agent","text":"What is the CID on your card?"}]"#,
        answer: r#"42["say","{}"]"#,
        pass: &[
            "2",
            "3",
            "40",
            r#"40/agents,{"token":"x"}"#,
            "41",
            r#"430["ok"]"#,
            r#"0{"sid":"lv_VI97HAXpY6yYWAAAB"}"#,
            "6",
        ],
        notice: r#"42["error",{"#,
    },
    Case {
        framing: Framing::SocketIo,
        question: r#"42/help,["said","What is the CID on your card?"]"#,
        answer: r#"42/help,13["say",{"text":"{}"}]"#,
        pass: &["2probe", "3probe", "5"],
        notice: r#"43/help,13[{"error":{"#,
    },
    Case {
        framing: Framing::SocketIo,
        question: "42[\"said\",\"What is the CID on your card?\"]\u{1e}2",
        answer: "2\u{1e}42[\"say\",{\"text\":\"{}\"}]",
        pass: &["2\u{1e}3"],
        notice: "42[\"error\",{",
    },
    Case {
        framing: Framing::Phoenix,
        question: r#"[null,null,"room:1","said",{"body":"What is the CID on your card?"}]"#,
        answer: r#"["6","4111","room:1","say",{"body":"{}"}]"#,
        pass: &[r#"["6","6","room:1","phx_join",{}]"#, r#"[null,"7","phoenix","heartbeat",{}]"#],
        notice: r#"["6","4111","room:1","phx_reply",{"status":"error","response":{"#,
    },
    Case {
        framing: Framing::Phoenix,
        question: r#"{"topic":"room:1","event":"said","payload":{"body":"What is the CID on your card?"},"ref":null}"#,
        answer: r#"{"topic":"room:1","event":"say","payload":{"body":"{}"},"ref":"4111"}"#,
        pass: &[r#"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"5"}"#],
        notice: r#"{"topic":"room:1","event":"phx_reply","payload":{"status":"error","response":{"#,
    },
    Case {
        framing: Framing::Stomp,
        question: "MESSAGE\nsubscription:0\nmessage-id:7\ndestination:/q\n\nWhat is the CID on your card?\0",
        answer: "SEND\ndestination:/q/3782\nreceipt:4\n\n{}\0\n",
        pass: &[
            "\n",
            "CONNECT\naccept-version:1.2\nlogin:a\npasscode:hunter2\n\n\0",
            "SUBSCRIBE\r\nid:0\r\ndestination:/q\r\n\r\n\0",
        ],
        notice: "ERROR\nmessage:Message blocked\nreceipt-id:4\ncontent-type:application/json\ncontent-length:",
    },
    Case {
        framing: Framing::SignalR,
        question: "{\"type\":1,\"target\":\"Said\",\"arguments\":[\"agent\",\"What is the CID on your card?\"]}\u{1e}",
        answer: "{\"type\":6}\u{1e}{\"type\":1,\"target\":\"Say\",\"arguments\":[\"{}\"]}\u{1e}",
        pass: &["{\"protocol\":\"json\",\"version\":1}\u{1e}", "{}\u{1e}", "{\"type\":6}\u{1e}"],
        notice: "{\"type\":1,\"target\":\"error\",\"arguments\":[{",
    },
    Case {
        framing: Framing::SignalR,
        question: "{\"type\":1,\"target\":\"Said\",\"arguments\":[\"What is the CID on your card?\"]}\u{1e}",
        answer: "{\"type\":1,\"invocationId\":\"9\",\"target\":\"Say\",\"arguments\":[{\"text\":\"{}\"}]}\u{1e}",
        pass: &["{\"type\":3,\"invocationId\":\"9\",\"result\":1}\u{1e}"],
        notice: "{\"type\":3,\"invocationId\":\"9\",\"error\":\"The message was stopped",
    },
    Case {
        framing: Framing::Ddp,
        question: r#"{"msg":"changed","collection":"stream-room-messages","id":"id","fields":{"eventName":"r","args":[{"_id":"x","rid":"r","msg":"What is the CID on your card?","ts":{"$date":1494874057495},"u":{"_id":"a","username":"jane"}}]}}"#,
        answer: r#"{"msg":"method","method":"sendMessage","id":"423","params":[{"_id":"GMB35","rid":"r","msg":"{}"}]}"#,
        pass: &[
            r#"{"msg":"connect","version":"1","support":["1"]}"#,
            r#"{"msg":"ping"}"#,
            r#"{"msg":"sub","id":"7","name":"stream-room-messages","params":["r",false]}"#,
        ],
        notice: r#"{"msg":"result","id":"423","error":{"error":"message-stopped","reason":"The message was stopped"#,
    },
    Case {
        framing: Framing::Mattermost,
        question: r#"{"event":"posted","data":{"channel_name":"x","post":"{\"id\":\"a\",\"create_at\":1494874057495,\"message\":\"What is the CID on your card?\"}","sender_name":"@jane"},"broadcast":{"channel_id":"c"},"seq":4}"#,
        answer: r#"{"action":"post","seq":9,"data":{"post":"{\"create_at\":1494874057495,\"message\":\"{}\"}"}}"#,
        pass: &[
            r#"{"seq":1,"action":"authentication_challenge","data":{"token":"m9ykz4k7yt"}}"#,
            r#"{"event":"hello","data":{"server_version":"9"},"broadcast":{},"seq":0}"#,
        ],
        notice: r#"{"status":"FAIL","error":{"id":"message_stopped","#,
    },
    Case {
        framing: Framing::GraphQl,
        question: r#"{"id":"1","type":"next","payload":{"data":{"said":{"text":"What is the CID on your card?"}}}}"#,
        answer: r#"{"id":"2","type":"subscribe","payload":{"query":"mutation($t:String!){say(text:$t){id}}","variables":{"text":"{}"}}}"#,
        pass: &[
            r#"{"type":"connection_init","payload":{"token":"abc"}}"#,
            r#"{"type":"ping"}"#,
            r#"{"id":"1","type":"complete"}"#,
        ],
        notice: r#"{"id":"2","type":"error","payload":[{"message":"The message was stopped"#,
    },
    Case {
        framing: Framing::Slack,
        question: r#"{"type":"events_api","envelope_id":"e1","payload":{"event":{"type":"message","text":"What is the CID on your card?","ts":"1355517523.000005"}}}"#,
        answer: r#"{"envelope_id":"e1","payload":{"text":"{}"}}"#,
        pass: &[r#"{"type":"hello","num_connections":1}"#, r#"{"envelope_id":"e1"}"#],
        notice: r#"{"type":"error","error":{"code":"message_stopped","#,
    },
];

/// A session for the case, with its framing set or to be recognized.
fn session(engine: Engine, case: &Case, set: bool) -> Session {
    let session = Session::new(engine);
    if set { session.framing(case.framing) } else { session }
}

#[test]
fn a_card_is_masked_and_all_other_bytes_are_kept() {
    for (case, set) in CASES.iter().flat_map(|case| [(case, false), (case, true)]) {
        let mut session = session(Engine::default(), case, set);
        let said = say(&mut session, Side::Client, &case.answer.replace("{}", &format!("my card is {SECRET}, thanks")));
        assert_eq!(said, case.answer.replace("{}", &format!("my card is {MASK}, thanks")), "set: {set}");
    }
}

#[test]
fn a_question_of_the_server_explains_the_answer_of_the_client() {
    for (case, set) in CASES.iter().flat_map(|case| [(case, false), (case, true)]) {
        let mut session = session(Engine::default(), case, set);
        assert_eq!(say(&mut session, Side::Server, case.question), case.question);
        for pass in case.pass {
            assert_eq!(&say(&mut session, Side::Server, pass), pass);
        }
        let said = say(&mut session, Side::Client, &case.answer.replace("{}", "4821"));
        assert_eq!(said, case.answer.replace("{}", "****"), "set: {set}");
    }
}

#[test]
fn messages_without_text_pass() {
    for (case, set) in CASES.iter().flat_map(|case| [(case, false), (case, true)]) {
        let mut session = session(blocking(), case, set);
        for side in [Side::Client, Side::Server] {
            for pass in case.pass {
                assert_eq!(&say(&mut session, side, pass), pass, "set: {set}");
            }
            let clean = case.answer.replace("{}", "my order is late, call me at 212 555 0123");
            assert_eq!(say(&mut session, side, &clean), clean, "set: {set}");
        }
    }
}

#[test]
fn the_sender_of_a_blocked_message_is_told_in_the_form_of_its_protocol() {
    for (case, set) in CASES.iter().flat_map(|case| [(case, false), (case, true)]) {
        let mut session = session(blocking(), case, set);
        let told = say(&mut session, Side::Client, &case.answer.replace("{}", SECRET));
        let notice = told.strip_prefix("stopped: ").unwrap();
        assert!(notice.starts_with(case.notice), "{notice}\n{}", case.notice);
        assert!(notice.contains("card") && !notice.contains("3782 8") && !notice.contains("0005"), "{notice}");
        // The notice is a message of the framing itself, and clean.
        assert_eq!(say(&mut session, Side::Server, notice), notice);
        assert_eq!(
            session.known_framing().is_some(),
            set || !matches!(case.framing, Framing::Text | Framing::Json | Framing::Typed)
        );
    }
}

#[test]
fn a_withheld_message_of_the_server_is_reported_to_the_client_without_its_references() {
    for case in CASES {
        let mut session = Session::new(blocking()).framing(case.framing);
        let told = say(&mut session, Side::Server, &case.answer.replace("{}", SECRET));
        let notice = told.strip_prefix("stopped: ").unwrap();
        assert!(notice.contains("The answer was stopped"), "{notice}");
        assert!(!notice.contains("4111") && !notice.contains("receipt-id"), "{notice}");
    }
}

#[test]
fn the_framing_is_recognized() {
    for case in CASES.iter().filter(|case| !matches!(case.framing, Framing::Text | Framing::Json | Framing::Typed)) {
        let mut session = Session::new(Engine::default());
        let _ = say(&mut session, Side::Server, case.question);
        assert_eq!(session.known_framing(), Some(case.framing), "{}", case.question);
    }
    for framing in Framing::all() {
        assert_eq!(Framing::named(framing.as_str()), Some(framing));
    }
    assert_eq!(Framing::of_subprotocol("v12.stomp"), Some(Framing::Stomp));
}
