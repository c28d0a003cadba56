//! Rules of language, a test each: what a rule stops, and what stands close to it and passes.

use lastfour::{Conversation, Engine, Message, Role};

/// What a customer's first message comes out as.
fn redacted(text: &str) -> String {
    Engine::default().redact(text).into_owned()
}

/// What the last message of a talk comes out as; a line starts with `a: ` where an agent says it.
fn last_of(talk: &[&str]) -> String {
    let engine = Engine::default();
    let mut memory = Conversation::new();
    let mut last = String::new();
    for line in talk {
        let (role, text) = line.strip_prefix("a: ").map_or((Role::Customer, *line), |text| (Role::Agent, text));
        last = engine.scan(&mut memory, &Message::new(role, text)).redact(text).into_owned();
    }
    last
}

#[track_caller]
fn passes(texts: &[&str]) {
    for text in texts {
        assert_eq!(redacted(text), *text);
    }
}

#[track_caller]
fn becomes(pairs: &[(&str, &str)]) {
    for (text, out) in pairs {
        assert_eq!(redacted(text), *out, "{text}");
    }
}

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
        ("curl -u 'ana:Verde88x' https://example.com", "curl -u 'ana:********' https://example.com"),
        ("WIFI:T:WPA;S:Casa Sol;P:olas-2231;; what is this", "WIFI:T:WPA;S:Casa Sol;P:********;; what is this"),
    ]);
    passes(&["ssh -p 2222 me@host", "mysql -u root -p shop", "docker run -p 8080:80 web1"]);
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
    passes(&["name,order,city\nAna,55861974028473,Lugo", "card, phone or cash\n4410 1 2"]);
}
