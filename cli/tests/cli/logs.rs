//! Logs of systems pass unchanged, and chats with times are not taken for them.

use crate::{CARD, MASKED, redacted, run, stderr, stdout};

/// Numbers and words from a seed, the same on every run.
struct Made(u64);

impl Made {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// A number of that many digits, or hexadecimal digits.
    fn number(&mut self, digits: u32, radix: u64) -> String {
        (0..digits).map(|_| std::char::from_digit((self.next() % radix) as u32, radix as u32).unwrap()).collect()
    }

    /// Fills in a template: `%4` is a number of 4 digits, `%x` one of 8 hexadecimal digits, `%i` an address.
    fn line(&mut self, template: &str) -> String {
        let mut line = String::new();
        let mut rest = template.chars();
        while let Some(c) = rest.next() {
            match (c, if c == '%' { rest.next() } else { None }) {
                ('%', Some('x')) => line += &self.number(8, 16),
                ('%', Some('i')) => {
                    line += &format!("10.{}.{}.{}", self.next() % 256, self.next() % 256, self.next() % 256)
                }
                ('%', Some(digits)) => {
                    let digits = digits.to_digit(20).unwrap();
                    line += &self.number(digits, 10);
                }
                (c, _) => line.push(c),
            }
        }
        line
    }
}

/// Lines of systems: how they begin, and what they say. The digits of times are made up as well.
const SYSTEMS: &[(&str, &[&str])] = &[
    (
        "2016-09-2%1 04:3%1:4%1, Info                  CBS    ",
        &[
            "Session: %8_%a initialized by client WindowsUpdateAgent.",
            "Loaded Servicing Stack v6.1.7601.%5 with Core: C:\\Windows\\winsxs\\amd64_%x\\cbscore.dll",
            "Warning: Unrecognized packageExtended attribute.",
            "Startup: Changing timeout to %6, scheduled by pid %4",
        ],
    ),
    (
        "2017122%1-22:1%1:2%1:%3|",
        &[
            "Step_LSC|30002312|onStandStepChanged %4",
            "Step_SPUtils|30002312|getTodayTotalDetailSteps = %d##%4##%6##%4##%5##%8",
            "Step_StandReportReceiver|30002312|REPORT : %4 %4 %6 %3",
            "Step_ExtSDM|30002312|calculateCaloriesWithCache totalCalories=%6",
        ],
    ),
    (
        "03-1%1 16:1%1:3%1.%3  %4  %4 D ",
        &[
            "WindowManager: printFreezingDisplayLogsopening app wtoken = AppWindowToken{%x token=Token{%x}}, allDrawn= false",
            "PowerManagerService: acquire lock=%9, flags=0x1, tag=\"View Lock\", name=com.example.systemui, uid=%5, pid=%4",
            "ActivityManager: Killing %5:com.example.app/u0a%2 (adj %3): empty #%2",
            "TextView: visible is system.time.showampm",
        ],
    ),
    (
        "08110%1 2036%2 %3 INFO ",
        &[
            "dfs.DataNode$PacketResponder: Received block blk_-%i of size %8 from /%i",
            "dfs.FSNamesystem: BLOCK* NameSystem.addStoredBlock: blockMap updated: %i:50010 is added to blk_%i size %8",
        ],
    ),
    (
        "17/06/0%1 20:1%1:4%1 INFO ",
        &[
            "executor.Executor: Finished task %1.0 in stage %2.0 (TID %4). %4 bytes result sent to driver",
            "spark.SecurityManager: SecurityManager: authentication disabled; ui acls disabled; users with view permissions: Set(yarn)",
        ],
    ),
    (
        "2015-07-2%1 17:4%1:4%1,%3 - WARN  ",
        &[
            "[RecvWorker:%c:QuorumCnxManager$RecvWorker@%3] - Connection broken for id %c, my id = %1, error = ",
            "[NIOServerCxn.Factory:0.0.0.0/0.0.0.0:2181:NIOServerCnxn@%4] - Closed socket connection for client /%i:%5",
        ],
    ),
    (
        "Jun 1%1 15:1%1:0%1 combo ",
        &[
            "sshd(pam_unix)[%5]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=%i  user=root",
            "sshd(pam_unix)[%5]: check pass; user unknown",
            "sshd[%5]: Failed password for invalid user 0101 from %i port %5 ssh2",
            "kernel: Memory: %6k/%6k available (%4k kernel code)",
        ],
    ),
    (
        "[Sun Dec 04 04:4%1:4%1 2005] ",
        &[
            "[notice] jk2_init() Found child %4 in scoreboard slot %1",
            "[error] mod_jk child workerEnv in error state %1",
        ],
    ),
    (
        "2017-05-16 00:0%1:0%1.%3 %5 INFO nova.compute.manager ",
        &[
            "[req-%x-%4-%4 - - - - -] [instance: %x-%4-%4] Took %2.%2 seconds to spawn the instance on the hypervisor.",
            "[req-%x %x%x %x%x - - -] %i \"GET /v2/%x%x/servers/detail HTTP/1.1\" status: 200 len: %4 time: 0.%7",
        ],
    ),
    (
        "2%5 Interconnect-0N0 switch_module fan 1%9 1 ",
        &["Fan speeds ( %4 %4 %4 %4 **** %4 )", "Fan speeds ( %4 %4 %4 %4 %4 %4 )"],
    ),
    (
        "[%5.%6] ",
        &[
            "usb 1-%1: new high-speed USB device number %2 using xhci_hcd",
            "audit: type=%4 audit(%a.%3:%3): pid=%5 uid=0 auid=%a ses=%a msg='op=PAM:setcred acct=\"root\"'",
        ],
    ),
    (
        "[14:0%1:2%1] [Server thread/INFO]: ",
        &["Steve%1[/%i:%5] logged in with entity id %3 at (%3.5, 65.0, 619.5)", "Steve%1 joined the game"],
    ),
    (
        "2016-09-28 16:3%1:0%1 ",
        &[
            "worker %2 started job %6",
            "cache miss for key %8",
            "Verification code sent to user %6",
            "token refresh for client %8 took %2 ms",
        ],
    ),
    (
        "D/dalvikvm(2%4): ",
        &["GC_CONCURRENT freed %4K, 99 free %4K/%4K, paused 2ms+%1ms", "no handler for token %6 in cache_%2"],
    ),
    (
        "2024-05-01 1%1:02:2%1.%3 UTC [%5] ",
        &[
            "LOG:  duration: %4.%3 ms  statement: SELECT * FROM orders WHERE id = %6",
            "DETAIL:  Key (id)=(%6) already exists.",
        ],
    ),
];

#[test]
fn the_logs_of_systems_pass_unchanged() {
    let mut made = Made(7);
    let mut lines = 0;
    let mut changed = Vec::new();
    for (start, templates) in SYSTEMS {
        let log: String = (0..120)
            .map(|_| {
                let template = templates[made.next() as usize % templates.len()];
                made.line(start) + &made.line(template) + "\n"
            })
            .collect();
        let out = String::from_utf8(redacted(&["--quiet"], log.as_bytes())).unwrap();
        lines += log.lines().count();
        changed.extend(
            log.lines().zip(out.lines()).filter(|(line, out)| line != out).map(|(line, out)| format!("{line}\n{out}")),
        );
    }
    assert!(changed.is_empty(), "{} of {lines}:\n{}", changed.len(), changed.join("\n"));
}

#[test]
fn what_is_named_or_certain_in_a_log_is_masked() {
    let mut made = Made(1);
    let plain: String = (0..20)
        .map(|_| made.line("2024-05-01 10:00:0%1, Info  CBS    Session: %8_%a initialized by client.\n"))
        .collect();
    for (line, expected) in [
        (format!("paid with {CARD}"), format!("paid with {MASKED}")),
        ("paid with 378282246310005.".into(), "paid with ***********0005.".into()),
        ("login failed: password=Bluebonnet!77 user=jane".into(), "login failed: password=******** user=jane".into()),
        (
            "Sent text: Your one-time passcode is 5518204.".into(),
            "Sent text: Your one-time passcode is *******.".into(),
        ),
        (
            "Sent text \"482913 is your verification code\"".into(),
            "Sent text \"****** is your verification code\"".into(),
        ),
        (
            "customer_id=81772 state=ok secret_code=4821 tries=1".into(),
            "customer_id=81772 state=ok secret_code=**** tries=1".into(),
        ),
        ("accepted PIN 4821 of user 7712".into(), "accepted PIN **** of user 7712".into()),
    ] {
        let [log, masked] = [line, expected].map(|line| format!("{plain}2024-05-01 10:00:09, Info  CBS    {line}\n"));
        assert_eq!(String::from_utf8(redacted(&["--quiet"], log.as_bytes())).unwrap(), masked);
    }
}

#[test]
fn a_chat_with_times_is_not_a_log() {
    let talk = [
        ("Ana", "hi, my order 81772 never came"),
        ("Luis", "Sorry! Please tell me the code that we just texted you."),
        ("Ana", "482913"),
        ("Luis", "Thanks. One moment."),
        ("Ana", "ok"),
        ("Luis", "The error is NullPointerException in com.example.Store[17] at /var/log/app/store.log"),
        ("Ana", "ok"),
        ("Luis", "Done. Anything else?"),
    ];
    let styles: &[fn(usize, &str, &str) -> String] = &[
        |n, name, text| format!("[10:3{n}] {name}: {text}"),
        |n, name, text| format!("5/1/24, 10:3{n} - {name}: {text}"),
        |n, name, text| format!("[01.05.24, 10:32:0{n}] {name}: {text}"),
        |n, name, text| format!("10:3{n} <{name}> {text}"),
        |n, name, text| format!("2024-05-01 10:32:0{n} {name}: {text}"),
        |n, name, text| format!("2024-05-01T10:32:0{n}Z {name}: {text}"),
        |n, name, text| format!("{name}  10:3{n} AM\n{text}\n"),
        |n, _, text| format!("2024-05-01 10:32:0{n} {text}"),
        |n, _, text| format!("[10:32:0{n}] {text}"),
    ];
    for style in styles {
        // The same talk again, as a bot has it, repeats its lines.
        let lines = talk.iter().cycle().take(24).enumerate();
        let chat: Vec<String> = lines.map(|(n, (name, text))| style(n % 10, name, text)).collect();
        let chat = chat.join("\n") + "\n";
        let out = String::from_utf8(redacted(&["--quiet"], chat.as_bytes())).unwrap();
        assert_eq!(out, chat.replace("482913", "******"));
    }
}

#[test]
fn the_direction_of_a_message_in_the_log_of_a_gateway_says_who_sent_it() {
    let talk = [(false, "¿Cuál es su PIN?"), (true, "4821"), (false, "Su pedido 81772 sale hoy."), (true, "gracias")];
    type Form = dyn Fn(usize, bool, &str) -> String;
    let forms: [&Form; 5] = [
        &|n, received, text| {
            let way = if received { "RX id=a1 from" } else { "TX id=a2 to" };
            format!("2024-05-01T10:00:0{n}Z [gw-1] {way}=+34600111222 body=\"{text}\"")
        },
        &|_, received, text| {
            let way = if received { "[IN]" } else { "[OUT]" };
            format!("{way} peer=34600111222 text=\"{text}\"")
        },
        &|n, received, text| format!("10:00:0{n} sms {} 34600111222 \"{text}\"", if received { "MO" } else { "MT" }),
        &|n, received, text| format!("10:00:0{n} {} +34600111222: {text}", if received { "<-" } else { "->" }),
        &|n, received, text| {
            let way = if received { "inbound" } else { "outbound" };
            format!("2024-05-01 10:00:0{n},123 INFO gateway {way} seq={n} text=\"{text}\"")
        },
    ];
    for form in forms {
        let lines: Vec<String> =
            talk.iter().enumerate().map(|(n, (received, text))| form(n, *received, text)).collect();
        let text = lines.join("\n") + "\n";
        let output = run(&["redact"], text.as_bytes());
        assert_eq!(stdout(&output), text.replace("\"4821\"", "\"****\"").replace(": 4821", ": ****"));
        assert!(!stderr(&output).contains("role"), "{}", stderr(&output));
    }
}

#[test]
fn settings_and_paths_about_secrets_pass() {
    for text in [
        "DB_USER=app\nDB_PORT=4821\nPIN_LENGTH=4\nPASSWORD_MIN_LENGTH=12\npassword_reset_timeout = 4821\n\
         require_password = true\npin_retries = 3\n",
        "10.0.0.3 - - [01/May/2024:10:00:00 +0000] \"GET /password/4821 HTTP/1.1\" 200 512 \"-\" \"curl/8\"\n",
        "May  1 10:00:00 host sshd[4711]: Accepted password for mlopez77 from 10.0.0.3 port 4821 ssh2\n",
        "see /help/password/482913 for details\n[PIN setup](../pin/4821.html)\npassword-reset-4821.pdf\n",
    ] {
        assert_eq!(String::from_utf8(redacted(&["--quiet"], text.as_bytes())).unwrap(), text);
    }
    let text = "DB_PASSWORD=Zebra-Lamp42\nPIN=4821\notp: 482913\n";
    let masked = "DB_PASSWORD=********\nPIN=****\notp: ******\n";
    assert_eq!(String::from_utf8(redacted(&["--quiet"], text.as_bytes())).unwrap(), masked);
}

#[test]
fn events_between_lines_of_other_logs_are_judged_by_the_rules_alone() {
    let text = "{\"severity\":\"INFO\",\"message\":\"password reset requested for user 482913\"}\n\
                May  1 10:00:00 web1 systemd[1]: Started Dispatch Password Requests to Console Directory Watch.\n\
                I0501 10:00:00.000001       1 token_controller.go:311] Token expired for serviceaccount default\n\
                {\"level\":\"info\",\"msg\":\"otp sent\",\"user_id\":482913,\"ttl\":300}\n\
                2024-05-01 10:00:00,123 INFO  [main] c.s.auth.OtpController - OTP sent to user 482913 via SMS\n";
    assert_eq!(String::from_utf8(redacted(&["--quiet", "--format", "log"], text.as_bytes())).unwrap(), text);
    let text = "{\"level\":\"info\",\"msg\":\"login, my pin is 4821\"}\n\
                2024-05-01 10:00:00,123 INFO  [main] c.s.auth.OtpController - otp: 482913\n";
    let masked = text.replace("4821\"", "****\"").replace("482913", "******");
    assert_eq!(String::from_utf8(redacted(&["--quiet", "--format", "log"], text.as_bytes())).unwrap(), masked);
}

#[test]
fn the_level_of_an_event_is_not_its_speaker() {
    let event = |n: usize, text: &str| {
        format!("{{\"level\":\"{}\",\"msg\":\"{text}\"}}\n", if n.is_multiple_of(2) { "info" } else { "warning" })
    };
    let texts = ["what is the pin of the job?", "job 4821", "job done", "secret rotated version=4821", "job done"];
    let text: String = texts.iter().enumerate().map(|(n, text)| event(n, text)).collect();
    let output = run(&["redact"], text.as_bytes());
    assert_eq!(stdout(&output), text);
    assert!(!stderr(&output).contains("--role info"), "{}", stderr(&output));
}
