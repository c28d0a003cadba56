//! Rules of language, one test each: what a rule masks, and similar texts that it keeps.

use lastfour::{Conversation, Engine, Message, Role};

use crate::{answer_to, becomes, last_of, passes, redacted};

#[test]
fn what_stands_in_a_program_for_a_password_is_none() {
    passes(&[
        "set password=${PORTAL_PW} in the env file",
        "password = os.environ[\"PORTAL_PW\"]",
        "the line is password: getenv('MAIL_PASS')",
        "password: {{ vault_pw }}",
        "pwd=%MAIL_PASS% in the batch file",
        "password=YOUR_PASSWORD_HERE",
        "password = config[\"pw\"]",
    ]);
    becomes(&[("password=${x9!kLm2", "password=********"), ("password: Ab(3kd!x", "password: ********")]);
}

#[test]
fn commands_and_pictures_hold_passwords() {
    becomes(&[
        ("sshpass -p 'kT4lamp!' ssh me@host", "sshpass -p '********' ssh me@host"),
        ("i ran mysql -u root -pTiger77 shop", "i ran mysql -u root -******** shop"),
        ("redis-cli -h cache1 -a Marmot66x ping", "redis-cli -h cache1 -a ******** ping"),
        ("curl -u 'ana:Verde88x' https://example.com", "curl -u 'ana:********' https://example.com"),
        ("WIFI:T:WPA;S:Casa Sol;P:olas-2231;; what is this", "WIFI:T:WPA;S:Casa Sol;P:********;; what is this"),
    ]);
    passes(&[
        "wifi: s: casa azul; p: el patio",
        "ssh -p 2222 me@host",
        "mysql -u root -p shop",
        "redis-cli -p 6379 ping",
        "sshpass -p \"$SSH_PW\" ssh me@host",
        "the redis cache - a new one - has 2 nodes",
        "docker run -p 8080:80 web1",
    ]);
}

#[test]
fn a_list_of_passwords_is_masked_line_by_line() {
    becomes(&[
        (
            "passwords i tried on the portal:\n- Otter-2210\n- lampglow\n- Sk1pper!\nnone of them",
            "passwords i tried on the portal:\n- ********\n- ********\n- ********\nnone of them",
        ),
        ("contraseñas que probé:\n1. Nube4451\n2. nubesita", "contraseñas que probé:\n1. ********\n2. ********"),
        ("the password is Lamp3xx, Lamp4xx or Lamp5xx", "the password is ********, ******** or ********"),
    ]);
    passes(&["passwords to update:\n- netflix\n- bank", "claves del éxito:\n- constancia\n- trabajo"]);
    passes(&["passwords i need help with:\n- portal\n- mail", "things to check:\n- modem\n- cable"]);
}

#[test]
fn a_secret_is_masked_wherever_it_is_told_again() {
    becomes(&[
        ("code 552-019, or tap https://x.example.com/v/552019", "code ***-***, or tap https://x.example.com/v/******"),
        ("my pin is 8841. again: 8841", "my pin is ****. again: ****"),
        ("password: Lu7na!pez. yes Lu7na!pez with a 7", "password: ********. yes ******** with a 7"),
    ]);
    passes(&["order 552019, see https://x.example.com/o/552019"]);
}

#[test]
fn other_spellings_of_a_password_are_masked() {
    becomes(&[
        (
            "Tried: Crayon2011. Tried: crayon2011. Tried: CRAYON. What now?",
            "Tried: ********. Tried: ********. Tried: ********. What now?",
        ),
        ("quiero cambiar mi clave telenovela por telenovela22", "quiero cambiar mi clave ******** por ********"),
        ("i tried biscuit, Biscuit1, biscuit!! as my password", "i tried ********, ********, ******** as my password"),
        ("my password is Summer2024! I changed it last summer", "my password is ******** I changed it last summer"),
        ("my password is Marina77, I am Marina Lopez", "my password is ********, I am Marina Lopez"),
        ("my password is Winter22 and my dog is Winter", "my password is ******** and my dog is Winter"),
        (
            "my password is Ferrari2022 but my username is ferrari_22",
            "my password is ******** but my username is ferrari_22",
        ),
    ]);
}

#[test]
fn the_tracks_of_a_card_are_masked() {
    becomes(&[
        ("%B4111111111111111^SOL/ANA^28121010000000000000?", "%B************1111^SOL/ANA^********************?"),
        (";378282246310005=281210100000?", ";***********0005=************?"),
    ]);
}

#[test]
fn a_heading_says_what_its_column_holds() {
    becomes(&[
        ("name,card,city\nAna,55861974028473,Lugo", "name,card,city\nAna,**********8473,Lugo"),
        ("user;password;note\nana;otterlamp;x\nbo;Lampe77;y", "user;password;note\nana;********;x\nbo;********;y"),
        ("| id | pin |\n| 4410 | 7731 |", "| id | pin |\n| 4410 | **** |"),
        ("id\tssn\n88\t856451190", "id\tssn\n88\t*****1190"),
    ]);
    passes(&["name,order,city\nAna,55861974028473,Lugo", "card, phone or cash\n12 1 2"]);
}

#[test]
fn a_later_clause_says_what_a_number_is() {
    let asked = "a: The security code, please?";
    assert_eq!(
        last_of(&[asked, "5519... no wait, those are the last four. The one on the back is 318"]),
        "5519... no wait, those are the last four. The one on the back is ***"
    );
    becomes(&[(
        "my visa says 4417 above the number, that is the security code right?",
        "my visa says **** above the number, that is the security code right?",
    )]);
    passes(&["it says 4417 on the box, that is the model", "4417, those are the last four"]);
}

#[test]
fn what_corrects_a_secret_is_one() {
    assert!(!redacted("account is 4410 8820 31. scratch that, use 4410 9955 02").contains("4410 9955"));
    assert_eq!(
        redacted("the newest 2fa code is 7724, the one before was 1806"),
        "the newest 2fa code is ****, the one before was ****"
    );
    assert_eq!(
        last_of(&["la clave del wifi es NubeAzul77", "perdon, con minusculas, nubeazul77"]),
        "perdon, con minusculas, ********"
    );
    assert_eq!(
        last_of(&[
            "a: Dígame el código que le llegó por SMS",
            "552917",
            "a: No coincide",
            "ay qué tonta, al revés, 552971"
        ]),
        "ay qué tonta, al revés, ******"
    );
    for harmless in ["sorry, my order is 4419", "perdón, la factura 4419"] {
        assert_eq!(last_of(&["my pin is 4821", harmless]), harmless);
    }
}

#[test]
fn what_is_spelled_out_is_read_as_one() {
    let asked = "a: Please read me the code we texted you.";
    assert_eq!(last_of(&[asked, "it's 4 O 8 2 9 1"]), "it's * * * * * *");
    assert_eq!(last_of(&[asked, "4, 8, 2, 9, 1, 3"]), "*, *, *, *, *, *");
    assert_eq!(last_of(&[asked, "sure, 0 5 8, 2 9 8... slow today"]), "sure, * * *, * * *... slow today");
    assert_eq!(
        last_of(&["a: What is the verbal password?", "l-a-m-p-a-r-a all lower case"]),
        "******** all lower case"
    );
    becomes(&[(
        "they gave me the wifi password like this s o l - 7 7 - m a r",
        "they gave me the wifi password like this ********",
    )]);
    passes(&["options 1, 2, 3 or 4", "plan b or c, a or d", "pages 1 2 3 o 4 5"]);
}

#[test]
fn what_was_sent_is_asked_for_when_it_arrives() {
    assert_eq!(last_of(&["a: I sent it again. Did you get it?", "yes, 482913"]), "yes, ******");
    let order = "yes, order 482913";
    assert_eq!(last_of(&["a: I sent it again. Did you get it?", order]), order);
}

#[test]
fn a_number_that_comes_in_parts_is_announced() {
    assert_eq!(last_of(&["my account number in two parts, phone is broken", "00441", "8820917"]), "****917");
}

#[test]
fn counts_codes_of_trades_and_places_pass() {
    passes(&[
        "I have 4500 tokens left in the game",
        "the CPT code is 99213 on my bill",
        "dropped pin at 40.7412, -73.9897",
        "le paso el pin de la ubicación: 19.4326, -99.1332",
        "charged $ 380.000 from the account",
        "boarding pass 482913",
        "my train pass number is 48291377",
    ]);
    becomes(&[
        ("615209 is your Amazon OTP", "****** is your Amazon OTP"),
        ("change my PIN from 1951 to 7203", "change my PIN from **** to ****"),
        ("user/pass: ana / Lun4res!", "user/pass: ana / ********"),
    ]);
}

#[test]
fn of_two_answers_each_has_its_place() {
    let asked = "a: Last 4 of the card, and the CVV please.";
    assert_eq!(last_of(&[asked, "5519, 318"]), "5519, ***");
    assert_eq!(last_of(&["a: Last four of your social?", "856451190"]), "*****1190");
    assert_eq!(last_of(&["a: What is the number on the front of your Amex?", "37144963539842"]), "**********9842");
}

#[test]
fn what_is_percent_encoded_is_masked_by_whole_escapes() {
    becomes(&[
        ("card%3D4111%201111%201111%201111", "card%3D****%20****%20****%201111"),
        ("see ?n=%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31 ok", "see ?n=************1111 ok"),
        ("pin%3D4821%26user%3Dana", "pin%3D****%26user%3Dana"),
    ]);
    passes(&["20%30 off, or 10%20%30%", "https://example.com/a%20b%20c?q=blue%20shoes"]);
}

#[test]
fn verbs_of_entering_tell_the_password_before_its_name() {
    becomes(&[
        ("i keep putting lince2031 in the password box", "i keep putting ******** in the password box"),
        ("pongo lince2031 en la contraseña", "pongo ******** en la contraseña"),
        (
            "changed it from lince2031 to lince2032, its my password everywhere",
            "changed it from ******** to ********, its my password everywhere",
        ),
        (
            "no recuerdo la clave, creo que era lince2031 o lince2032",
            "no recuerdo la clave, creo que era ******** o ********",
        ),
        ("my password is butterfly", "my password is ********"),
        ("mail: ana@example.com / Lince.31", "mail: ana@example.com / ********"),
        ("ana@example.com:Lince2031", "ana@example.com:********"),
    ]);
    passes(&[
        "it says wrong password for user ana88",
        "i put the password in the box",
        "write to ana@example.com / 312-555-0148",
        "scp file ana@host.example.com:backup2",
    ]);
}

#[test]
fn codes_are_told_one_after_the_other() {
    becomes(&[
        ("tried 552917, 771204 both codes invalid", "tried ******, ****** both codes invalid"),
        ("code 552917 fails, neither does 771204 work", "code ****** fails, neither does ****** work"),
        ("it texted me 552 917 just now", "it texted me *** *** just now"),
        ("my recovery code is XK4T-99PL-2MQW", "my recovery code is ****-****-****"),
        ("Amazon: Use 552917 to reset your password", "Amazon: Use ****** to reset your password"),
    ]);
    passes(&["otp sent to 98XXXXXX21", "orders 552917, 771204 both late", "license key XK4T-99PL-2MQW"]);
}

#[test]
fn a_card_is_spoken_of_when_its_digits_are_counted_out() {
    becomes(&[
        ("visa 4111111111111111 and the 3 digits are 318", "visa ************1111 and the 3 digits are ***"),
        ("la amex dice 7719 al frente", "la amex dice **** al frente"),
    ]);
    assert_eq!(last_of(&["4111 1111", "1111 1111", "a: exp?", "08/29", "318"]), "***");
    passes(&["the box says 318 on the front"]);
}

#[test]
fn a_question_for_something_harmless_takes_the_place_of_one_for_a_password() {
    assert_eq!(
        last_of(&["a: what's your password?", "not in chat", "a: ok, then the last 4 of the card", "5519"]),
        "5519"
    );
    assert_eq!(last_of(&["a: Please share the username only, not the password", "ana88"]), "ana88");
    assert_eq!(last_of(&["a: what code does the error show", "5519"]), "5519");
    assert_eq!(last_of(&["a: Choose four digits for your PIN please", "5519"]), "****");
}

#[test]
fn the_code_behind_a_card_is_found_in_fields_and_before_a_zip() {
    becomes(&[
        ("4111111111111111|08|29|318", "************1111|08|29|***"),
        ("4111 1111 1111 1111 0829 318 60614", "**** **** **** 1111 0829 *** 60614"),
        ("exp date august 2029 code 318", "exp date august 2029 code ***"),
    ]);
    passes(&["error 318, expires in august 2029", "row 08|29|318"]);
}

#[test]
fn a_word_for_a_password_before_a_noun_names_the_noun() {
    passes(&[
        "the password field should stay empty until you click it",
        "a password form would open twice",
        "the password vault is slow today",
        "la casilla de la contraseña aparece dos veces",
        "does any1 still use one password 4 all of it",
        "one password per house or does some1 need two",
        "a password is the only barrier here",
        "la contraseña es la llave de todo",
    ]);
    becomes(&[
        ("the password is following: Sunlamp88", "the password is following: ********"),
        ("my password is marigold", "my password is ********"),
        ("the password on the box is Tulip4400", "the password on the box is ********"),
    ]);
}

#[test]
fn addresses_and_options_of_commands_are_no_passwords() {
    becomes(&[(
        "ssh deploy@203.0.113.40 -p 2201 and the password is Kettle!904",
        "ssh deploy@203.0.113.40 -p 2201 and the password is ********",
    )]);
}

#[test]
fn what_is_chosen_from_a_menu_or_a_scale_is_no_secret() {
    for ask in [
        "a: Press 1 to change your PIN, 2 to block a card, 3 for an agent.",
        "a: From 1 to 5, how easy was it to set your PIN?",
        "a: Oprima 1 para su NIP, 2 para otra cosa.",
        "a: En una escala del 1 al 10, ¿qué tan claro fue el código?",
    ] {
        assert_eq!(last_of(&[ask, "3"]), "3", "{ask}");
    }
    assert_eq!(last_of(&["a: Type your 4 digit PIN for this account.", "4471"]), "****");
}

#[test]
fn a_question_for_a_reason_or_about_a_thing_asks_for_no_number() {
    assert_eq!(last_of(&["Why do you need my PIN?", "a: Policy 4417 says so."]), "Policy 4417 says so.");
    assert_eq!(last_of(&["a: Is pin 12 the blue one? And the order number?", "77-30418"]), "77-30418");
    assert_eq!(last_of(&["a: Shared passwords can get you banned.", "bummer ok"]), "bummer ok");
    assert_eq!(last_of(&["a: Do you have your password?", "Sixty days. Thanks."]), "Sixty days. Thanks.");
    assert_eq!(last_of(&["a: Why don't you read me the code we sent?", "771 204"]), "*** ***");
    assert_eq!(last_of(&["a: I can look you up by password. Do you have it?", "Tulip4400"]), "********");
}

#[test]
fn tags_end_a_password() {
    becomes(&[
        ("my password is <b>tulip44</b></p>", "my password is <b>********</b></p>"),
        ("<password>tulip44</password>", "<password>********</password>"),
        ("<Shop>0447</Shop><Pin>8820</Pin>", "<Shop>0447</Shop><Pin>****</Pin>"),
    ]);
    passes(&["<input type=\"password\" name=\"box\">"]);
}

#[test]
fn a_whole_number_leaves_no_pieces() {
    becomes(&[(
        "my ssn is 536-22-8714 and i made 18600 on a 1099",
        "my ssn is ***-**-8714 and i made 18600 on a 1099",
    )]);
}

#[test]
fn what_was_typed_where_a_secret_is_spoken_of_is_one() {
    becomes(&[
        (
            "my pin fails at the till. i typed 4418 and then 4481",
            "my pin fails at the till. i typed **** and then ****",
        ),
        (
            "Olvidó el PIN en el hotel. Dice que era 6120 o 6210.",
            "Olvidó el PIN en el hotel. Dice que era **** o ****.",
        ),
    ]);
    assert_eq!(
        last_of(&["the machine hates my pin", "a: Did you try it twice?", "Yes. I entered 7713 and got nothing"]),
        "Yes. I entered **** and got nothing"
    );
    assert_eq!(
        last_of(&["a: No puedo recibir su PIN. ¿Dónde falló?", "En la sucursal. Metí 2958 y nada."]),
        "En la sucursal. Metí **** y nada."
    );
    assert_eq!(last_of(&["my pin is fine", "it wants a zip so i put 08512"]), "it wants a zip so i put 08512");
    assert_eq!(last_of(&["where is order 5", "a: I typed 4418 and see it."]), "I typed 4418 and see it.");
}

#[test]
fn a_password_stands_in_the_sentence_after_its_name() {
    becomes(&[
        (
            "She wrote the password under the lid. It says velvet-anchor-31 but no luck.",
            "She wrote the password under the lid. It says ******** but no luck.",
        ),
        (
            "It wants a password with a symbol. I made one: Heron&Moss7. Ok?",
            "It wants a password with a symbol. I made one: ********. Ok?",
        ),
        ("the password is copper walnut gazebo", "the password is ********"),
        (
            "login bob and the password is capital R rooftop nine nine exclamation point",
            "login bob and the password is ********",
        ),
        ("correo, contraseña lentejas-con-chorizo", "correo, contraseña ********"),
        (
            "contraseña de la app de envíos es Rueda33Loca ya no entra",
            "contraseña de la app de envíos es ******** ya no entra",
        ),
    ]);
    passes(&[
        "I forgot my password. It says try-again-later on the page.",
        "the password needs one capital letter and one symbol",
        "password self-service is down",
        "my password does not work. My order is WB-20718x",
        "the password is causing endless trouble today",
    ]);
}

#[test]
fn an_answer_may_be_hedged_or_come_last() {
    let ask = "a: What is the password on the account?";
    assert_eq!(last_of(&[ask, "My brother set it. zeppelin"]), "My brother set it. ********");
    assert_eq!(
        last_of(&[ask, "which, the password? its zeppelin i think"]),
        "which, the password? its ******** i think"
    );
    assert_eq!(last_of(&[ask, "which one do you mean?"]), "which one do you mean?");
}

#[test]
fn a_code_is_asked_for_again_in_other_words() {
    assert_eq!(
        last_of(&["a: Dígame el código del token.", "88 21 40", "a: Ya cambió, ¿me da los nuevos?", "31 07 56"]),
        "** ** **"
    );
    assert_eq!(
        last_of(&[
            "The portal wants a code. Mine?",
            "a: Yes, just sent. I can enter it if you read it to me.",
            "4471 9026"
        ]),
        "**** ****"
    );
    assert_eq!(
        last_of(&["a: Type the code we sent.", "771204", "a: That says invalid, check again?", "mb 771240"]),
        "mb ******"
    );
}

#[test]
fn a_card_may_be_mistyped_and_a_list_is_none() {
    becomes(&[
        (
            "Mi tarjeta es esta. ¿Toda? 4539 1488 0343 6468. Perdón, 4539 1488 0343 6467.",
            "Mi tarjeta es esta. ¿Toda? **** **** **** 6468. Perdón, **** **** **** 6467.",
        ),
        ("security number on the back three nine four.", "security number on the back * * *."),
        ("mi tarjeta está aquí, por detrás tiene 381", "mi tarjeta está aquí, por detrás tiene ***"),
    ]);
    passes(&["my card was charged on rows 41, 42, 43, 44, 45, 46, 47, 48 of the sheet"]);
}

#[test]
fn texts_checks_and_machines_say_what_a_number_is() {
    becomes(&[
        ("the text says 771204 and nothing else", "the text says ****** and nothing else"),
        ("en el mensaje dice 771204", "en el mensaje dice ******"),
        ("i gave him the code, 771204, silly me", "i gave him the code, ******, silly me"),
        ("the digits for the atm are 4471", "the digits for the atm are ****"),
        ("behind my card it says 381", "behind my card it says ***"),
        ("abajo del cheque dice 310557010 y luego 4812099370", "abajo del cheque dice *****7010 y luego ******9370"),
        ("my passphrase is seven green llamas dancing", "my passphrase is ********"),
    ]);
    passes(&[
        "the text says order 771204",
        "the check for 310557011 pieces came",
        "my passphrase is way too long to type",
        "passwords are like socks",
    ]);
}

#[test]
fn a_letter_of_latin_1_is_read_in_a_word() {
    let findings = |text: &[u8]| {
        Engine::default().scan(&mut Conversation::new(), &Message::new(Role::Customer, text)).findings.len()
    };
    assert_eq!(findings(b"mi contrase\xF1a: tulip44"), 1);
    assert_eq!(findings(b"los \xFAltimos cuatro de mi tarjeta: 4417"), 0);
    assert_eq!(findings(b"mi c\xF3digo de seguridad est\xE1 atr\xE1s, 318"), 1);
}

#[test]
fn the_key_of_a_network_and_the_number_of_a_filing_are_known_by_their_names() {
    becomes(&[("ssid: CasaNorte\npsk: 'tejado-Azul9'", "ssid: CasaNorte\npsk: '********'")]);
    passes(&["su radicado es 2025-330417", "la radicación quedó con el 44129087"]);
}

#[test]
fn stars_that_make_a_value_stand_out_hide_none_of_it() {
    becomes(&[
        ("my pin is **4821**", "my pin is ********"),
        ("pin: ***4821***", "pin: **********"),
        ("otp *482913*", "otp ********"),
        ("my password is **hunter2!x**", "my password is ************"),
        ("my password is ***hunter2!x***", "my password is **************"),
    ]);
    becomes(&[
        ("**CVV:** 093", "**CVV:** ***"),
        ("- **PIN:** 4821", "- **PIN:** ****"),
        ("**OTP:** **482913**", "**OTP:** **********"),
    ]);
    passes(&[
        "**Last four:** 4821",
        "**Card:** ****4821",
        "card ****4821",
        "ending in **4821**",
        "my password is *** and that is all",
        "acct **4821",
    ]);
}

#[test]
fn a_password_behind_one_that_is_masked_is_another() {
    becomes(&[
        ("the password is *****, sorry: hunter2!x", "the password is *****, sorry: ********"),
        ("Password: ********* (hunter2!x)", "Password: ********* (********)"),
        ("password was ******** now it's hunter2!x", "password was ******** now it's ********"),
        ("my password is [pin] hunter2!x", "my password is [pin] ********"),
    ]);
    passes(&[
        "password: ******** for order WB-20718",
        "password ******** (reset on 12/04)",
        "sshpass -p '[password]' ssh me@host",
    ]);
}

#[test]
fn who_serves_reads_back_what_was_just_given() {
    let pin = ["a: Please tell me the PIN you chose.", "7714"];
    assert_eq!(last_of(&[&pin[..], &["a: I have 7714, is that right?"]].concat()), "I have ****, is that right?");
    assert_eq!(last_of(&[&pin[..], &["a: 7714 didn't work"]].concat()), "**** didn't work");
    assert_eq!(last_of(&[&pin[..], &["a: You have 7714 points left"]].concat()), "You have 7714 points left");
    assert_eq!(last_of(&[&pin[..], &["a: Would 9-11 am suit you?"]].concat()), "Would 9-11 am suit you?");
    assert_eq!(
        last_of(&["a: ¿Cuál es la contraseña?", "Girasol#84", "a: ¿Con G mayúscula, Girasol#84?"]),
        "¿Con G mayúscula, ********?"
    );
}

#[test]
fn what_customers_tell_asks_the_agent_for_nothing() {
    for (told, answer) in [
        ("what's code 407 on the toll bill?", "It means that tag ZK-RP-41 was not read"),
        ("got a text that says my parcel needs a code, real?", "I have logged 22395 as the sender"),
        ("me llegó un mensaje que dice \"ingrese su clave\", es suyo?", "No. Reenvíelo al 7726"),
    ] {
        assert_eq!(last_of(&[told, &format!("a: {answer}")]), answer);
    }
}

#[test]
fn what_a_bare_number_answers_follows_from_the_talk() {
    for (talk, out) in [
        (&["the site wants a code", "a: I've just sent it to your phone", "771204"][..], "******"),
        (&["the site wants a code", "a: It has not been sent yet", "case 771204"], "case 771204"),
        (&["a: For the line we ask for the PIN you chose. What is it?", "2718"], "****"),
        (&["a: I need the CVV", "no way", "a: Fine, the last four are enough", "8812"], "8812"),
        (
            &["a: What's the IMEI?", "where?", "a: On the box. Read me the 15 digits", "357097927262241"],
            "357097927262241",
        ),
        (&["a: What's the code?", "which?", "a: I mean the coupon code on the voucher", "FALL25"], "FALL25"),
        (&["a: Necesito el código", "¿cuál?", "a: Me refiero al código de la reserva", "QX7LM2"], "QX7LM2"),
        (
            &["promo code A1 fails", "a: That code needs a minimum of $125. Try HELLO10.", "HELLO10 worked"],
            "HELLO10 worked",
        ),
        (&["a: Choose: 1 lost card, 2 new PIN, 3 balance", "2"], "2"),
        (
            &["my amex asks for a four digit code", "a: It's on the front. What do you see there?", "oh! 5528"],
            "oh! ****",
        ),
        (&["a: Léame el código de la app", "019 884", "a: Ya expiró. ¿Me da el que sigue?", "562 371"], "*** ***"),
        (&["a: What's the CVV?", "a minute", "a: You have 48,210 points.", "nice. so: 619"], "nice. so: ***"),
        (&["a: Read me the code", "the total was $215.00, not 2500"], "the total was $215.00, not 2500"),
        (&["a: Read me the code", "do you ship to Ohio 43085?"], "do you ship to Ohio 43085?"),
        (&["a: your ssn", "512487736"], "*****7736"),
        (&["a: Tracking number?", "1Z 88A 204 03 1100 4417"], "1Z 88A 204 03 1100 4417"),
    ] {
        assert_eq!(last_of(talk), out, "{talk:?}");
    }
}

#[test]
fn a_corrected_secret_is_told_twice() {
    becomes(&[
        ("i put cvv 553 and it's 533", "i put cvv *** and it's ***"),
        (
            "puse mal el código del sms, no era 771203 era 771230",
            "puse mal el código del sms, no era ****** era ******",
        ),
        ("it was not 4471, it is 4417, my pin", "it was not ****, it is ****, my pin"),
    ]);
    passes(&["the pin pad costs 553 and it's 533 grams"]);
}

#[test]
fn the_head_of_a_long_phrase_governs() {
    becomes(&[
        ("tu código para el pago de $45.00 en FedEx es 482913", "tu código para el pago de $45.00 en FedEx es ******"),
        (
            "el número de tarjeta que me da error es 4804003739169743",
            "el número de tarjeta que me da error es ************9743",
        ),
        ("i used the wrong account, i typed 008082890623", "i used the wrong account, i typed ********0623"),
        ("at the bottom of my check 310557010 then 4812099370", "at the bottom of my check *****7010 then ******9370"),
    ]);
    passes(&["the code of the office is 31055", "the error that my card gives is 48040"]);
}

#[test]
fn plain_words_are_passwords_where_they_are_set() {
    becomes(&[
        ("my grandson set my password to sunflower and left", "my grandson set my password to ******** and left"),
        ("the password is purple monkey wagon", "the password is ********"),
        ("Marisol.Verde88, con esa contraseña entraba", "********, con esa contraseña entraba"),
        ("p@ssw0rd: Tr0utStream9", "p@ssw0rd: ********"),
    ]);
    passes(&[
        "i changed my password to expire never",
        "reset my password to default",
        "the password is really bad stuff",
        "my passwords are in backup_2024-11-02.csv",
    ]);
    assert_eq!(last_of(&["a: Which password did you choose?", "t, u, r, n, i, p, 5"]), "********");
}

#[test]
fn ornate_digits_in_a_row_are_digits() {
    becomes(&[("my pin is ⑦②⑨④", "my pin is ****")]);
    passes(&["my pin list: ① milk ② bread"]);
}

#[test]
fn what_was_named_before_is_asked_for_by_a_pronoun() {
    for (talk, out) in [
        (&["a: A code will arrive on your phone.", "it did", "a: What is it?", "6093"][..], "****"),
        (&["it asks me for a passcode", "a: Generate one in the app and read it to me.", "590783"], "******"),
        (
            &["a: When it arrives, would you tell me the six digits in it?", "one moment", "891 250. Done"],
            "*** ***. Done",
        ),
        (&["a: I sent a 5-digit code to ***-***-0182. Type it below.", "60441"], "*****"),
        (&["my PIN is blocked, help", "a: What is your order number?", "79441208"], "79441208"),
        (&["a: Main menu:\n1. Balance\n2. Lost card\n3. PIN services", "3"], "3"),
        (&["a: Read me the codes", "sms 224190 correo 710663"], "sms ****** correo ******"),
        (&["a: Telephone banking password, please?", "Wensleydale, as in the cheese."], "********, as in the cheese."),
        (&["a: Card number and expiry?", "4521288553968072 0728"], "************8072 0728"),
    ] {
        assert_eq!(last_of(talk), out, "{talk:?}");
    }
}

#[test]
fn numbers_beside_a_word_for_a_code_may_be_of_things() {
    passes(&[
        "PIN code 560001, the postal one, is right",
        "cotter pins: 180 available",
        "16 boxes of code 4077 anchors",
        "block 842113 was the last one",
        "my uncle served on SSN-774",
        "our institution code is 3976",
        "el código del curso es MAT1620",
        "mi NRC del curso es 10482",
        "- **Use** a **manager for passwords** today",
    ]);
}

#[test]
fn a_secret_is_known_over_what_is_told_by_the_way() {
    becomes(&[
        (
            "my social, and I can't write, so here: 4 2 6 - 0 4 - 9 9 9 3",
            "my social, and I can't write, so here: * * * - * * - 9 9 9 3",
        ),
        ("the site wants the cvv... i think its 759", "the site wants the cvv... i think its ***"),
        (
            "el CBU para el reintegro del vuelo: 0170193329157981290548",
            "el CBU para el reintegro del vuelo: ******************0548",
        ),
        ("BANCO 88310247 para autorizar tu operacion", "BANCO ******** para autorizar tu operacion"),
        ("use ZX4-9TR to finish signing in", "use ***-*** to finish signing in"),
        ("my PIN must change so i went from 2301 to 2302", "my PIN must change so i went from **** to ****"),
        (
            "the password, which I have had since 2011, is Orinoco-Delta.",
            "the password, which I have had since 2011, is ********.",
        ),
        (
            "Your password was reset. Log on with Tr1angle!Pelican and change it",
            "Your password was reset. Log on with ******** and change it",
        ),
        (
            "user and password for us are bell.family and HomeIsWhereTheArmyGoes",
            "user and password for us are ******** and ********",
        ),
        ("the passphrase: Quiet Enjoyment of the Premises 1887", "the passphrase: ********"),
        ("Wifi is MapleCourt, pw squirrelParade.", "Wifi is MapleCourt, pw ********."),
        ("💳 4111📍1111📍1111📍1111", "💳 ****📍****📍****📍1111"),
    ]);
    passes(&[
        "the password, which I have had since 2011, is old",
        "i went from 2301 to 2302 steps",
        "the passphrase: is it long enough?",
        "my login works, I sign in with the app",
    ]);
}

#[test]
fn a_hint_gives_a_secret_away() {
    becomes(&[
        (
            "mi clave es el nombre de mi perrita, Canela, con mayúscula",
            "mi clave es el nombre de mi perrita, ********, con mayúscula",
        ),
        ("my pin is my birthday 0412", "my pin is my birthday ****"),
        ("my pin is the year my daughter was born, 1997", "my pin is the year my daughter was born, ****"),
    ]);
    passes(&[
        "my password is the name of my dog",
        "the pin is not the year I was born, 1997",
        "her name is Canela, the dog's, and she was born in 1997",
    ]);
}

#[test]
fn a_whole_card_beside_a_word_for_cards_is_one_whatever_stands_near() {
    becomes(&[(
        "trying to add my card to the store's app. number 378282246310005 it says declined",
        "trying to add my card to the store's app. number ***********0005 it says declined",
    )]);
    passes(&["my card was charged for IMEI 490154203237518"]);
}

#[test]
fn a_pronoun_of_ones_own_stands_for_the_code() {
    becomes(&[
        (
            "is the security code the 4 digits above the card number? mine says 1359",
            "is the security code the 4 digits above the card number? mine says ****",
        ),
        ("Google sent me G-774120, is it for you?", "Google sent me *-******, is it for you?"),
    ]);
    assert_eq!(last_of(&["the code expired", "a: I'll send a fresh one to 555-0164.", "350671"]), "******");
    assert_eq!(
        last_of(&["my account 4500971233", "a: I have $900.00, movement 31077428."]),
        "I have $900.00, movement 31077428."
    );
}

#[test]
fn portuguese_says_what_a_number_is() {
    becomes(&[
        ("a senha do cartão é 7194", "a senha do cartão é ****"),
        ("minha senha e 4471902", "minha senha e ********"),
        ("482913 é o código que chegou", "****** é o código que chegou"),
        ("o cvv é 917 e vence 04/28", "o cvv é *** e vence 04/28"),
        ("minha senha é girassol22", "minha senha é ********"),
        ("o código é meia sete um nove, dois um", "o código é * * * *, * *"),
    ]);
    passes(&[
        "meu cpf é 390.533.447-05, cep 04571-010, ramal 4821",
        "o protocolo é 20241188 e a senha não entra",
        "tirei a senha de atendimento 482",
        "a senha é obrigatória, mas a minha expirou",
        "o cartão com final 4402",
        "são duas e meia e moro no apartamento cento e quatro",
    ]);
}

#[test]
fn portuguese_questions_say_what_the_answer_is() {
    assert_eq!(last_of(&["a: Qual o código que chegou no SMS?", "482913"]), "******");
    assert_eq!(last_of(&["a: E os três números no verso?", "382"]), "***");
    assert_eq!(last_of(&["a: Qual o código de rastreio?", "482913"]), "482913");
    assert_eq!(last_of(&["a: Os quatro últimos dígitos do cartão?", "4821"]), "4821");
    for answer in ["não lembro", "pra que precisa?", "qual delas?", "vou ver", "do cartão ou do app?"] {
        assert_eq!(last_of(&["a: Qual a sua senha?", answer]), answer);
    }
}

/// "No" negates in Spanish and English, and is "in the" in Portuguese; "é" is "is" and "e" is "and".
#[test]
fn a_word_of_two_languages_is_read_in_the_language_of_the_message() {
    assert_eq!(last_of(&["a: Me informe o código no verso do seu cartão", "382"]), "***");
    assert_eq!(last_of(&["a: No comparta su código de seguridad", "382 pesos"]), "382 pesos");
    becomes(&[("o pedido é 88213 e o código é 482913", "o pedido é 88213 e o código é ******")]);
}

#[test]
fn a_text_message_may_open_with_its_code() {
    becomes(&[
        ("621362 Chatly verification code", "****** Chatly verification code"),
        ("816477 : your Chatly code", "****** : your Chatly code"),
        ("3098 is your bank account verification code", "**** is your bank account verification code"),
        ("Use 6190 as Orbit account security code", "Use **** as Orbit account security code"),
        ("373197 (Acme Bank login verification code)", "****** (Acme Bank login verification code)"),
        ("enter auth code 998233 to log in", "enter auth code ****** to log in"),
    ]);
    passes(&[
        "4021 Main Street, I need a verification code",
        "4410 Elm St never got a code",
        "auth code 149953 is on the receipt",
        "I got 5000 points and no login code",
    ]);
}

#[test]
fn a_code_may_consist_of_letters() {
    becomes(&[
        ("Chatly verification code: MCJGBD", "Chatly verification code: ******"),
        ("your one-time code is PVPCPX", "your one-time code is ******"),
        ("código de verificación: JGKDHM", "código de verificación: ******"),
        ("security code: NQ9DB3", "security code: ******"),
        ("enter the code VD9MP3 to sign in", "enter the code ****** to sign in"),
        ("Your verification code is: 583-204-917", "Your verification code is: ***-***-***"),
    ]);
    passes(&[
        "the verification code is INVALID",
        "verification code: NEVER CAME",
        "my verification code is EXPIRED again",
        "use the code VD9MP3 for 10% off",
    ]);
}

#[test]
fn the_fields_after_a_card_may_be_named_by_its_sides() {
    becomes(&[
        ("4716 5263 0976 5825 exp 12/31 back 125", "**** **** **** 5825 exp 12/31 back ***"),
        ("cvvs are 746 and 540", "cvvs are *** and ***"),
    ]);
}

#[test]
fn the_address_of_a_mailbox_is_a_user_name() {
    becomes(&[("account: dana@mail.example\nSaffron55!", "account: dana@mail.example\n********")]);
    passes(&["account: dana@mail.example\nSaffron street", "account: 2 users\nBlue team"]);
}

#[test]
fn a_password_may_be_in_a_script_other_than_latin() {
    becomes(&[
        ("my password is Зимушка99", "my password is ********"),
        ("my password is ηλιαχτίδα", "my password is ********"),
        ("order 48829 спасибо", "order 48829 спасибо"),
    ]);
    assert_eq!(last_of(&["a: What is your password?", "Зимушка"]), "********");
}

#[test]
fn single_digits_may_be_dictated_with_words_between() {
    becomes(&[
        ("pin is 4 then 8 then 2 then 1", "pin is * **** * **** * **** *"),
        ("mi pin es 4 y 8 y 2 y 1", "mi pin es * * * * * * *"),
        ("rooms 4 and 8 and 2 and 1", "rooms 4 and 8 and 2 and 1"),
    ]);
}

#[test]
fn a_hash_sign_stands_for_the_word_number() {
    becomes(&[
        ("security # 837", "security # ***"),
        ("verification # is 482913", "verification # is ******"),
        ("order # 482913", "order # 482913"),
    ]);
}

#[test]
fn the_name_of_something_harmless_is_a_request_for_it() {
    let code = ["a: What is the passcode we texted?", "482913"];
    for (request, answer) in [
        ("a: and your ZIP code", "10285"),
        ("a: ok and your zip", "10285"),
        ("a: last four", "4471"),
        ("a: and the last four of your card", "4471"),
        ("a: ahora su codigo postal", "28013"),
        ("a: e o cep", "04538132"),
    ] {
        assert_eq!(last_of(&[code[0], code[1], request, answer]), answer, "{request}");
    }
    assert_eq!(last_of(&[code[0], code[1], "a: and your pin", "4471"]), "****");
}

#[test]
fn a_secret_that_was_asked_for_may_come_a_digit_or_two_at_a_time() {
    let code = "a: What is the passcode we texted?";
    assert_eq!(last_of(&[code, "55", "29", "01"]), "**");
    assert_eq!(last_of(&["a: What is your social?", "4", "1", "2", "7", "7"]), "*");
    assert_eq!(last_of(&[code, "a: How many people?", "2"]), "2");
}

#[test]
fn a_label_in_markdown_emphasis_names_a_password() {
    assert_eq!(crate::last_of(&["a: - **Password**: `BlueHeron7`"]), "- **Password**: `********`");
    assert_eq!(crate::last_of(&["a: **Password:** rosebud"]), "**Password:** ********");
}

#[test]
fn the_name_of_something_harmless_ends_the_wait_for_an_answered_secret() {
    for name in ["odometer", "rx number", "emp no", "flavor", "sku"] {
        let name = format!("a: {name}");
        assert_eq!(crate::last_of(&["a: what code did we text", "572038", &name, "57204"]), "57204", "{name}");
    }
    for name in ["wrong number", "again", "no", "expired", "one moment"] {
        let name = format!("a: {name}");
        assert_eq!(crate::last_of(&["a: what code did we text", "572038", &name, "57204"]), "*****", "{name}");
    }
}

#[test]
fn a_customer_repeats_what_an_agent_has_just_issued() {
    assert_eq!(answer_to("La clave telefónica que te asigné es 62058. Repítela por favor", "62058"), "*****");
    assert_eq!(answer_to("Then I can give you a bypass code from here: 771904.", "771904?"), "******?");
    assert_eq!(answer_to("Su clave de hoy es melon-88", "\"melon-88\""), "\"********\"");
    assert_eq!(answer_to("Your new PIN is 6047.", "ok. my order is 118552"), "ok. my order is 118552");
}

#[test]
fn a_secret_that_was_sent_in_error_is_no_error_code() {
    becomes(&[
        ("le mande mi social por error 246-71-9903", "le mande mi social por error ***-**-9903"),
        ("te mande el codigo por error 447128", "te mande el codigo por error ******"),
    ]);
    passes(&["error 4471 when I enter my pin", "my pin gives error 4471", "por error 4471"]);
}

#[test]
fn an_agent_who_confirms_a_secret_and_asks_for_something_else_gets_that() {
    for (question, answer) in [
        ("Código correcto. ¿Número de pedido?", "771902"),
        ("CVV correcto. ¿Cuántas piezas?", "1200"),
        ("PIN correto. Qual o valor?", "4829"),
        ("Correct code. Which order?", "771902"),
        ("SSN ok. Policy number?", "887301542"),
        ("Your PIN is set. What's your house number?", "4829"),
        ("Code matches. Order number?", "771902"),
        ("Su contraseña quedó lista. ¿Ciudad?", "Toluca"),
    ] {
        assert_eq!(answer_to(question, answer), answer, "{question}");
    }
    for question in ["Ok, code. And the zip?", "PIN correcto?", "Code ok?", "your code, please. Do you have it?"] {
        assert_eq!(answer_to(question, "771902"), "******", "{question}");
    }
}

#[test]
fn a_question_about_something_else_ends_the_wait_for_a_password() {
    for (question, answer) in [
        ("Which browser do you use?", "Firefox"),
        ("What's the dog's name?", "Biscuit"),
        ("OK. Which device are you using?", "Pixel"),
    ] {
        let talk = ["a: what's your password?", "let me find it", &format!("a: {question}"), answer];
        assert_eq!(last_of(&talk), answer, "{question}");
    }
    for question in ["What does it say?", "can you share it please?", "is it the other one?"] {
        let talk = ["a: what's your password?", "let me find it", &format!("a: {question}"), "rosebud"];
        assert_eq!(last_of(&talk), "********", "{question}");
    }
}

#[test]
fn a_password_of_a_word_and_a_number_is_one_value() {
    for password in
        ["Kumar@1990", "Summer!2024", "Maple?2020", "2020!Maple", "maple 1984", "monkey 77", "blue sky 2020", "friday"]
    {
        assert_eq!(answer_to("what's your password?", password), "********");
        assert_eq!(answer_to("¿contraseña?", password), "********");
    }
    becomes(&[
        ("my password is monkey 77", "my password is ********"),
        ("mi contraseña es mono 7788", "mi contraseña es ********"),
        ("my password is blue sky 2020", "my password is ********"),
        ("my password is welcome", "my password is ********"),
        ("minha senha é janeiro", "minha senha é ********"),
    ]);
    passes(&["my password is wrong", "my password is good until 2027", "my password is expired 3 days ago"]);
    assert_eq!(answer_to("what's your password?", "room 1984"), "room 1984");
    assert_eq!(answer_to("code?", "4417 or 1234"), "**** or ****");
}

#[test]
fn a_confirmation_code_that_was_sent_may_have_letters() {
    for question in ["the confirmation code we texted you", "O código de confirmação que enviamos"] {
        assert_eq!(answer_to(question, "A7K2P9"), "******", "{question}");
    }
    assert_eq!(answer_to("confirmation code?", "A7K2P9"), "A7K2P9");
}

#[test]
fn a_question_about_a_secret_does_not_ask_for_it() {
    for (question, answer) in [
        ("What time did you get the code?", "1522"),
        ("¿A qué hora le llegó el código?", "1522"),
        ("Which browser did you type the password in?", "Firefox"),
        ("Who set the password?", "Kevin"),
        ("quem colocou a senha?", "Kevin"),
    ] {
        assert_eq!(answer_to(question, answer), answer, "{question}");
    }
    for (question, answer) in [
        ("what did the app say the code was?", "482913"),
        ("which app code did you get?", "482913"),
        ("what is the site password?", "rosebud"),
        ("dob, zip and the code?", "482913"),
    ] {
        assert_eq!(answer_to(question, answer).trim_matches('*'), "", "{question}");
    }
}

#[test]
fn a_number_that_was_sent_to_a_phone_is_a_passcode() {
    for (question, answer) in [
        ("A number was just sent to your phone, pop it in here", "662910"),
        ("I just sent a number to your phone", "662910"),
        ("the 4 digits you use at the ATM", "4821"),
        ("los 4 números que usa en el cajero", "4821"),
    ] {
        assert_eq!(answer_to(question, answer).trim_matches('*'), "", "{question}");
    }
    assert_eq!(answer_to("We sent the tracking number to your phone.", "662910"), "662910");
}

#[test]
fn an_agent_gives_the_password_that_a_customer_asks_for() {
    for question in ["What's the wifi password?", "wifi password?", "¿clave del wifi?", "senha do wifi?"] {
        for (answer, masked) in [("sunshine", "********"), ("brisa44", "********"), ("it's sunshine", "it's ********")]
        {
            assert_eq!(last_of(&[question, &format!("a: {answer}")]), masked, "{question}");
        }
        for answer in ["Sure", "One moment please.", "yes"] {
            assert_eq!(last_of(&[question, &format!("a: {answer}")]), answer, "{question}");
        }
    }
}

#[test]
fn a_word_for_a_secret_in_the_name_of_a_setting_a_path_or_a_file_does_not_name_its_value() {
    passes(&[
        "PASSWORD_MIN_LENGTH=12",
        "max_password_age: 90",
        "password_reset_timeout = 4821",
        "spring.security.password.max-attempts=4821",
        "require_password = true",
        "password_policy: strict",
        "GET /password/4821 HTTP/1.1",
        "see /help/password/482913 for details",
        "[PIN setup](../pin/4821.html)",
        "the file is password-reset-4821.pdf.",
        "password reset #4821",
        "Accepted password for mlopez77 from 10.0.0.3 port 4821 ssh2",
    ]);
    becomes(&[
        ("DB_PASSWORD=Zebra-Lamp42", "DB_PASSWORD=********"),
        ("PIN=4821", "PIN=****"),
        ("otp: 482913", "otp: ******"),
        ("my_pin_code: 4821", "my_pin_code: ****"),
        ("pin/cvv: 4821/319", "pin/cvv: ****/***"),
        ("my password #4821", "my password #********"),
    ]);
}

#[test]
fn a_heading_in_markdown_announces_the_secret_that_it_names() {
    for heading in ["## Your access code", "**Your access code**", "__Your access code:__"] {
        let engine = Engine::default();
        let mut memory = Conversation::new();
        let _ = engine.scan(&mut memory, &Message::new(Role::Bot, heading));
        let code = engine.scan(&mut memory, &Message::new(Role::Bot, "771204")).redact("771204").into_owned();
        assert_eq!(code, "******", "{heading}");
    }
}

#[test]
fn a_question_for_one_of_two_numbers_or_for_a_sender_asks_for_no_secret() {
    for (question, answer) in [
        ("is your PIN 4 or 6 digits?", "6"),
        ("did you get one code or two?", "2"),
        ("¿De qué número le llegó la clave?", "89203"),
    ] {
        assert_eq!(answer_to(question, answer), answer, "{question}");
    }
    for (question, answer) in
        [("can you read me the 4 or 6 digit code?", "482913"), ("¿Con qué clave entra?", "Ruta.622")]
    {
        assert_eq!(answer_to(question, answer).trim_matches('*'), "", "{question}");
    }
}

#[test]
fn several_codes_may_have_only_spaces_between_them() {
    becomes(&[
        ("my backup codes are 8592-2153 9621-8510", "my backup codes are ****-**** ****-****"),
        ("backup codes: 8592-2153 9621-8510 1834-5671", "backup codes: ****-**** ****-**** ****-****"),
        ("SMS passcodes: 482913 771204", "SMS passcodes: ****** ******"),
        ("my card is 4539-5787 6362-1486", "my card is ****-**** ****-1486"),
        ("la claveUsuario: Lunes4821x", "la claveUsuario: ********"),
    ]);
    passes(&["orders 8592-2153 9621-8510", "order numbers: 482913 771204"]);
}
