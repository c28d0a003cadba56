//! Numbers that are given in pieces: in which order, under which questions, by whom.

use lastfour::chat::{DynShape, OpenAi};
use lastfour::{BodyFormat, Conversation, Engine, Filter, Message, Role};

use crate::{answer_to, becomes, last_of};

/// Returns the redacted messages of a chat, of which all are in hand. A line that starts with `a: ` is by an agent.
fn document(talk: &[&str]) -> Vec<String> {
    let messages = talk.iter().map(|line| {
        let (role, text) = line.strip_prefix("a: ").map_or(("user", *line), |text| ("assistant", text));
        serde_json::json!({"role": role, "content": text})
    });
    let body = serde_json::json!({"messages": messages.collect::<Vec<_>>()}).to_string();
    let filter = Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(OpenAi));
    let document: serde_json::Value = serde_json::from_slice(&filter.whole(body.as_bytes()).unwrap().body).unwrap();
    let messages = document["messages"].as_array().unwrap();
    messages.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

/// Returns the ids of the earlier messages that the last one of a chat recalls.
fn recalled(talk: &[&str]) -> Vec<u64> {
    let mut conversation = Conversation::new();
    let mut recall = Vec::new();
    for (id, line) in (0..).zip(talk) {
        let (role, text) = line.strip_prefix("a: ").map_or((Role::Customer, *line), |text| (Role::Agent, text));
        let message = Message::new(role, text).id(id);
        recall = Engine::default().scan(&mut conversation, &message).recall.iter().map(|id| id.0).collect();
    }
    recall
}

#[test]
fn a_social_security_number_may_begin_with_what_it_starts_with() {
    for (first, second) in [("my social starts with 506", "then 41"), ("mi seguro social empieza con 506", "luego 41")]
    {
        let masked = document(&[first, second, "and then 1267"]);
        assert!(!masked[1].contains("41") && !masked[2].contains("1267"), "{masked:?}");
    }
    let kept = ["my ssn starts with 506, is that a problem?", "order 41"];
    assert_eq!(document(&kept), kept);
}

#[test]
fn the_halves_of_a_card_may_come_in_reverse_order() {
    for halves in [
        ["6362 1486", "4539 5787"],
        ["my card ends 6362 1486", "and starts 4539 5787"],
        ["here is the second half of my card: 6362 1486", "first half 4539 5787"],
    ] {
        let masked = document(&halves).concat();
        assert!(!masked.contains(|c: char| c.is_ascii_digit()), "{masked}");
    }
    assert_eq!(recalled(&["6362 1486", "4539 5787"]), [0]);
    assert_eq!(document(&["a: What is your card number?", "6362 1486", "4539 5787"])[1..], ["**** ****", "**** ****"]);
    // The end of a card before a whole one, and two numbers that are not one card.
    assert_eq!(last_of(&["6362 1486", "4539 5787", "3782 8224"]), "3782 8224");
    assert_eq!(last_of(&["6362 1486", "4539 5788"]), "4539 5788");
    assert_eq!(document(&["6362 1486", "4539 5787 ", "6362 1486"])[..2], ["**** ****", "**** **** "]);
    assert_eq!(document(&["1111 2222", "4539 5787", "6362 1486"]), ["1111 2222", "**** ****", "**** ****"]);
}

#[test]
fn a_card_that_is_asked_for_in_four_parts_is_masked_when_the_last_one_comes() {
    for talk in [
        ["a: first four?", "4539", "a: next?", "5787", "a: next?", "6362", "a: last four?", "1486"],
        [
            "a: What are the first four digits?",
            "4539",
            "a: next four?",
            "5787",
            "a: ok",
            "6362",
            "a: and the last four?",
            "1486",
        ],
    ] {
        let masked = document(&talk);
        for at in [1, 3, 5, 7] {
            assert_eq!(masked[at], "****", "{masked:?}");
        }
        assert_eq!(recalled(&talk), [1, 3, 5]);
    }
    // The last four of four things are no card, and do not hide one.
    let talk = ["a: last four of your social?", "4539", "a: and the last four of the phone?", "5788"];
    assert_eq!(document(&talk), talk.map(|line| line.trim_start_matches("a: ")));
    assert_eq!(last_of(&["a: last four?", "4821", "4539 5787", "6362 1486"]), "**** ****");
    // Nor do they begin or end the number of something else.
    for (first, second) in [("4539", "5787 6362 1486"), ("1486", "4539 5787 6362")] {
        let talk = ["a: The last four of your social?", first, "a: What is the tracking number?", second];
        assert_eq!(last_of(&talk), second);
    }
}

#[test]
fn an_agent_who_reads_a_card_back_in_groups_is_masked() {
    let read = ["my card is 4539 5787 6362 1486", "a: 4539", "yes", "a: 5787", "yes", "a: 6362", "yes", "a: 1486"];
    let masked = document(&read);
    for at in [1, 3, 5, 7] {
        assert_eq!(masked[at], "****", "{masked:?}");
    }
}

#[test]
fn an_account_number_does_not_go_on_in_the_answer_to_another_question() {
    for question in ["Which flat?", "And how many people live there?"] {
        let question = format!("a: {question}");
        assert_eq!(last_of(&["a: Account number?", "45698", &question, "3897"]), "3897", "{question}");
    }
    for question in ["And the rest?", "What are the remaining digits?", "ok?", "Got it, go on", "Next?"] {
        let question = format!("a: {question}");
        assert_eq!(last_of(&["a: Account number?", "45698", &question, "3897"]), "****", "{question}");
    }
}

#[test]
fn a_social_security_number_that_was_promised_comes_alone() {
    for promise in ["ssn coming up", "ok here comes my social", "one sec, looking for my ssn", "sending the social now"]
    {
        assert_eq!(last_of(&[promise, "078051120"]), "*****1120", "{promise}");
        assert_eq!(last_of(&[promise, "it's 078 05 1120"]), "it's *** ** 1120", "{promise}");
    }
    assert_eq!(last_of(&["ssn coming up", "a: What is the order number?", "7805112"]), "7805112");
    assert_eq!(last_of(&["hello", "583920174"]), "583920174");
}

#[test]
fn a_card_is_found_where_words_touch_it() {
    crate::becomes(&[
        ("5105 1051 0510 5100please", "**** **** **** 5100please"),
        ("mycardis5105105105105100thanks", "mycardis************5100thanks"),
        ("5105105105105100please", "************5100please"),
        ("5105 1051 0510 5100xkqb-1", "**** **** **** 5100xkqb-1"),
        ("visa4111111111111111exp0927", "visa************1111exp0927"),
    ]);
    let masked = crate::redacted("cc4111111111111111exp0927cvv837");
    assert!(masked.starts_with("cc************1111exp") && masked.ends_with("cvv***"), "{masked}");
    crate::passes(&[
        "PW296055630524313264",
        "XKQB5105105105105100",
        "5105105105105100xkqb",
        "id_4111111111111111",
        "a7f4111111111111111exp0927",
        "item 12-4539 1488 0343 6467b",
    ]);
}

#[test]
fn a_card_may_be_cut_after_its_first_digits() {
    for cut in 1..15 {
        let (first, rest) = "4111111111111111".split_at(cut);
        let talk = document(&[first, rest]);
        assert!(talk.iter().all(|text| !text.contains('1')), "{talk:?}");
    }
    let menu = ["a: Press 1 for sales.", "1", "4111 1111", "1111 1111"];
    assert_eq!(document(&menu)[1..], ["1", "**** ****", "**** ****"]);
}

#[test]
fn a_card_may_come_a_digit_or_a_few_at_a_time() {
    for size in 1..=3 {
        let groups: Vec<String> = "4539578763621486".as_bytes().chunks(size).map(text).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        for before in [&[][..], &["my card number, one digit at a time:"], &["a: Sorry, I did not get that."]] {
            let talk = [before, &groups].concat();
            assert!(!last_of(&talk).contains(|c: char| c.is_ascii_digit()), "{talk:?}");
            assert_eq!(recalled(&talk)[0], before.len() as u64);
            let masked = document(&talk)[before.len()..].concat();
            assert!(!masked.contains(|c: char| c.is_ascii_digit()), "{masked}");
        }
        let first = format!("my card is {}", groups[0]);
        let talk = [&[&first[..]], &groups[1..]].concat();
        assert!(!last_of(&talk).contains(|c: char| c.is_ascii_digit()), "{talk:?}");
        // A choice from a menu, and a message about something else, end the run.
        for between in ["a: Press 1 for sales, 2 for help.", "thanks"] {
            let talk = [&groups[..2], &[between], &groups[2..]].concat();
            assert_eq!(document(&talk), talk.iter().map(|line| line.trim_start_matches("a: ")).collect::<Vec<_>>());
        }
    }
    // Numbers of which only the first thirteen digits would be a card are ratings.
    let ratings: Vec<&str> = "4222222222222".split_inclusive(|_: char| true).collect();
    assert_eq!(document(&ratings), ratings);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_number_of_a_line_is_not_a_piece_of_its_answer() {
    for (answer, expected) in [("2: 4417", "2: ****"), ("1. 4417", "1. ****")] {
        assert_eq!(last_of(&["a: What is your PIN?", answer]), expected);
    }
    assert_eq!(last_of(&["a: What is your PIN?", "4. 4. 1. 7"]), "*. *. *. *");
}

#[test]
fn a_negative_number_in_the_next_column_is_not_a_part_of_a_number() {
    becomes(&[
        ("my pin is 4417\t-0", "my pin is ****\t-0"),
        ("my card is 4012\t8888\t8888\t1881", "my card is ****\t****\t****\t1881"),
    ]);
}

#[test]
fn a_secret_in_words_may_come_two_words_at_a_time() {
    for (first, message) in
        [("a: What is your PIN?", "four four"), ("a: ¿Cuál es su NIP?", "cuatro cuatro"), ("my pin is", "four four")]
    {
        assert_eq!(last_of(&[first, message]), "* *", "{first}");
        assert_eq!(last_of(&[first, message, "uno dos"]), "* *", "{first}");
    }
    assert_eq!(last_of(&["a: How many?", "two three"]), "two three");
}

#[test]
fn the_second_piece_of_an_announced_number_is_masked_too() {
    assert_eq!(last_of(&["my pin is", "44", "17"]), "**");
}

#[test]
fn a_value_that_is_repeated_later_in_a_document_is_masked_again() {
    let talk = [
        "a: Your new password is Welcome1!",
        "ok Welcome1! worked",
        "(Welcome1!)",
        "my ssn is 412779021",
        "a: I see 412779021 in the file",
    ];
    let masked = document(&talk);
    assert_eq!(masked[1..3], ["ok ******** worked", "(********)"]);
    assert_eq!(masked[4], "I see *****9021 in the file");
}

#[test]
fn an_ordinary_word_that_was_a_password_stays_elsewhere() {
    let masked = document(&["a: What is your password?", "sunflower", "a: Thanks. The sunflower oil ships today."]);
    assert_eq!(masked[1..], ["********", "Thanks. The sunflower oil ships today."]);
}

#[test]
fn three_digits_are_only_the_beginning_of_a_passcode() {
    assert_eq!(last_of(&["a: Could you read me the passcode we texted?", "482", "a: yes?", "913"]), "***");
}

#[test]
fn digits_in_words_may_come_one_message_at_a_time() {
    for (question, words) in [
        ("What is your PIN?", &["four", "eight", "two", "one"][..]),
        ("¿Cuál es su NIP?", &["cuatro", "ocho", "dos", "uno"]),
        ("What is your CVV?", &["three", "one nine"]),
        ("read me the code", &["forty eight", "twenty nine", "thirteen"]),
        ("SSN please", &["five one two", "forty eight", "seventy seven thirty six"]),
    ] {
        let question = format!("a: {question}");
        let mut talk = vec![&question[..]];
        for word in words {
            talk.push(word);
            // The first piece of a Social Security number is only known to be one when the next piece comes.
            if talk.len() > 2 || question != "a: SSN please" {
                assert!(!last_of(&talk).contains(char::is_alphabetic), "{talk:?}");
            }
        }
    }
    assert_eq!(answer_to("how many guests?", "four"), "four");
    assert_eq!(answer_to("What is your PIN?", "one sec"), "one sec");
}
