//! Labeled conversations, checked against the serialized state of the conversation.

use std::path::{Path, PathBuf};

use lastfour::{Conversation, Engine, Message, Role};
use serde_json::Value;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 5);
    files
}

fn conversations(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("a readable file");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// Returns every run of five digits in a secret.
fn runs_of_digits(secret: &str) -> Vec<String> {
    let digits: String = secret.chars().filter(char::is_ascii_digit).collect();
    (0..digits.len().saturating_sub(4)).map(|i| digits[i..i + 5].to_owned()).collect()
}

#[test]
fn the_memory_of_a_conversation_holds_no_digits_of_a_secret() {
    let engine = Engine::default();
    for file in files() {
        for conversation in conversations(&file) {
            let mut memory = Conversation::new();
            let mut secrets: Vec<String> = Vec::new();
            for turn in conversation["turns"].as_array().expect("turns") {
                let role = Role::from_name(turn["role"].as_str().expect("a role")).expect("a known role");
                let _ = engine.scan(&mut memory, &Message::new(role, turn["text"].as_str().expect("a text")));
                for secret in turn["secrets"].as_array().expect("secrets") {
                    secrets.extend(runs_of_digits(secret["value"].as_str().expect("a value")));
                }
                let shown = format!("{memory:?} {}", serde_json::to_string(&memory).expect("it serialises"));
                for digits in &secrets {
                    assert!(
                        !shown.contains(digits.as_str()),
                        "{} shows digits of a secret: {shown}",
                        conversation["id"]
                    );
                }
            }
        }
    }
}

#[test]
fn the_memory_comes_back_from_its_serialised_form() {
    let engine = Engine::default();
    for conversation in conversations(&files()[0]).iter().take(100) {
        let mut memory = Conversation::new();
        let mut restored = Conversation::new();
        for turn in conversation["turns"].as_array().expect("turns") {
            let role = Role::from_name(turn["role"].as_str().expect("a role")).expect("a known role");
            let text = turn["text"].as_str().expect("a text");
            let first = engine.scan(&mut memory, &Message::new(role, text));
            let again = engine.scan(&mut restored, &Message::new(role, text));
            assert_eq!(first, again, "{}", conversation["id"]);
            restored =
                serde_json::from_str(&serde_json::to_string(&memory).expect("it serialises")).expect("it is read back");
            assert_eq!(restored, memory);
        }
    }
}

/// Returns the redacted last message, which is by a customer.
fn last_of(turns: &[(Role, &str)]) -> String {
    let engine = Engine::default();
    let mut memory = Conversation::new();
    let mut last = String::new();
    for (role, text) in turns {
        last = engine.scan(&mut memory, &Message::new(*role, *text)).redact(text).into_owned();
    }
    last
}

#[test]
fn a_correction_is_as_secret_as_what_it_corrects() {
    use Role::{Agent, Customer};
    assert_eq!(last_of(&[(Customer, "my pin is 4821"), (Customer, "sorry 4812")]), "sorry ****");
    assert_eq!(last_of(&[(Customer, "my cvv is 123"), (Agent, "that did not work"), (Customer, "try 132")]), "try ***");
    let address = "no, I live at 4812 Main Street";
    assert_eq!(last_of(&[(Customer, "my pin is 4821"), (Customer, address)]), address);
}

#[test]
fn a_code_after_a_card_is_stopped_in_a_message_of_its_own() {
    use Role::Customer;
    let turns = [(Customer, "4111 1111 1111 1111"), (Customer, "04/27"), (Customer, "123")];
    assert_eq!(last_of(&turns), "***");
    assert_eq!(last_of(&turns[..2]), "04/27");
}

#[test]
fn an_answer_that_gives_no_password_passes() {
    use Role::{Agent, Customer};
    for answer in
        ["I don't know", "I don't remember", "sorry, no clue", "it never worked", "why do you need it?", "let me look"]
    {
        assert_eq!(last_of(&[(Agent, "What is your password?"), (Customer, answer)]), answer);
    }
    assert_eq!(last_of(&[(Agent, "What is your password?"), (Customer, "12345678")]), "********");
}

#[test]
fn a_passphrase_is_all_of_its_words_and_talk_about_one_is_none() {
    let engine = Engine::default();
    assert_eq!(engine.redact("passphrase: correct horse battery staple"), "passphrase: ********");
    for talk in ["passphrase: not working again today", "passphrase: please reset it for me"] {
        assert_eq!(engine.redact(talk), talk);
    }
}
