//! What a question asks for, and which of the numbers that follow answers it.

use super::{answer_to, becomes, last_of, passes};

/// Each pair is a question by an agent and an answer that must pass.
#[track_caller]
fn keeps(pairs: &[(&str, &str)]) {
    for (question, answer) in pairs {
        assert_eq!(answer_to(question, answer), *answer, "{question}");
    }
}

/// Each triple is a question by an agent, an answer, and what becomes of it.
#[track_caller]
fn masks(triples: &[(&str, &str, &str)]) {
    for (question, answer, out) in triples {
        assert_eq!(answer_to(question, answer), *out, "{question}");
    }
}

#[test]
fn the_last_digits_pass_whatever_was_asked_for() {
    keeps(&[
        ("PIN?", "last 4 are 7718"),
        ("4 digit pin", "last 4 is 7718 if that helps"),
        ("What code did you get?", "the last 4 of my ssn are 7718"),
        ("¿NIP?", "los últimos 4 son 7718"),
        ("I need the PIN or the last 4 of your social", "last 4 is 1379"),
        ("PIN or last four of the card?", "card 4305"),
        ("PIN and last 4 of SSN?", "ssn 1907"),
        ("not the cvv, just the last 4", "oh ok 6604"),
        ("No, solo la terminación.", "9018"),
    ]);
    assert_eq!(answer_to("passcode and last four of your card please", "4417 and 0005"), "**** and 0005");
    assert_eq!(last_of(&["a: ¿La terminación del celular?", "5093", "a: ¿Y la tarjeta?", "1786"]), "1786");
    assert_eq!(
        last_of(&["a: Your card number?", "hm", "a: And the card number?", "4111 1111 1111 1111"])[..4],
        *"****"
    );
}

#[test]
fn a_question_for_something_about_a_secret_is_not_one_for_the_secret() {
    keeps(&[
        ("When did you set the pin?", "2019"),
        ("When did you last change the password?", "October"),
        ("Do you want me to reset the password?", "Go ahead"),
        ("Which phone did the code go to?", "0143"),
        ("What account is the password for?", "gmail"),
        ("Which card is the pin for?", "4471"),
        ("What amount was the card charged?", "318"),
        ("I'll mail the pin. House number?", "8842"),
        ("The SSN didn't match. What's your date of birth?", "04121986"),
        ("Say or type your 9 digit member ID.", "453820067"),
        ("Please give me the 4 digit number of your store", "6061"),
        ("Can I have your account number or phone number?", "402-555-0188"),
        ("pin pls", "flat 4409"),
    ]);
    masks(&[
        ("When you get the code, read it to me please?", "551209", "******"),
        ("When was the card opened, and what is the PIN?", "5512", "****"),
        ("What card is it and what is the CVV?", "551", "***"),
        ("your 9 digit ssn?", "453820067", "*****0067"),
        ("Which account do we debit?", "16340098", "*****098"),
        ("The code failed. What is it again?", "551209", "******"),
        ("The PIN is wrong. Are you sure?", "5512", "****"),
        ("not the pin, the password", "tigger99", "********"),
        ("Not the order number, just the code we texted.", "551209", "******"),
        ("cuenta completa, no solo los últimos 4", "7001928834", "******8834"),
    ]);
}

#[test]
fn what_was_given_is_not_asked_for_again() {
    let talk = ["a: ¿Cuál es el CVV de la Visa?", "10/29", "a: Esa es la fecha, yo pido los tres números.", "566"];
    assert_eq!(last_of(&talk), "***");
    // The question announced nothing.
    let talk = ["a: Login code:", "991717", "a: Welcome back.", "points", "a: You have 9170"];
    assert_eq!(last_of(&talk), "You have 9170");
    assert_eq!(last_of(&["a: pin", "5 digits or 4", "a: 5"]), "5");
    assert_eq!(last_of(&["a: cvv, exp, zip?", "511", "0230"]), "0230");
}

#[test]
fn a_question_about_an_account_offers_no_number() {
    let talk = ["can i check my account balance?", "a: Sure! I just sent a code to your phone.", "729104"];
    assert_eq!(last_of(&talk), "******");
}

#[test]
fn the_first_of_two_answers_is_the_first_thing_asked_for_if_it_fits_that_better() {
    assert_eq!(last_of(&["a: order no and the code we sent", "88213"]), "88213");
    assert_eq!(last_of(&["a: order no and the code we sent", "88213", "004417"]), "******");
    let talk =
        ["a: In your own time, the customer PIN. Also are you left or right handed?", "left", "a: me too", "98034"];
    assert_eq!(last_of(&talk), "*****");
    // It may as well be the code.
    assert_eq!(last_of(&["a: order no and the code we sent", "882134"]), "******");
}

#[test]
fn a_number_at_the_start_of_an_answer_counts_nothing() {
    masks(&[("cvv", "843 dude", "*** dude"), ("cvv please", "2041 318", "2041 ***"), ("cvc", "318 2041", "*** 2041")]);
}

#[test]
fn a_pin_may_be_described_by_what_it_equals() {
    masks(&[
        ("pin?", "it's my birth year 1962", "it's my birth year ****"),
        ("PIN?", "same as my house number 3391", "same as my house number ****"),
        ("¿NIP?", "es mi año de nacimiento 1962", "es mi año de nacimiento ****"),
    ]);
    keeps(&[("pin?", "my zip, 60614"), ("PIN?", "the order is 3391")]);
}

#[test]
fn the_first_digits_of_a_social_security_number_are_a_piece_of_it() {
    masks(&[("What are the first five digits of your SSN?", "41822", "*****")]);
}

#[test]
fn an_account_number_stands_beside_a_sort_code() {
    masks(&[(
        "Which bank account does the grant go in?",
        "23340971, sort code 60-83-12",
        "*****971, sort code **-**-12",
    )]);
    becomes(&[("it is 23340971, sort code 60-83-12", "it is *****971, sort code **-**-12")]);
    passes(&["invoice 23340971 and the sorting code is missing"]);
}

#[test]
fn a_count_of_digits_on_the_back_is_no_value() {
    becomes(&[("los 3 de atrás 951", "los 3 de atrás ***"), ("the 3 on the back 951", "the 3 on the back ***")]);
    passes(&["Your password must be 8-20 characters", "the 3 on the back row"]);
}

#[test]
fn the_account_that_an_agent_wants_to_open_is_a_reason_and_not_a_question() {
    for reason in ["To verify your account.", "I need it to access your account", "so I can pull up your account"] {
        let reason = format!("a: {reason}");
        assert_eq!(last_of(&["a: And the CVV?", "why?", &reason, "ok 4827"]), "ok ****");
        assert_eq!(last_of(&["a: What is your order number?", "why?", &reason, "4031882"]), "4031882");
    }
    assert_eq!(last_of(&["a: Para verificar su cuenta, ¿qué código le llegó?", "230066"]), "******");
    assert_eq!(last_of(&["a: To pull up your account I need your order number", "2109238"]), "2109238");
    assert_eq!(last_of(&["a: To verify you, what is the account number?", "0012345678"]), "******5678");
}

#[test]
fn the_last_four_digits_on_a_side_of_the_card_are_no_security_code() {
    assert_eq!(
        last_of(&["a: What is the last 4 digits on the front of your Amex?", "here u go 1342"]),
        "here u go 1342"
    );
    assert_eq!(last_of(&["a: Now the last four digits on the back", "3151"]), "3151");
    assert_eq!(last_of(&["a: What 4 digits are on the front of your Amex?", "1342"]), "****");
    assert_eq!(last_of(&["a: the last 3 digits on the back", "134"]), "***");
    assert_eq!(last_of(&["a: the error code is on the front, 4 numbers. can you give me that", "its 108"]), "its 108");
}

#[test]
fn a_number_too_long_for_a_pin_is_the_other_number_that_was_asked_for() {
    let question = "please enter your pin on the keypad and give me your order number";
    keeps(&[(question, "170632044")]);
    masks(&[(question, "4417", "****")]);
    keeps(&[("And the member id for the primary account holder?", "65817325710")]);
}
