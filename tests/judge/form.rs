//! Numbers that their form decides. Context matters only if a test states it.

use crate::{becomes, last_of, passes, redacted};

#[test]
fn a_word_beside_a_card_number_does_not_excuse_it_unless_it_names_another_number() {
    for word in
        ["check", "email", "item", "model", "flight", "statement", "error", "version", "iphone", "correo", "producto"]
    {
        for text in [format!("{word} 4453331478932885"), format!("please {word} 4453331478932885 for me")] {
            assert_eq!(redacted(&text), text.replace("4453331478932885", "************2885"));
        }
    }
    passes(&[
        "order number 4453331478932885",
        "my order: 4453331478932885",
        "the tracking # is 4453331478932885",
        "invoice no. 4453331478932885 please",
        "4453331478932885 is my claim number",
        "folio 4453331478932885",
        "el número de guía es 4453331478932885",
        "factura 372759233721506",
    ]);
    becomes(&[
        ("i want to order 4453331478932885 mugs", "i want to order ************2885 mugs"),
        ("has the transaction been 4453331478932885", "has the transaction been ************2885"),
        ("my order for two mugs 4453331478932885", "my order for two mugs ************2885"),
    ]);
}

#[test]
fn a_number_grouped_like_one_of_an_order_is_a_secret_only_if_it_is_called_one() {
    passes(&[
        "my charger number is 862-0562575-7999380, placed today",
        "112-1234567-1234567",
        "el del cargador es 112-1234567-1234567",
    ]);
    becomes(&[("my account number is 862-0562575-7999380", "my account number is ***-*******-***9380")]);
    assert_eq!(last_of(&["a: What is your account number?", "112-1234567-1234567"]), "***-*******-***4567");
}

#[test]
fn nothing_excuses_a_card_number_that_is_asked_for_or_has_card_data_beside_it() {
    for answer in ["order number 4453331478932885", "check 4453331478932885", "for my order 4453331478932885"] {
        assert_eq!(
            last_of(&["a: What is your card number?", answer]),
            answer.replace("4453331478932885", "************2885")
        );
    }
    becomes(&[
        ("order 4453331478932885 exp 04/29", "order ************2885 exp 04/29"),
        ("order number 4453331478932885, cvv 448", "order number ************2885, cvv ***"),
        ("use my visa for the order 4453331478932885", "use my visa for the order ************2885"),
    ]);
}

#[test]
fn maestro_numbers_of_known_issuers_are_cards_by_their_form() {
    becomes(&[
        ("6304407085377858 thanks", "************7858 thanks"),
        ("have a 6759-3915-3375-9364 great day", "have a ****-****-****-9364 great day"),
    ]);
}

/// Generates random numbers from a fixed seed (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn hex(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from(b"0123456789abcdef"[self.below(16) as usize])).collect()
    }

    fn uuid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|len| self.hex(len)).join("-")
    }

    fn ip(&mut self) -> String {
        [0; 4].map(|_| self.below(256).to_string()).join(".")
    }

    /// Returns a time of day with fractions of a second.
    fn time(&mut self) -> String {
        let [hour, minute, second] = [24, 60, 60].map(|end| self.below(end));
        let fraction = self.below(1_000_000);
        match self.below(3) {
            0 => format!("{hour:02}:{minute:02}:{second:02}"),
            1 => format!("{hour:02}:{minute:02}:{second:02},{:03}", fraction % 1000),
            _ => format!("{hour:02}:{minute:02}:{second:02}.{fraction:06}"),
        }
    }

    fn date(&mut self) -> String {
        format!("{}-{:02}-{:02}", 2018 + self.below(12), 1 + self.below(12), 1 + self.below(28))
    }

    /// Seconds, milliseconds, microseconds or nanoseconds since 1970.
    fn epoch(&mut self) -> u64 {
        let second = 1_500_000_000 + self.below(400_000_000);
        let unit = [1, 1_000, 1_000_000, 1_000_000_000][self.below(4) as usize];
        second * unit + self.below(unit)
    }

    fn decimal(&mut self) -> String {
        let unit = self.next() as f64 / u64::MAX as f64;
        match self.below(4) {
            0 => format!("{unit}"),
            1 => format!("-{unit}"),
            2 => format!("{}", unit * 10.0),
            _ => format!("{:.*}", 6 + self.below(12) as usize, unit * 1000.0),
        }
    }

    /// Returns a log line of some server.
    fn log_line(&mut self) -> String {
        let (date, time, ip, uuid) = (self.date(), self.time(), self.ip(), self.uuid());
        let [pid, port, size] = [100_000, 65_536, 100_000_000].map(|end| self.below(end));
        let block = self.next() as i64;
        match self.below(8) {
            0 => format!("{ip} - - [{date}:{time} +0000] \"GET /items/{size} HTTP/1.1\" 200 {port}"),
            1 => format!("{date} {time} INFO [exec-{pid}] processed request {uuid} in {port} ms"),
            2 => format!(
                "{date}T{time}Z level=info trace={} span={} took={}",
                self.hex(32),
                self.hex(16),
                self.decimal()
            ),
            3 => format!("I{:04} {time}   {pid} controller.go:{}] synced {uuid}", self.below(1232), pid % 999),
            4 => format!("{} {pid} {ip} TCP_MISS/200 {size} GET http://example.com/{}", self.epoch(), self.hex(8)),
            5 => format!("{date} {time} {pid} INFO blk_{block} of {ip}:50010 size {size}"),
            6 => format!("{} {time} kernel: [{pid}.{:06}] eth0: up", self.epoch(), self.below(1_000_000)),
            _ => format!("at {}\n{date} {time} at {}\n{date} {time} done", self.epoch(), self.epoch()),
        }
    }
}

/// Scans `count` random texts, each in one of several sentences, one of which mentions a card. None may change.
#[track_caller]
fn nothing_changes(seed: u64, count: usize, mut text: impl FnMut(&mut Random) -> String) {
    let mut random = Random(seed);
    for _ in 0..count {
        let value = text(&mut random);
        let text = match random.below(6) {
            0 => format!("id {value}"),
            1 => format!("the value is {value}, please check"),
            2 => format!("({value})"),
            3 => format!("x={value}"),
            4 => format!("request {value} from my card app"),
            _ => value,
        };
        assert_eq!(redacted(&text), text);
    }
}

#[test]
fn a_uuid_is_neither_a_card_nor_an_account() {
    nothing_changes(1, 200_000, Random::uuid);
    nothing_changes(2, 20_000, |random| random.uuid().to_uppercase());
}

#[test]
fn a_decimal_is_neither_a_card_nor_an_account() {
    nothing_changes(3, 100_000, Random::decimal);
}

#[test]
fn a_hexadecimal_id_is_neither_a_card_nor_an_account() {
    nothing_changes(4, 60_000, |random| {
        let len = [8, 12, 16, 20, 24, 32, 40, 64][random.below(8) as usize];
        // "aba" names a routing number.
        let id = random.hex(len).replace("aba", "abc");
        // Without a letter it is a plain number.
        if id.bytes().any(|byte| byte.is_ascii_alphabetic()) { id } else { format!("{id}f") }
    });
}

#[test]
fn a_line_of_a_log_holds_neither_a_card_nor_an_account() {
    let mut random = Random(5);
    for _ in 0..40_000 {
        let line = random.log_line();
        assert_eq!(redacted(&line), line);
    }
}

#[test]
fn numbers_beside_each_other_are_not_joined_to_a_card_over_a_date_a_time_or_an_address() {
    becomes(&[(
        "my visa is lost. do you need my social again? 412-55-4471\n[2026-03-02 09:23:44] Agent",
        "my visa is lost. do you need my social again? ***-**-4471\n[2026-03-02 09:23:44] Agent",
    )]);
    passes(&[
        "port 4485 184.145.174.217",
        "the ratio came out as 0.4485817036138736",
        "el puntaje fue .4485752605818857",
    ]);
}

#[test]
fn an_iban_has_the_length_of_its_country_and_digits_where_that_has_no_letters() {
    becomes(&[
        ("send it to HR1210010051863000160", "send it to *****************0160"),
        ("here: DK5000400440116243", "here: **************6243"),
        ("IS14 0159 2600 7654 5510 7303 39", "**** **** **** **** **** **03 39"),
        ("AT611904300234573201", "****************3201"),
        ("my iban is DE89370400440532013001", "my iban is ******************3001"),
    ]);
    passes(&["ref BL835SLUKPH8Q9UG", "session fc915d07-fd67-41a5-bf48-c6af81cd6317", "part DE89370400440532013001"]);
    assert_eq!(last_of(&["a: What is your IBAN?", "ES9121000418450200051333"]), "********************1333");
}

/// Made-up numbers with a valid checksum.
const VISA: &str = "4539 1488 0343 6467";
const AMEX: &str = "3782 822463 10005";

#[test]
fn the_fields_behind_a_card_are_read_by_their_length_in_any_order() {
    let visa = "**** **** **** 6467";
    for (fields, out) in [
        (" 06/27 814 10285", " 06/27 *** 10285"),
        (" 06/27 814 10285-1234", " 06/27 *** 10285-1234"),
        (" 814 10285", " *** 10285"),
        (" 06/27 10285 814", " 06/27 10285 ***"),
        (" | 06/27 | 814 | 10285", " | 06/27 | *** | 10285"),
        ("; 06-2027; 814; 10285", "; 06-2027; ***; 10285"),
        (", 0627, 814, 10285", ", 0627, ***, 10285"),
        ("\t06 27\t814\t10285", "\t06 27\t***\t10285"),
        ("\n06.27\n814\n10285", "\n06.27\n***\n10285"),
        (" 06 2027 814", " 06 2027 ***"),
        (" june 27 814", " june 27 ***"),
        (" Jun 2027, 814", " Jun 2027, ***"),
        (" exp 6/27 814", " exp 6/27 ***"),
        (" vence 06/27 814 06700", " vence 06/27 *** 06700"),
        (" 06/27 814 Larch St", " 06/27 *** Larch St"),
        (" 10/15 814", " 10/15 ***"),
    ] {
        assert_eq!(redacted(&format!("{VISA}{fields}")), format!("{visa}{out}"));
        assert_eq!(redacted(&format!("my card {VISA}{fields} thanks")), format!("my card {visa}{out} thanks"));
    }
    let amex = "**** ****** *0005";
    for (fields, out) in [(" 11/28 4417 85004", " 11/28 **** 85004"), (" 1128 4417", " 1128 ****")] {
        assert_eq!(redacted(&format!("{AMEX}{fields}")), format!("{amex}{out}"));
    }
}

#[test]
fn a_number_behind_a_card_that_is_longer_or_counted_is_not_its_code() {
    for rest in [" 814 555 0143", " 06/27 814 points", " for 814 dollars", " 814-555-0143", " 814 4417 9120"] {
        let text = format!("{VISA}{rest}");
        assert_eq!(redacted(&text), text.replace("4539 1488 0343", "**** **** ****"));
    }
}

#[test]
fn each_field_of_an_answer_goes_to_what_was_asked_for() {
    for (question, answer, out) in [
        ("a: Expiration date, CVV and ZIP code?", "06/27 814 10285", "06/27 *** 10285"),
        ("a: ZIP and CVV please", "10285 814", "10285 ***"),
        (
            "a: Card number, expiry, CVV and ZIP?",
            "4539148803436467 06/27 814 10285",
            "************6467 06/27 *** 10285",
        ),
    ] {
        assert_eq!(last_of(&[question, answer]), out);
    }
}

#[test]
fn a_blank_ends_an_address_on_the_web() {
    for address in
        ["https://shop.test/item/22", "https://shop.test/pay?id=7", "www.shop.test/7", "http://shop.test:8080"]
    {
        for secret in [VISA, "4539148803436467", "4539-1488-0343-6467", AMEX, "412-55-4471"] {
            for between in [" ", " - ", ", ", ") "] {
                let out = redacted(&format!("{address}{between}{secret}"));
                assert!(out.starts_with(address) && !out.contains(secret), "{address}{between}{secret}: {out}");
            }
        }
    }
}

#[test]
fn brackets_around_a_value_are_transparent_for_a_cue() {
    for (open, close) in [("(", ")"), ("[", "]"), ("\"", "\""), ("`", "`"), ("**", "**"), ("'", "'")] {
        for (before, value, after) in [
            ("your code ", "481936", " expires soon"),
            ("the code ", "4819", " does not work"),
            ("code: ", "481936", ""),
            ("my pin is ", "4819", ""),
        ] {
            let text = format!("{before}{open}{value}{close}{after}");
            assert_eq!(redacted(&text), text.replace(value, &"*".repeat(value.len())));
        }
    }
    passes(&["it failed (code 4012)", "error (4012)"]);
}

#[test]
fn numbers_of_one_length_in_a_row_are_a_list() {
    becomes(&[
        ("my PINs are 4821 and 5930", "my PINs are **** and ****"),
        ("SMS passcodes: 481936 205771 660148", "SMS passcodes: ****** ****** ******"),
        ("backup codes: 48193620 57716601 48205713", "backup codes: ******** ******** ********"),
        ("\"backup_codes\":[\"48193620\",\"57716601\"]", "\"backup_codes\":[\"********\",\"********\"]"),
        ("cards: 4539 1488 0343 6467, 3782 822463 10005", "cards: **** **** **** 6467, **** ****** *0005"),
    ]);
}

#[test]
fn a_social_security_number_right_behind_its_word_may_have_a_digit_too_many_or_too_few() {
    becomes(&[
        ("my ssn is 412-55-44718", "my ssn is ***-**-*4718"),
        ("mi seguro social es 4125544718", "mi seguro social es ******4718"),
        ("ssn 41255447", "ssn *****447"),
    ]);
    passes(&["my ssn is on file, my phone is 4125550143"]);
}

#[test]
fn the_end_of_a_number_that_is_crossed_out_stays() {
    passes(&["card ending XX6027", "the account xx6027 is closed"]);
    becomes(&[("OTP for Savings (XX6027) is 481936", "OTP for Savings (XX6027) is ******")]);
}

#[test]
fn two_letters_glued_to_a_long_number_are_a_part_of_an_id() {
    passes(&["ref TC481231324989247786", "part PW296055630524313264"]);
    becomes(&[("cc4539148803436467 exp06/27", "cc************6467 exp06/27")]);
}

#[test]
fn fused_names_are_cues_for_their_values() {
    becomes(&[
        ("cardNumber4539148803436467", "cardNumber************6467"),
        ("cc4539 1488 0343 6467 exp06/27", "cc**** **** **** 6467 exp06/27"),
        ("ssn412554471", "ssn*****4471"),
        ("cvv814", "cvv***"),
        ("pin4821", "pin****"),
        ("loginPassword=Larkspur46q", "loginPassword=********"),
        ("mypassword: Larkspur46q", "mypassword: ********"),
        ("\"oldPwd\":\"Larkspur46q\"", "\"oldPwd\":\"********\""),
        ("\"cardCvv\":\"814\"", "\"cardCvv\":\"***\""),
        ("\"socialSecurityNumber\":\"412554471\"", "\"socialSecurityNumber\":\"*****4471\""),
        ("\"smsCode\":\"481936\"", "\"smsCode\":\"******\""),
    ]);
    passes(&["compass: Silva44x", "barcode: 48213377", "orderNumber: 48213377", "userName: jsmith44", "zipcode=10285"]);
}

#[test]
fn the_second_value_behind_a_word_for_a_user_is_the_password() {
    becomes(&[
        ("login: bwarren / Larkspur46q", "login: bwarren / ********"),
        ("my login: bwarren Larkspur46q", "my login: bwarren ********"),
        ("user: bwarren p: Larkspur46q", "user: bwarren p: ********"),
        ("usuario: bwarren / Larkspur46q", "usuario: bwarren / ********"),
        ("my login info: bea@mail.test, Larkspur46q", "my login info: bea@mail.test, ********"),
        ("login: bwarren/Larkspur46q", "login: bwarren/********"),
    ]);
    passes(&[
        "login: bwarren, order K7 is late",
        "username: bwarren44",
        "otp verify ok uid=88213 took_ms=37",
        "my email is bea@mail.test and the app version is v2.14.0",
    ]);
}

#[test]
fn a_number_that_was_begun_under_one_question_ends_at_the_next() {
    let talk = ["a: What is your account number?", "45698", "a: And the last four of your social?", "3897"];
    assert_eq!(last_of(&talk), "3897");
}

#[test]
fn a_card_may_come_a_digit_at_a_time() {
    let mut talk = vec!["a: What is your card number?"];
    talk.extend(["4", "5", "3", "9", "1", "4", "8", "8", "0", "3", "4", "3", "6", "4", "6"]);
    assert_eq!(last_of(&talk), "6");
    talk.push("7");
    assert_eq!(last_of(&talk), "*");
    assert_eq!(last_of(&["a: What is your card number?", "4", "5391488 0343 6467"]), "******* **** 6467");
}

#[test]
fn the_colours_of_a_terminal_are_invisible_and_stay() {
    becomes(&[
        ("\x1b[31m4539 1488\x1b[0m 0343 6467", "\x1b[31m**** ****\x1b[0m **** 6467"),
        (
            "my \x1b[1;32mpin\x1b[0m is \x1b[38;5;196m4821\x1b[0m",
            "my \x1b[1;32mpin\x1b[0m is \x1b[38;5;196m****\x1b[0m",
        ),
    ]);
    passes(&["\x1b[33mwarning\x1b[0m: 3 files changed"]);
}

#[test]
fn an_iban_that_is_grouped_as_printed_may_be_mistyped() {
    becomes(&[("ES71 2085 7845 9203 1959 7702", "**** **** **** **** **** 7702")]);
    passes(&["SE21 4410 9302 1157", "seats ES71 2085 7845 9203", "no71 2085 7845 920"]);
}

#[test]
fn an_invisible_character_behind_a_secret_stays() {
    for invisible in ["\u{200B}", "\u{200C}", "\u{AD}", "\u{FEFF}", "\0", "\u{2060}"] {
        assert_eq!(redacted(&format!("my pin is 4417{invisible} ok")), format!("my pin is ****{invisible} ok"));
        assert_eq!(redacted(&format!("my pin is 4417{invisible}")), format!("my pin is ****{invisible}"));
    }
}

#[test]
fn a_currency_between_two_numbers_belongs_to_the_second() {
    becomes(&[
        ("412-77-9021 $40", "***-**-9021 $40"),
        ("my pin is 4417 $12.50", "my pin is **** $12.50"),
        ("cvv 319 USD 40", "cvv *** USD 40"),
        ("my pin is 4417 %", "my pin is **** %"),
    ]);
    passes(&["I paid 4417 $ and 300 USD", "it costs 4417$ 40 times", "got 4417 dollars 40 cents"]);
}

#[test]
fn an_everyday_word_may_touch_a_secret() {
    becomes(&[
        ("my pin is 4417ok", "my pin is ****ok"),
        ("mi pin es 4417gracias", "mi pin es ****gracias"),
        ("my ssn is 412779021thanks", "my ssn is *****9021thanks"),
        ("my pin is4417", "my pin is****"),
    ]);
    passes(&["the model is IS300", "order 48291ok"]);
}

#[test]
fn a_code_named_after_a_card_is_its_security_code_and_not_an_error() {
    becomes(&[("Visa 4012888888881881 with code 309", "Visa ************1881 with code ***")]);
    passes(&["it fails with code 309"]);
}
