//! Several values that are asked for or named at once.

use crate::{answer_to, becomes, last_of, passes};

#[track_caller]
fn answers_become(talks: &[(&str, &str, &str)]) {
    for (question, answer, kept) in talks {
        assert_eq!(answer_to(question, answer), *kept, "{question}");
    }
}

#[test]
fn each_number_of_an_answer_takes_the_topic_that_its_digits_fit() {
    answers_become(&[
        ("exp, cvv, zip?", "0627 319 94110", "0627 *** 94110"),
        ("zip, dob, and social?", "94110, 4/12/80, 412779021", "94110, 4/12/80, *****9021"),
        ("Please provide your SSN, date of birth and zip.", "412 77 9021 94110", "*** ** 9021 94110"),
        ("Last four of the card and the CVV", "1881 319", "1881 ***"),
        ("member number and PIN", "778492011 4417", "778492011 ****"),
        ("PIN and member number", "4417 778492011", "**** 778492011"),
        ("pin and zip", "4417 94110", "**** 94110"),
        ("PIN and amount?", "$40 4417", "$40 ****"),
        ("expiration date and cvv", "0627 319", "0627 ***"),
        ("code we texted and your zip?", "552901 94110", "****** 94110"),
        ("número de socio y NIP", "778492 4417", "778492 ****"),
        ("Please reply with your ZIP, then your 3-digit code, in that order.", "10027 248", "10027 ***"),
        ("order number, PIN, amount?", "88123 4417 50", "88123 **** 50"),
        ("exp and sec code?", "11-27-693", "11-27-***"),
        // A name that no table knows.
        ("SOCIO, PIN, TRAMITE", "55180, 4391, saldo", "55180, ****, saldo"),
        ("gym number & PIN", "31097 4825", "31097 ****"),
        (
            "full card, exp, cvv, zip, house number?",
            "4012888888881881 0627 319 60614 1204",
            "************1881 0627 *** 60614 1204",
        ),
        ("cep e cvv?", "01310100 319", "01310100 ***"),
        ("how many tickets and cvv?", "2, 882", "2, ***"),
        // Lists without a question mark.
        ("fecha cvv cp todo junto", "0927 355 64010", "0927 *** 64010"),
    ]);
}

#[test]
fn a_number_without_a_name_stays_if_the_secret_is_named() {
    answers_become(&[
        (
            "What's the meter number and the PIN?",
            "the meter says 00458821. the pin is 4470",
            "the meter says 00458821. the pin is ****",
        ),
        ("house number and pin", "house 5127, pin 7215", "house 5127, pin ****"),
    ]);
}

#[test]
fn the_order_of_the_question_decides_between_numbers_that_fit_equally_well() {
    answers_become(&[
        ("last four of the card and PIN?", "1881 4821", "1881 ****"),
        ("PIN e número da casa?", "4821 1204", "**** 1204"),
        ("apt, cvv?", "312 882", "312 ***"),
        ("order number and the code we texted?", "118552 550182", "118552 ******"),
        ("birth year, pin?", "1988 4821", "1988 ****"),
        ("I need the house number, your PIN and the odometer reading.", "1204 7731 48211", "1204 **** 48211"),
    ]);
    // Another number of values is in no known order.
    assert_eq!(answer_to("last four, ZIP and PIN?", "1881 4821"), "**** ****");
}

#[test]
fn numbers_that_fit_two_secrets_equally_well_are_masked_alike() {
    assert_eq!(answer_to("the zip? and your PIN?", "94110 33445"), "***** *****");
}

#[test]
fn numbers_that_answer_harmless_questions_stay() {
    for (question, answer) in [
        ("exp date and zip?", "0627 94110"),
        ("order number and amount?", "88123 4500"),
        ("what's the zip and the last four of your social", "94110 9021"),
        ("member ID and date of birth?", "778492011 04121980"),
        ("zip and house number?", "94110 1204"),
    ] {
        assert_eq!(answer_to(question, answer), answer, "{question}");
    }
}

#[test]
fn labels_before_a_list_of_numbers_name_them_in_the_best_order() {
    becomes(&[
        ("cvv and zip are 319 and 94110", "cvv and zip are *** and 94110"),
        ("cvv/zip 319/94110", "cvv/zip ***/94110"),
        ("my id and pin: 778492011 4417", "my id and pin: 778492011 ****"),
        ("pin and puk 4417 84729910", "pin and puk **** ********"),
    ]);
    passes(&["zip and phone: 94110 4155550132"]);
}

#[test]
fn three_digits_after_an_expiry_date_are_the_security_code() {
    becomes(&[("06/27 319", "06/27 ***"), ("06/27, 319, 94110", "06/27, ***, 94110")]);
    passes(&["12/25 150 guests"]);
}

#[test]
fn the_word_beside_a_user_name_is_the_password_if_both_are_asked_for() {
    answers_become(&[
        ("username and password", "jenk88 rosebud", "jenk88 ********"),
        ("email and password please", "jen@x.com rosebud", "jen@x.com ********"),
        ("usuario y contraseña", "jenk88 girasol", "jenk88 ********"),
        ("name and password", "Jen Kowalski, rosebud", "Jen Kowalski, ********"),
    ]);
}

#[test]
fn three_digits_in_a_clause_that_names_a_side_of_the_card_are_its_code() {
    becomes(&[
        ("it's 722 on the back", "it's *** on the back"),
        ("on the reverse it says 722", "on the reverse it says ***"),
        ("al reverso 722", "al reverso ***"),
    ]);
    passes(&["we sat in row 722 on the back", "there were 722 people on the back seats"]);
}

#[test]
fn a_long_list_of_numbers_is_no_answer_to_several_questions() {
    for count in 6..40 {
        let numbers = vec!["4821"; count].join(" ");
        let digits = vec!["7"; count].join(" ");
        let _ = (
            answer_to("PIN, zip, cvv?", &numbers),
            answer_to("PIN, zip, cvv?", &digits),
            answer_to("cvv and zip", &format!("cvv/zip {digits}")),
        );
    }
}

#[test]
fn the_order_of_a_list_does_not_outlive_its_question() {
    let talk = ["a: order number and the code we texted?", "118552 550182", "a: I just sent it again.", "5529 0144"];
    assert_eq!(last_of(&talk), "**** ****");
}

#[test]
fn the_marks_after_the_password_are_no_part_of_a_user_name_and_a_password() {
    for marks in [",", ")", ",\u{fffd}", ",\u{fffd}\u{fffd},", "),", "\u{fffd}"] {
        let answer = answer_to("What is your username and password?", &format!("jenk88 rosebud{marks}"));
        assert_eq!(answer, format!("jenk88 ********{marks}"));
    }
}

#[test]
fn the_number_after_a_card_or_a_social_security_number_is_what_was_asked_for_with_it() {
    answers_become(&[
        ("ssn and account number?", "240-97-5513 7710039284", "***-**-5513 ******9284"),
        ("ssn, zip, pin?", "240-97-5513 10270 4417", "***-**-5513 10270 ****"),
        ("card and pin please", "5204 6428 3378 7981 / 3329", "**** **** **** 7981 / ****"),
        ("card and pin please", "5204642833787981 3329", "************7981 ****"),
        ("digite tarjeta y nip", "5204 6428 3378 7981 - 3329", "**** **** **** 7981 - ****"),
        ("card and zip please", "5204 6428 3378 7981 60614", "**** **** **** 7981 60614"),
    ]);
}

#[test]
fn a_routing_number_is_not_the_account_number_that_was_asked_for_with_it() {
    answers_become(&[
        ("routing, account, name?", "322271627, 8841770, Noor Said", "*****1627, ****770, Noor Said"),
        ("routing and account?", "8841770 322271627", "****770 *****1627"),
        ("routing, account, zip?", "322271627 8841770 94110", "*****1627 ****770 94110"),
        ("routing number and order number?", "322271627 884177", "*****1627 884177"),
    ]);
}

#[test]
fn a_list_may_say_that_a_code_was_sent_and_abbreviate_number() {
    answers_become(&[
        ("order no and the login code we sent", "88201 / 449172", "88201 / ******"),
        ("order number and the code we texted you", "88201, 449172", "88201, ******"),
        ("order no and cvv?", "88201 / 449", "88201 / ***"),
        ("número de orden y el código que le mandamos", "88201, 449172", "88201, ******"),
    ]);
}

#[test]
fn a_question_for_a_count_ends_the_wait_without_a_question_mark() {
    for (question, answer, next, count) in [
        ("cvv?", "460", "how many days", "90"),
        ("cvv?", "460", "filled. how many days", "90"),
        ("pin?", "4380", "yes. how much", "348"),
        ("nip?", "4601", "ok y cuantos litros", "600"),
        // Nor is it a piece of a complete answer.
        ("nip?", "4601", "cuantos en la casa?", "6"),
        ("nip?", "4601", "y kilos", "20"),
        ("cvv?", "460", "day 5 or 19", "19"),
    ] {
        assert_eq!(last_of(&[&format!("a: {question}"), answer, &format!("a: {next}"), count]), count, "{next}");
    }
    for (question, answer, next, again) in [
        ("pin?", "4471", "declined", "4417"),
        ("pin?", "44", "go on", "17"),
        ("cvv?", "let me look", "ok, how many digits do you see", "447"),
    ] {
        assert_eq!(
            last_of(&[&format!("a: {question}"), answer, &format!("a: {next}"), again]).trim_matches('*'),
            "",
            "{next}"
        );
    }
}

#[test]
fn the_first_of_two_answers_is_the_first_thing_that_was_asked_for() {
    for (question, first, second) in [
        ("username and password?", "jdoe88", "hunter22"),
        ("usuario y contraseña", "jdoe", "mariposa"),
        ("last four of the card and the code I texted?", "4417", "551934"),
        ("last four and cvv", "4417", "882"),
        ("usuário e senha", "joana.s77", "girassol77"),
    ] {
        let question = format!("a: {question}");
        assert_eq!(last_of(&[&question, first]), first);
        assert_eq!(last_of(&[&question, first, second]).trim_matches('*'), "");
    }
    // The expiry date after the code is the rest of the answer, and two words after a password are no second one.
    assert_eq!(last_of(&["a: expiry and cvc?", "919", "0928"]), "0928");
    assert_eq!(last_of(&["a: Which tier, and what's the login password?", "cactus+cat", "tier 2"]), "tier 2");
    // It may be the second one.
    for (question, answer) in [
        ("username and password?", "hunter22!"),
        ("password and username?", "rainyday9"),
        ("cvv and last four", "4417"),
    ] {
        assert_eq!(answer_to(question, answer).trim_matches('*'), "", "{question}");
    }
}

#[test]
fn a_security_code_may_stand_before_another_number() {
    becomes(&[
        ("my cvv is 319 4821", "my cvv is *** 4821"),
        ("cvv 319 5551234", "cvv *** 5551234"),
        ("my cvv is 319 94110", "my cvv is *** 94110"),
    ]);
}
